"""The time stamp before a capture: over its id, its address and a secret that nobody could know earlier.

Its digest stands in the archive's first record and in the manifest, so neither was made before it; the stamps over the
manifest show that it was not made after them. The two bound the capture from both sides.
"""

import hashlib
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass

from asn1crypto import x509

from takedown.errors import EvidenceError
from takedown.evidence.timestamp import Service, ask
from takedown.evidence.tokens import Token

NAME = "vooraf.tsr"

BUDGET_S = 4.0
"""Seconds that all services together may take: the post may be gone in a minute, the stamp is worth less than it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BeforeStamp:
    """A token that was made before the page was loaded."""

    reply: bytes
    nonce: str
    over: str
    """The SHA-256 that was stamped, see `before_digest`."""
    service: str
    token: Token

    def facts(self) -> dict[str, str]:
        """Give what the manifest says of it."""
        return {
            "bestand": NAME,
            "sha256": hashlib.sha256(self.reply).hexdigest(),
            "nonce": self.nonce,
            "over": self.over,
            "tijd": self.token.at.isoformat(),
            "dienst": self.service,
        }


def before_digest(capture_id: str, url: str, nonce: str) -> str:
    """Give the digest that is stamped before a capture: SHA-256 of the three, each on a line of its own."""
    return hashlib.sha256(f"{capture_id}\n{url}\n{nonce}\n".encode("utf-8", "surrogatepass")).hexdigest()


def stamp_before(
    capture_id: str, url: str, services: Sequence[Service], roots: Sequence[x509.Certificate]
) -> tuple[BeforeStamp | None, tuple[str, ...]]:
    """Ask the services in their order for one token; gives it, or None with the sentences that say why there is none."""
    nonce = secrets.token_hex(32)
    over = before_digest(capture_id, url, nonce)
    ends = time.monotonic() + BUDGET_S
    said: list[str] = []
    for service in services:
        left = ends - time.monotonic()
        if left <= 0:
            break
        try:
            reply, token = ask(service, over, roots, timeout_s=min(left, BUDGET_S / 2))
        except EvidenceError as error:
            said.append(f"Geen tijdstempel vooraf van {service.address}: {error}.")
            continue
        return BeforeStamp(reply=reply, nonce=nonce, over=over, service=service.address, token=token), ()
    return None, tuple(said)
