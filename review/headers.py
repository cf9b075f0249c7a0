"""Headers that every answer of the desk carries (OWASP Secure Headers; CSP level 3)."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""Nothing inline, nothing from elsewhere: a script in a post's text has nowhere to run."""

FILE_POLICY = "default-src 'none'; img-src 'self'; sandbox; frame-ancestors 'none'; base-uri 'none'"
"""For evidence files, which are other people's bytes: no script, no form, an origin of their own."""

FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), browsing-topics=()",
    "X-Robots-Tag": "noindex",
}


def add_headers(headers: MutableHeaders, *, secure: bool) -> None:
    """Set the headers that are not there yet; pages are never stored by a cache or the browser's disk."""
    for name, value in FIXED.items():
        headers.setdefault(name, value)
    headers.setdefault("Content-Security-Policy", POLICY)
    headers.setdefault("Cache-Control", "no-store")
    if secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")


class SafeHeaders:
    """ASGI middleware that adds the headers to every answer, refuses oversized bodies, and lets nothing else change."""

    def __init__(self, app: ASGIApp, *, secure: bool, most_bytes: int = 4_000_000) -> None:
        """Wrap `app`. `most_bytes`: a roster of 10,000 people is about 2 MB."""
        self.app = app
        self.secure = secure
        self.most_bytes = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                add_headers(MutableHeaders(scope=message), secure=self.secure)
            await send(message)

        if self._is_too_big(scope):
            start = {"type": "http.response.start", "status": 413, "headers": [(b"content-type", b"text/plain")]}
            await send_with_headers(start)
            await send({"type": "http.response.body", "body": b"The form is too big, or its length is not given."})
            return
        await self.app(scope, receive, send_with_headers)

    def _is_too_big(self, scope: Scope) -> bool:
        """Refuse a body over the limit, and one without a length (chunked), before a byte of it is read."""
        if scope["method"] in {"GET", "HEAD"}:
            return False
        headers = dict(scope["headers"])
        length = headers.get(b"content-length", b"")
        if not length:
            return b"transfer-encoding" in headers
        return not length.isdigit() or int(length) > self.most_bytes
