"""Where this room's own requests may go: the public web, and loopback only where the caller allows it."""

import ipaddress
import socket
from urllib.parse import urlsplit

from .errors import EvidenceError


def addresses_of(host: str) -> tuple[str, ...]:
    """Resolve `host` to its IP addresses; none when it doesn't resolve."""
    try:
        found = socket.getaddrinfo(host, None, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError):
        return ()
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_open_address(address: str, *, allow_loopback: bool) -> bool:
    """Say whether this IP address lies on the public internet, or is a loopback that the caller allows.

    Private, link-local (cloud metadata), multicast and reserved ranges never are (IANA special-purpose registries,
    RFC 6890, as `ipaddress` knows them). IPv4 inside IPv6 (RFC 4291 §2.5.5.2) is judged as the IPv4 address.
    """
    try:
        ip = ipaddress.ip_address(address.strip("[]").split("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    if ip.is_loopback:
        return allow_loopback
    return ip.is_global and not ip.is_multicast


def refuse_closed(url: str, *, allow_loopback: bool) -> None:
    """Let an http(s) URL to an open address pass.

    Raises:
        EvidenceError: another scheme, a name in front of the host, a host that doesn't resolve, or one that
            resolves to any address that is not open.

    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError as error:
        message = f"This is not a web address: {url[:200]!r} ({error})."
        raise EvidenceError(message) from error
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        message = f"Only http and https addresses without a login in them are visited, not {url[:200]!r}."
        raise EvidenceError(message)
    found = addresses_of(host)
    if not found:
        message = f"The name {host} does not resolve: check the address, or the network."
        raise EvidenceError(message)
    closed = [address for address in found if not is_open_address(address, allow_loopback=allow_loopback)]
    if closed:
        message = f"{host} is at {closed[0]}, inside a private network; it is not visited."
        raise EvidenceError(message)
