"""Where a spider may go: its own site, and never a private network unless the card allows it."""

import ipaddress
import socket
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit

import tldextract

from crawlers.errors import OutOfBounds

_PORTS = {"http": 80, "https": 443}


@lru_cache(maxsize=1)
def _suffixes() -> tldextract.TLDExtract:
    """Give the public-suffix list that comes with tldextract; it is never fetched from the network."""
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def site_of(host: str) -> str:
    """Give the registrable domain of `host` (forum.voorbeeld.nl → voorbeeld.nl), or `host` itself where it has none."""
    return _suffixes()(host).top_domain_under_public_suffix or host


def is_private(address: str) -> bool:
    """Tell whether an IP address, written out, is anything but a public one (loopback, private, link-local, …)."""
    return not ipaddress.ip_address(address.split("%", maxsplit=1)[0]).is_global


def _literal(host: str) -> str:
    """Give the IP address that `host` spells (also 127.1 or 0x7f000001, as resolvers read it), or ""."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except (OSError, UnicodeError):
        return ""


def _port(parts: SplitResult) -> int:
    return parts.port or _PORTS.get(parts.scheme, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The addresses that belong to one source."""

    address: str
    """The card's address."""
    also_hosts: tuple[str, ...] = ()
    """Further hosts (`host` or `host:port`) whose scripts the pages need."""
    allow_loopback: bool = False

    def check(self, url: str) -> None:
        """Let `url` pass, or raise `OutOfBounds` with a sentence.

        On a public site every host of the same registrable domain passes, on the usual ports or the card's own.
        On an IP address or a name without a domain (localhost) host and port must both be the card's, so that a
        page on one loopback server can't send us to another.
        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", _port(parts)
        except ValueError as error:
            message = f"{url[:200]!r} is not an address ({error})."
            raise OutOfBounds(message) from error
        if parts.scheme not in _PORTS or not host:
            message = f"{url[:200]!r} is not a web address (http or https)."
            raise OutOfBounds(message)
        self._check_private(host)
        if not self._belongs(host, port):
            home = urlsplit(self.address).hostname
            message = f"{url[:200]} lies outside the source's own site ({home}); it was not asked for."
            raise OutOfBounds(message)

    def _check_private(self, host: str) -> None:
        if self.allow_loopback:
            return
        literal = _literal(host)
        inside = host == "localhost" or host.endswith((".localhost", ".local", ".internal"))
        if inside or (literal and is_private(literal)):
            message = (
                f"{host} is a private or loopback address. Handenaf reads public sites only; "
                "a card for a site on this machine needs allow_loopback = true."
            )
            raise OutOfBounds(message)

    def _belongs(self, host: str, port: int) -> bool:
        home = urlsplit(self.address)
        if host in self.also_hosts or f"{host}:{port}" in self.also_hosts:
            return True
        if host == home.hostname:
            usual = set() if _literal(host) or host == "localhost" else set(_PORTS.values())
            return port == _port(home) or port in usual
        ours = site_of(home.hostname or "")
        return "." in ours and not _literal(host) and site_of(host) == ours and port in _PORTS.values()
