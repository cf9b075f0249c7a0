"""Recording every response of a page through CDP `Fetch`.

Playwright's own `response.body()` gives empty or fetched-again bodies (measured with 1.65.2: a body read by
`fetch().blob()` came back as 0 bytes without an error); `Fetch` at the response stage hands over what the page gets.
"""

import base64
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import CDPSession
from playwright.sync_api import Error as PlaywrightError

from takedown.egress import addresses_of, is_open_address
from takedown.evidence.archive import Archive, Exchange

BODY_LIMIT = 64 << 20
"""Bytes of one response that are kept: CDP hands bodies over whole, in memory."""

NO_BODY = (204, 205, 304)
"""Statuses without a body (RFC 9110 §15.3.5, §15.4.5); CDP refuses to give one, as for redirects."""


class Names:
    """The hosts that a visit asked for: looked up once each, and refused where they lie in a closed network."""

    def __init__(self, *, allow_loopback: bool) -> None:
        """Know no host yet."""
        self._allow_loopback = allow_loopback
        self.answers: dict[str, tuple[str, ...]] = {}

    def refusal(self, url: str) -> str:
        """Say, in Dutch, why this URL may not be asked for; empty when it may."""
        parts = urlsplit(url)
        if parts.scheme in ("data", "blob", "about"):
            return ""
        host = parts.hostname or ""
        if parts.scheme not in ("http", "https") or not host:
            return "geen webadres"
        if host not in self.answers:
            self.answers[host] = addresses_of(host)
        closed = next((one for one in self.answers[host] if not self.is_open(one)), "")
        return f"besloten netwerk {closed}" if closed else ""

    def is_open(self, address: str) -> bool:
        """Say whether an address may be reached."""
        return is_open_address(address, allow_loopback=self._allow_loopback)


class Recorder:
    """Everything the browser received on one page; requests into closed networks are refused."""

    def __init__(self, cdp: CDPSession, archive: Archive, names: Names, limit: Callable[[str], None]) -> None:
        """Record from `cdp` into `archive`; `limit` is told, in Dutch, what is missing and why."""
        self._cdp, self._archive, self._names, self._limit = cdp, archive, names, limit
        self._open: dict[str, float] = {}
        self.documents: dict[str, dict[str, Any]] = {}
        """What CDP told about each document's response, by URL: address, TLS, and when its headers came."""

    def start(self) -> None:
        """Pause every request and response from now on."""
        self._cdp.on("Fetch.requestPaused", self._pause)
        self._cdp.on("Network.requestWillBeSent", self._opened)
        self._cdp.on("Network.loadingFinished", self._closed)
        self._cdp.on("Network.loadingFailed", self._closed)
        self._cdp.on("Network.responseReceived", self._received)
        stages = [{"urlPattern": "*", "requestStage": stage} for stage in ("Request", "Response")]
        self._cdp.send("Network.enable")  # before navigating: else the certificate can't be asked for (measured)
        self._cdp.send("Fetch.enable", {"patterns": stages})

    def open_requests(self, *, older_than_s: float = 0.0) -> int:
        """Count the requests that no answer finished yet."""
        now = time.monotonic()
        return sum(now - since >= older_than_s for since in self._open.values())

    def _opened(self, event: dict[str, Any]) -> None:
        """Note a request; endless ones (event streams) would never finish, so they don't count."""
        if event.get("type") not in ("EventSource", "WebSocket", "Ping", "Media"):
            self._open[event["requestId"]] = time.monotonic()

    def _closed(self, event: dict[str, Any]) -> None:
        """Note that a request is done."""
        self._open.pop(event["requestId"], None)

    def _received(self, event: dict[str, Any]) -> None:
        """Note where a document came from, and refuse to be silent about an address that may not be reached.

        A name was looked up before it was asked for; one that changed its address in between is caught here.
        """
        answer = event["response"]
        address = str(answer.get("remoteIPAddress", "")).strip("[]")
        if address and not self._names.is_open(address):
            self._limit(f"Kwam van een besloten netwerk ({address}): {answer['url'][:300]}.")
        if event.get("type") == "Document":
            kept = ("remoteIPAddress", "remotePort", "protocol", "securityDetails", "securityState")
            told = self.documents.setdefault(answer["url"], {})
            told.update({name: answer[name] for name in kept if name in answer})

    def _pause(self, event: dict[str, Any]) -> None:
        """Look at one paused request or response, then let it go on, or refuse it."""
        url = event["request"]["url"]
        try:
            if "responseStatusCode" in event:
                self._record(event, url)
            elif "responseErrorReason" in event:
                self._limit(f"Niet geladen: {url[:300]} ({event['responseErrorReason']}).")
            elif refusal := self._names.refusal(url):
                self._limit(f"Geweigerd: {url[:300]} ({refusal}).")
                refused = {"requestId": event["requestId"], "errorReason": "AddressUnreachable"}
                self._cdp.send("Fetch.failRequest", refused)
                return
            self._cdp.send("Fetch.continueRequest", {"requestId": event["requestId"]})
        except PlaywrightError as error:
            # The page went on (navigation, closing) while we held this one: it can't be continued or read any more.
            self._limit(f"Niet volledig vastgelegd: {url[:300]} ({str(error).splitlines()[0][:200]}).")

    def _record(self, event: dict[str, Any], url: str) -> None:
        """Write one response, and the request that asked for it, to the archive."""
        at = datetime.now(UTC)
        headers = tuple((h["name"], " ".join(h["value"].split("\n"))) for h in event.get("responseHeaders", []))
        if event.get("resourceType") == "Document":
            date = next((value for name, value in headers if name.casefold() == "date"), "")
            self.documents[url] = {"received": at.isoformat(), "date": date, "headers": [list(one) for one in headers]}
        body, truncated = self._body(event, url, {name.casefold(): value for name, value in headers})
        request = event["request"]
        self._archive.add(
            Exchange(
                url=url,
                at=at,
                method=request["method"],
                asked_headers=tuple(request["headers"].items()),
                asked_body=self._posted(event, url),
                status=event["responseStatusCode"],
                reason=event.get("responseStatusText", ""),
                headers=headers,
                body=body,
                truncated=truncated,
            )
        )

    def _posted(self, event: dict[str, Any], url: str) -> bytes:
        """Give the body that was sent along, bytes as they were; a file or blob is not told by CDP."""
        request = event["request"]
        parts = request.get("postDataEntries") or []
        if parts and all("bytes" in part for part in parts):
            return b"".join(base64.b64decode(part["bytes"]) for part in parts)
        if "postData" in request:
            return str(request["postData"]).encode("utf-8", "surrogatepass")
        if request.get("hasPostData"):
            self._limit(f"Wat de pagina meestuurde is niet vastgelegd: {url[:300]}.")
        return b""

    def _body(self, event: dict[str, Any], url: str, headers: dict[str, str]) -> tuple[bytes, str]:
        """Fetch the body as the page will get it; the second value says why it was left out."""
        status, redirect = event["responseStatusCode"], 300
        if status in NO_BODY or event["request"]["method"] == "HEAD":
            return b"", ""
        if redirect <= status < redirect + 100 and "location" in headers:
            return b"", ""  # a browser reads no body there, and neither can we
        endless = headers.get("content-type", "").startswith(("text/event-stream", "multipart/x-mixed-replace"))
        length = headers.get("content-length", "0")
        if endless or (length.isdigit() and int(length) > BODY_LIMIT):
            self._limit(f"Te groot of zonder einde, niet in het archief: {url[:300]} ({length} bytes aangekondigd).")
            return b"", "length"
        try:
            answer = self._cdp.send("Fetch.getResponseBody", {"requestId": event["requestId"]})
        except PlaywrightError as error:
            self._limit(f"De inhoud ontbreekt in het archief: {url[:300]} ({str(error).splitlines()[0][:200]}).")
            return b"", "disconnect"
        body = str(answer["body"])
        return (base64.b64decode(body) if answer["base64Encoded"] else body.encode("utf-8")), ""
