"""Recording every response of a page through CDP `Fetch`, as WARC 1.1.

Playwright's own `response.body()` gives empty or fetched-again bodies (measured with 1.65.2: a body read by
`fetch().blob()` came back as 0 bytes without an error); `Fetch` at the response stage hands over what the page gets.
"""

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from playwright.sync_api import CDPSession
from playwright.sync_api import Error as PlaywrightError
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from takedown.egress import addresses_of, is_open_address
from takedown.evidence.wacz import IndexLine

BODY_LIMIT = 64 << 20
"""Bytes of one response that are kept: CDP hands bodies over whole, in memory."""

CHANGED_BY_BROWSER = frozenset({"content-encoding", "transfer-encoding", "content-length"})
"""Headers that no longer fit the decoded body; kept as `X-Archive-Orig-*`, as browsertrix-crawler does."""


class Recorder:
    """Everything the browser received on one page; requests into closed networks are refused."""

    def __init__(
        self, cdp: CDPSession, archive: BinaryIO, *, allow_loopback: bool, limit: Callable[[str], None]
    ) -> None:
        """Record from `cdp` into `archive`; `limit` is told, in Dutch, what is missing and why."""
        self._cdp = cdp
        self._archive = archive
        self._writer = WARCWriter(archive, gzip=True, warc_version="WARC/1.1")
        self._allow_loopback = allow_loopback
        self._limit = limit
        self._hosts: dict[str, str] = {}
        self.index: list[IndexLine] = []

    def start(self, software: str) -> None:
        """Write the warcinfo record and pause every request and response from now on."""
        self._writer.write_record(
            self._writer.create_warcinfo_record(
                "pagina.warc.gz", {"software": software, "format": "WARC File Format 1.1"}
            )
        )
        self._cdp.on("Fetch.requestPaused", self._pause)
        stages = [{"urlPattern": "*", "requestStage": stage} for stage in ("Request", "Response")]
        self._cdp.send("Network.enable")
        self._cdp.send("Fetch.enable", {"patterns": stages})

    def _pause(self, event: dict[str, Any]) -> None:
        """Look at one paused request or response, then let it go on, or refuse it."""
        url = event["request"]["url"]
        try:
            if "responseStatusCode" in event:
                self._record(event, url)
            elif "responseErrorReason" in event:
                self._limit(f"Niet geladen: {url[:300]} ({event['responseErrorReason']}).")
            elif refusal := self._refusal(url):
                self._limit(f"Geweigerd: {url[:300]} ({refusal}).")
                self._cdp.send(
                    "Fetch.failRequest", {"requestId": event["requestId"], "errorReason": "AddressUnreachable"}
                )
                return
            self._cdp.send("Fetch.continueRequest", {"requestId": event["requestId"]})
        except PlaywrightError as error:
            # The page went on (navigation, closing) while we held this one: it can't be continued or read any more.
            self._limit(f"Niet volledig vastgelegd: {url[:300]} ({str(error).splitlines()[0][:200]}).")

    def _refusal(self, url: str) -> str:
        """Say why this URL may not be asked for; empty when it may. A host is looked up once per page."""
        parts = urlsplit(url)
        if parts.scheme in ("data", "blob", "about"):
            return ""
        host = parts.hostname or ""
        if parts.scheme not in ("http", "https") or not host:
            return "geen webadres"
        if host not in self._hosts:
            found = addresses_of(host)
            closed = [one for one in found if not is_open_address(one, allow_loopback=self._allow_loopback)]
            self._hosts[host] = f"besloten netwerk {closed[0]}" if closed else ""
        return self._hosts[host]

    def _record(self, event: dict[str, Any], url: str) -> None:
        """Write one response, and the request that asked for it, to the archive."""
        headers = [(h["name"], " ".join(h["value"].split("\n"))) for h in event.get("responseHeaders", [])]
        body, truncated = self._body(event, url, {name.casefold(): value for name, value in headers})
        kept = [(f"X-Archive-Orig-{n}" if n.casefold() in CHANGED_BY_BROWSER else n, v) for n, v in headers]
        kept.append(("Content-Length", str(len(body))))
        status = f"{event['responseStatusCode']} {event.get('responseStatusText', '')}".strip()
        when = datetime.now(UTC)
        extra = {"WARC-Date": when.strftime("%Y-%m-%dT%H:%M:%S.%fZ")}
        if truncated:
            extra["WARC-Truncated"] = "length"
        record = self._writer.create_warc_record(
            url,
            "response",
            payload=BytesIO(body),
            http_headers=StatusAndHeaders(status, kept, protocol="HTTP/1.1"),
            warc_headers_dict=extra,
        )
        offset = self._archive.tell()
        self._writer.write_record(record)
        mime = next((v.split(";")[0].strip() for n, v in kept if n.casefold() == "content-type"), "unk")
        self.index.append(
            IndexLine(
                url=url,
                at=when,
                mime=mime,
                status=event["responseStatusCode"],
                digest=record.rec_headers.get_header("WARC-Payload-Digest") or "",
                offset=offset,
                length=self._archive.tell() - offset,
            )
        )
        self._write_request(event["request"], url, extra["WARC-Date"], record.rec_headers.get_header("WARC-Record-ID"))

    def _write_request(self, request: dict[str, Any], url: str, date: str, answered_by: str | None) -> None:
        """Write the request record that belongs to a response (WARC 1.1 §6.4)."""
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._writer.write_record(
            self._writer.create_warc_record(
                url,
                "request",
                payload=BytesIO(request.get("postData", "").encode("utf-8", "surrogatepass")),
                http_headers=StatusAndHeaders(
                    f"{request['method']} {target} HTTP/1.1",
                    [("Host", parts.netloc), *request["headers"].items()],
                    is_http_request=True,
                ),
                warc_headers_dict={"WARC-Date": date, "WARC-Concurrent-To": answered_by or ""},
            )
        )

    def _body(self, event: dict[str, Any], url: str, headers: dict[str, str]) -> tuple[bytes, bool]:
        """Fetch the body as the page will get it; the second value says that it was left out."""
        status = event["responseStatusCode"]
        if 300 <= status < 400 or status in (204, 205) or event["request"]["method"] == "HEAD":  # noqa: PLR2004 - HTTP's classes
            return b"", False  # no body to ask for (RFC 9110 §15.3.5, §15.4); CDP refuses to give one
        if event.get("resourceType") == "Media":
            self._limit(f"Beeld of geluid niet in het archief opgenomen: {url[:300]}.")
            return b"", True
        endless = headers.get("content-type", "").startswith(("text/event-stream", "multipart/x-mixed-replace"))
        length = headers.get("content-length", "0")
        if endless or (length.isdigit() and int(length) > BODY_LIMIT):
            self._limit(f"Te groot of zonder einde, niet in het archief: {url[:300]} ({length} bytes aangekondigd).")
            return b"", True
        answer = self._cdp.send("Fetch.getResponseBody", {"requestId": event["requestId"]})
        body = str(answer["body"])
        return (base64.b64decode(body) if answer["base64Encoded"] else body.encode("utf-8")), False
