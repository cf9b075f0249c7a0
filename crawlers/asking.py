"""Asking a site a few questions before it has a card: one polite request at a time, within bounds."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import httpx
from protego import Protego

from crawlers.bounds import Bounds, is_private, site_of
from crawlers.errors import OutOfBounds, RobotsForbid, UnknownSite
from crawlers.politeness import MOST_BYTES, user_agent

_HOPS = 5
"""Redirects followed; a page that was moved has one or two."""

_SECONDS = 30.0
"""How long a site may take to answer."""
_NO_NAME = ("Name or service not known", "Temporary failure in name resolution", "nodename nor servname", "No address")
"""What Linux and macOS say about a name that has no address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a site answered."""

    url: str
    """Where it was in the end."""
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def content_type(self) -> str:
        """The media type alone, in lower case."""
        return self.headers.get("content-type", "").split(";", maxsplit=1)[0].strip().lower()

    @property
    def is_ok(self) -> bool:
        """A page came."""
        return 200 <= self.status < 300  # noqa: PLR2004 - HTTP success


class Visitor:
    """Somebody who asks one site a few questions, obeying its robots.txt."""

    def __init__(self, address: str, *, allow_loopback: bool, contact: str) -> None:
        """Prepare to visit the site of `address`."""
        self.bounds = Bounds(address=address, allow_loopback=allow_loopback)
        self.allow_loopback = allow_loopback
        self.client = httpx.Client(
            headers={"User-Agent": user_agent(contact)}, timeout=_SECONDS, follow_redirects=False
        )
        self.robots: dict[str, Protego] = {}

    def ask(self, url: str) -> Reply:
        """Ask for `url`. Raises `OutOfBounds`, `RobotsForbid`, or `UnknownSite` where no answer comes."""
        for _ in range(_HOPS):
            self._check_robots(url)
            reply = self._fetch(url)
            if not 300 <= reply.status < 400 or "location" not in reply.headers:  # noqa: PLR2004 - HTTP redirects
                return reply
            following = urljoin(url, reply.headers["location"])
            self._follow(url, following)
            url = following
        message = (
            f"{url} sends us around in a circle of redirects. Look at it in a browser and give the address you end at."
        )
        raise UnknownSite(message)

    def _follow(self, url: str, following: str) -> None:
        """Move the bounds along where the very first page leads to another host of the same site (www, https)."""
        old, new = urlsplit(url), urlsplit(following)
        if site_of(old.hostname or "") == site_of(new.hostname or "") and (old.hostname != new.hostname):
            self.bounds = Bounds(address=following, allow_loopback=self.allow_loopback)

    def _check_robots(self, url: str) -> None:
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        if site not in self.robots:
            answer = self._fetch(f"{site}/robots.txt")
            rules = answer.body.decode("utf-8-sig", "replace") if answer.is_ok else ""
            refused = "User-agent: *\nDisallow: /" if answer.status >= 500 else rules  # noqa: PLR2004 - RFC 9309 §2.3.1.4
            self.robots[site] = Protego.parse(refused)
        if not self.robots[site].can_fetch(url, "Handenaf"):
            message = f"robots.txt of {site} asks us not to fetch {url}. We don't; ask the site for permission."
            raise RobotsForbid(message)

    def _fetch(self, url: str) -> Reply:
        self.bounds.check(url)
        try:
            with self.client.stream("GET", url) as answer:
                self._check_peer(answer, url)
                body = b""
                for part in answer.iter_bytes(65_536):
                    body += part
                    if len(body) > MOST_BYTES:
                        message = f"{url} sends more than 10 MB for one page; it was not read."
                        raise UnknownSite(message)
                headers = {name.lower(): value for name, value in answer.headers.items()}
                return Reply(url=url, status=answer.status_code, headers=headers, body=body)
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise UnknownSite(_explain(error, url)) from error

    def _check_peer(self, answer: httpx.Response, url: str) -> None:
        """Look whom we are really talking to, before reading a word: a public name may point into a private network."""
        stream = answer.extensions.get("network_stream")
        peer = stream.get_extra_info("server_addr") if stream is not None else None
        if peer and not self.allow_loopback and is_private(str(peer[0])):
            message = f"{url} points into a private network ({peer[0]}). Handenaf reads public sites only."
            raise OutOfBounds(message)


def _explain(error: Exception, url: str) -> str:
    """Say why no answer came, and what to do; about the site, for a person did not ask for its robots.txt."""
    site = urlsplit(url).hostname or url
    if isinstance(error, httpx.ConnectError) and any(sign in str(error) for sign in _NO_NAME):
        return f"{site} has no address on the internet (DNS). Is this machine online? Else look for a typing mistake."
    if isinstance(error, httpx.TimeoutException):
        return f"{site} did not answer within {_SECONDS:.0f} seconds. Try again later."
    return f"{url} could not be fetched ({type(error).__name__}: {error}). Look at it in a browser, then try again."
