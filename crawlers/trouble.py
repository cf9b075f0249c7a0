"""What went wrong with a request, in a sentence for a person."""

from scrapy import exceptions as scrapy_errors
from twisted.internet import error as net
from twisted.web.client import ResponseFailed

from crawlers.errors import CrawlError

_NO_ADDRESS = (
    "has no address on the internet (DNS). Is this machine online? Else look for a typing mistake in the card."
)

_SENTENCES: tuple[tuple[str, str], ...] = (
    ("max redirections reached", "sends us around in a circle of redirects. Look at the address in a browser."),
    ("DownloadTimeout", "did not answer in time. It is tried again at the next look."),
    ("TimeoutError", "did not answer in time. It is tried again at the next look."),
    ("TimedOut", "did not answer in time. It is tried again at the next look."),
    ("CannotResolveHost", _NO_ADDRESS),
    ("DNSLookup", _NO_ADDRESS),
    ("ERR_NAME_NOT_RESOLVED", _NO_ADDRESS),
    ("ConnectionRefused", "refuses connections. Is the site down? It is tried again at the next look."),
    ("ERR_CONNECTION_REFUSED", "refuses connections. Is the site down? It is tried again at the next look."),
    ("DownloadCancelled", "sends more than 10 MB for one page; it was cut off and not read."),
    ("maxsize", "sends more than 10 MB for one page; it was cut off and not read."),
    ("certificate", "has no valid certificate, so it may be somebody else's; it was not read."),
    ("SSL", "has no valid certificate, so it may be somebody else's; it was not read."),
    ("UnsupportedURLScheme", "leads to something that is no web page."),
    ("ResponseDataLoss", "broke off in the middle of its answer. It is tried again at the next look."),
    ("ConnectionLost", "broke the connection. It is tried again at the next look."),
    ("ResponseNeverReceived", "broke the connection. It is tried again at the next look."),
    ("ConnectionDone", "broke the connection. It is tried again at the next look."),
    ("ResponseFailed", "gave an answer that is no proper HTTP. It is tried again at the next look."),
    ("ParseError", "gave an answer that is no proper HTTP. It is tried again at the next look."),
)
"""Looked for in the error's types and words, first match counts."""

PASSING: tuple[type[BaseException], ...] = (
    scrapy_errors.DownloadTimeoutError,
    scrapy_errors.DownloadConnectionRefusedError,
    scrapy_errors.DownloadFailedError,
    scrapy_errors.ResponseDataLossError,
    net.TimeoutError,
    net.ConnectionRefusedError,
    net.ConnectionDone,
    net.ConnectError,
    net.ConnectionLost,
    net.TCPTimedOutError,
    ResponseFailed,
    TimeoutError,
    OSError,
)
"""Errors worth another try after a moment."""


def explain(error: BaseException, url: str) -> str:
    """Say what went wrong with the request for `url`, and what to do."""
    if isinstance(error, CrawlError):
        return str(error)
    said = f"{' '.join(kind.__name__ for kind in type(error).__mro__)} {error} {getattr(error, 'reasons', '')}"
    for sign, sentence in _SENTENCES:
        if sign.lower() in said.lower():
            return f"{url} {sentence}"
    return (
        f"{url} could not be fetched ({type(error).__name__}: {str(error)[:200]}). It is tried again at the next look."
    )


def explain_status(status: int, url: str) -> str:
    """Say what an HTTP status other than success means for us, and what to do."""
    if status in {401, 403}:
        return (
            f"{url} refuses us ({status}): a login wall or a block. Handenaf reads public pages only and goes no "
            "further. Ask the site for permission, or take the card away."
        )
    if status in {404, 410}:
        return f"{url} is not there ({status}). If it is the card's address, correct it."
    if status in {429, 503}:
        return f"{url} asks us to come back later ({status})."
    if status >= 500:  # noqa: PLR2004 - HTTP server errors
        return f"{url} has trouble of its own ({status}). It is tried again at the next look."
    return f"{url} answered {status}, which is no page. Look at it in a browser."
