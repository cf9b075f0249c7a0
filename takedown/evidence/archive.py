"""The WARC 1.1 file of a visit: every exchange as it came, and where each stands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import BinaryIO
from urllib.parse import urlsplit

from warcio.archiveiterator import ArchiveIterator
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from takedown.evidence.posted import posted_query

FILE_NAME = "pagina.warc.gz"

CHANGED_BY_BROWSER = frozenset({"content-encoding", "transfer-encoding", "content-length"})
"""Headers that no longer fit the decoded body; kept as `X-Archive-Orig-*`, as browsertrix-crawler does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and the response to it, the body decoded as the page got it."""

    url: str
    at: datetime
    method: str
    asked_headers: tuple[tuple[str, str], ...]
    asked_body: bytes
    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    """In the order in which they came."""
    body: bytes
    truncated: str = ""
    """Why the body is not here: WARC 1.1 §5.13's length, time, disconnect or unspecified; empty when it is whole."""

    def header(self, name: str) -> str:
        """Give the first response header of that name; empty when there is none."""
        return next((value for key, value in self.headers if key.casefold() == name), "")


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
    method: str = "GET"
    posted: str = ""
    """A posted body as a query (see `posted`); part of the key under which replay looks it up."""


class Archive:
    """Writes records into `file`, which must be seekable, and remembers where they stand."""

    def __init__(self, file: BinaryIO) -> None:
        """Write from the file's beginning."""
        self._file = file
        self._writer = WARCWriter(file, gzip=True, warc_version="WARC/1.1")
        self.index: list[IndexLine] = []
        self._bodies: dict[str, tuple[int, int]] = {}

    def begin(self, facts: Mapping[str, str]) -> None:
        """Write the warcinfo record: the program, and what ties the file to a moment before it was made."""
        self._writer.write_record(
            self._writer.create_warcinfo_record(FILE_NAME, {"format": "WARC File Format 1.1", **facts})
        )

    def add(self, one: Exchange) -> None:
        """Write a response and the request that asked for it (WARC 1.1 §6.3, §6.4)."""
        kept = [(f"X-Archive-Orig-{n}" if n.casefold() in CHANGED_BY_BROWSER else n, v) for n, v in one.headers]
        kept.append(("Content-Length", str(len(one.body))))
        date = one.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        extra = {"WARC-Date": date} | ({"WARC-Truncated": one.truncated} if one.truncated else {})
        record = self._record(one.url, "response", one.body, f"{one.status} {one.reason}".strip(), kept, extra)
        offset = self._file.tell()
        self._writer.write_record(record)
        length = self._file.tell() - offset
        self.index.append(
            IndexLine(
                url=one.url,
                at=one.at,
                mime=one.header("content-type").split(";")[0].strip() or "unk",
                status=one.status,
                digest=record.rec_headers.get_header("WARC-Payload-Digest") or "",
                offset=offset,
                length=length,
                method=one.method,
                posted=posted_query(one.method, dict(one.asked_headers), one.asked_body),
            )
        )
        if not one.truncated and one.status in (200, 206):
            self._bodies.setdefault(one.url, (offset, len(one.body)))
        asked_by = {"WARC-Date": date, "WARC-Concurrent-To": record.rec_headers.get_header("WARC-Record-ID")}
        self._writer.write_record(self._request(one, asked_by))

    def _request(self, one: Exchange, extra: dict[str, str]) -> ArcWarcRecord:
        """Make the record of the request as the browser says it sent it."""
        parts = urlsplit(one.url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = [("Host", parts.netloc), *one.asked_headers]
        line = f"{one.method} {target} HTTP/1.1"
        return self._record(one.url, "request", one.asked_body, line, headers, extra, asking=True)

    def _record(
        self,
        url: str,
        kind: str,
        body: bytes,
        line: str,
        headers: Iterable[tuple[str, str]],
        extra: dict[str, str],
        *,
        asking: bool = False,
    ) -> ArcWarcRecord:
        """Make one record."""
        told = StatusAndHeaders(line, list(headers), protocol="" if asking else "HTTP/1.1", is_http_request=asking)
        return self._writer.create_warc_record(
            url, kind, payload=BytesIO(body), http_headers=told, warc_headers_dict=extra
        )

    def sizes(self) -> dict[str, int]:
        """Give the bytes of every whole body, by URL."""
        return {url: size for url, (_, size) in self._bodies.items()}

    def body(self, url: str) -> tuple[bytes, str] | None:
        """Read a body back, with its type; None when it is not here whole."""
        place = self._bodies.get(url)
        if place is None:
            return None
        end = self._file.tell()
        self._file.seek(place[0])
        record = next(iter(ArchiveIterator(self._file)))
        content: bytes = record.content_stream().read()
        mime = record.http_headers.get_header("Content-Type", "").split(";")[0].strip().casefold()
        self._file.seek(end)
        return content, mime
