"""How a page's own request was answered: redirects, headers in order, address, TLS, and the server's clock."""

from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from playwright.sync_api import Response

from takedown.evidence.recorder import Recorder


class Answers:
    """What the browser was told about the page itself."""

    def __init__(self, answer: Response, recorder: Recorder) -> None:
        """Read `answer` beside what `recorder` saw of the same document."""
        self._answer = answer
        self._told: dict[str, Any] = recorder.documents.get(answer.url.split("#", maxsplit=1)[0], {})

    @property
    def url(self) -> str:
        """The address that gave the page, after redirects."""
        return self._answer.url

    def facts(self) -> dict[str, object]:
        """Give status, headers, redirects, server address, TLS and clock, as a visit reports them."""
        server: dict[str, Any] = dict(self._answer.server_addr() or {})
        headers = self._told.get("headers") or [[h["name"], h["value"]] for h in self._answer.headers_array()]
        return {
            "status": self._answer.status,
            "redirects": self._hops(),
            "headers": headers,
            "server_ip": self._told.get("remoteIPAddress", "").strip("[]") or server.get("ipAddress", ""),
            "protocol": self._told.get("protocol", ""),
            "tls": self._tls(),
            "clock": clock_beside(self._told.get("date", ""), self._told.get("received", "")),
        }

    def _hops(self) -> list[dict[str, object]]:
        """Give the redirects that led here, first one first."""
        hops: list[dict[str, object]] = []
        request = self._answer.request
        while request.redirected_from:
            earlier = request.redirected_from
            response = earlier.response()
            hops.insert(0, {"van": earlier.url, "naar": request.url, "status": response.status if response else 0})
            request = earlier
        return hops

    def _tls(self) -> dict[str, Any] | None:
        """Give what the browser says about the connection, with the certificate transparency receipts (RFC 6962 §3.2)."""
        seen = self._told.get("securityDetails")
        if not seen:
            return dict(self._answer.security_details() or {}) or None
        kept = ("protocol", "keyExchangeGroup", "cipher", "subjectName", "sanList", "issuer", "validFrom", "validTo")
        told = {name: seen[name] for name in kept if name in seen}
        for name in ("validFrom", "validTo"):
            told[name] = int(told.get(name, 0))
        told["scts"] = [
            {
                "log": one.get("logDescription", ""),
                "status": one.get("status", ""),
                "tijd": int(one.get("timestamp", 0)),
            }
            for one in seen.get("signedCertificateTimestampList", [])
        ]
        return told


def clock_beside(date: str, received: str) -> dict[str, object]:
    """Compare our clock with the server's `Date` header, which counts whole seconds (RFC 9110 §6.6.1).

    Gives nothing where there is no header or it is no date. `afwijking_ms` above zero: the server's clock is ahead;
    `onzekerheid_ms` is half its second, the way of the answer not counted.
    """
    try:
        told, ours = parsedate_to_datetime(date), datetime.fromisoformat(received)
        ahead = (told - ours).total_seconds() * 1000 + 500
    except (ValueError, TypeError):
        return {}
    return {"serverdatum": date, "afwijking_ms": round(ahead), "onzekerheid_ms": 500, "ontvangen": received}
