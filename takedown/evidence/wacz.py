"""Packing a WARC file as WACZ 1.1.1, so that ReplayWeb.page opens it: a ZIP with an index and a list of pages."""

import hashlib
import json
import zipfile
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from urllib.parse import urlsplit

LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The date of every entry, ZIP's earliest: the same content gives the same bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexLine:
    """Where one response stands in the archive."""

    url: str
    at: datetime
    mime: str
    status: int
    digest: str
    offset: int
    length: int
    """Bytes of the compressed record."""


def sort_key(url: str) -> str:
    """Give the SURT of a URL: host turned round, so that a site's pages stand together in the index."""
    parts = urlsplit(url.casefold())
    host = ",".join(reversed((parts.hostname or "").removeprefix("www.").split(".")))
    port = f":{parts.port}" if parts.port else ""
    return f"{host}{port}){parts.path or '/'}" + (f"?{parts.query}" if parts.query else "")


def pack_wacz(warc: bytes, index: list[IndexLine], *, url: str, title: str, software: str, at: datetime) -> bytes:
    """Give the WACZ of one page.

    Layout and digests after the WACZ specification 1.1.1 (specs.webrecorder.net/wacz/1.1.1). The page's `ts` is the
    WARC-Date of its own response, since `wacz` drops pages whose `ts` differs.
    """
    lines = sorted(_cdxj(line) for line in index)
    asked = url.split("#", maxsplit=1)[0]
    stamp = next((line.at for line in index if line.url == asked), at).strftime("%Y-%m-%dT%H:%M:%SZ")
    pages = [
        {"format": "json-pages-1.0", "id": "pages", "title": "All Pages"},
        {"id": "page-1", "url": asked, "title": title, "ts": stamp},
    ]
    entries = {
        "archive/pagina.warc.gz": warc,
        "indexes/index.cdx": "".join(lines).encode(),
        "pages/pages.jsonl": "".join(json.dumps(page) + "\n" for page in pages).encode(),
    }
    resources = [
        {
            "name": name.rsplit("/", 1)[-1],
            "path": name,
            "hash": "sha256:" + hashlib.sha256(content).hexdigest(),
            "bytes": len(content),
        }
        for name, content in entries.items()
    ]
    package = {
        "profile": "data-package",
        "wacz_version": "1.1.1",
        "created": stamp,
        "software": software,
        "resources": resources,
    }
    entries["datapackage.json"] = json.dumps(package, indent=2).encode()
    digest = {"path": "datapackage.json", "hash": "sha256:" + hashlib.sha256(entries["datapackage.json"]).hexdigest()}
    entries["datapackage-digest.json"] = json.dumps(digest).encode()
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, content in entries.items():
            archive.writestr(zipfile.ZipInfo(name, LONG_AGO), content)
    return packed.getvalue()


def _cdxj(line: IndexLine) -> str:
    """Write one index line: key, time to the second, and where the record stands."""
    where = {
        "url": line.url,
        "mime": line.mime,
        "status": str(line.status),
        "digest": line.digest,
        "length": str(line.length),
        "offset": str(line.offset),
        "filename": "pagina.warc.gz",
    }
    return f"{sort_key(line.url)} {line.at:%Y%m%d%H%M%S} {json.dumps(where)}\n"
