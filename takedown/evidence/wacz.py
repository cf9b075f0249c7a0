"""Packing a WARC file as WACZ 1.1.1, so that ReplayWeb.page opens it: a ZIP with an index and a list of pages."""

import hashlib
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import BinaryIO
from urllib.parse import urlsplit

from takedown.evidence.archive import FILE_NAME, IndexLine
from takedown.evidence.files import BLOCK

LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The date of every entry, ZIP's earliest: the same content gives the same bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedPage:
    """A page that a reader of the archive can open."""

    url: str
    title: str


def sort_key(url: str, posted: str = "") -> str:
    """Give the SURT of a URL: host turned round, so that a site's pages stand together in the index."""
    if posted:
        url += ("&" if "?" in url else "?") + posted
    parts = urlsplit(url.casefold())
    host = ",".join(reversed((parts.hostname or "").removeprefix("www.").split(".")))
    port = f":{parts.port}" if parts.port else ""
    return f"{host}{port}){parts.path or '/'}" + (f"?{parts.query}" if parts.query else "")


def pack_wacz(
    target: BinaryIO,
    warc: BinaryIO,
    index: Sequence[IndexLine],
    *,
    pages: Sequence[ArchivedPage],
    software: str,
    at: datetime,
) -> None:
    """Write the WACZ of one visit to `target`, the first page its main one.

    Layout and digests after the WACZ specification 1.1.1 (specs.webrecorder.net/wacz/1.1.1). A page's `ts` is the
    WARC-Date of its own response, since `wacz` drops pages whose `ts` differs.
    """
    lines = "".join(sorted(_cdxj(line) for line in index)).encode()
    listed = _pages(pages, index, at)
    small = {
        "indexes/index.cdx": lines,
        "pages/pages.jsonl": "".join(json.dumps(page) + "\n" for page in listed).encode(),
    }
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as packed:
        resources = [_write(packed, f"archive/{FILE_NAME}", warc)]
        resources += [_write(packed, name, BytesIO(content)) for name, content in small.items()]
        package = {
            "profile": "data-package",
            "wacz_version": "1.1.1",
            "created": listed[1]["ts"] if len(listed) > 1 else f"{at:%Y-%m-%dT%H:%M:%SZ}",
            "software": software,
            "mainPageUrl": listed[1]["url"] if len(listed) > 1 else "",
            "resources": resources,
        }
        told = json.dumps(package, indent=2).encode()
        _write(packed, "datapackage.json", BytesIO(told))
        digest = {"path": "datapackage.json", "hash": "sha256:" + hashlib.sha256(told).hexdigest()}
        _write(packed, "datapackage-digest.json", BytesIO(json.dumps(digest).encode()))


def _pages(pages: Sequence[ArchivedPage], index: Sequence[IndexLine], at: datetime) -> list[dict[str, str]]:
    """List the pages, the heading line first."""
    listed = [{"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}]
    for number, page in enumerate(pages, start=1):
        asked = page.url.split("#", maxsplit=1)[0]
        came = next((line.at for line in index if line.url == asked), at)
        listed.append({"id": f"page-{number}", "url": asked, "title": page.title, "ts": f"{came:%Y-%m-%dT%H:%M:%SZ}"})
    return listed


def _write(packed: zipfile.ZipFile, name: str, content: BinaryIO) -> dict[str, str | int]:
    """Write one entry in blocks and describe it as the datapackage lists it."""
    digest, size = hashlib.sha256(), 0
    with packed.open(zipfile.ZipInfo(name, LONG_AGO), "w", force_zip64=False) as entry:
        while block := content.read(BLOCK):
            entry.write(block)
            digest.update(block)
            size += len(block)
    return {"name": name.rsplit("/", 1)[-1], "path": name, "hash": f"sha256:{digest.hexdigest()}", "bytes": size}


def _cdxj(line: IndexLine) -> str:
    """Write one index line: key, time to the second, and where the record stands."""
    where = {
        "url": line.url,
        "mime": line.mime,
        "status": str(line.status),
        "digest": line.digest,
        "length": str(line.length),
        "offset": str(line.offset),
        "filename": FILE_NAME,
    }
    if line.posted:
        where |= {"method": line.method, "requestBody": line.posted}
    key = sort_key(line.url, line.posted).replace(" ", "%20")  # spaces part the fields of a line
    return f"{key} {line.at:%Y%m%d%H%M%S} {json.dumps(where)}\n"
