"""RFC 3161 time stamps: asked for, verified on receipt, kept whole.

pyHanko's own client does not verify a token on receipt (measured: a flipped byte came back as good), so the request is
made here and the answer checked with `tokens.read_token` before anything is kept.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import httpx
from asn1crypto import pem, tsp, x509

from takedown.errors import EvidenceError
from takedown.evidence.files import keep
from takedown.evidence.tokens import Token, load_roots, read_token
from warehouse import Capture, EvidenceFile

__all__ = ["MEDIA_TYPE", "NO_TSA", "Service", "Stamping", "Token", "ask", "files_of", "keep_token", "load_roots", "read_token", "stamp",
           "with_tokens"]  # fmt: skip

NO_TSA = "Er is geen tijdstempeldienst ingesteld: het tijdstip van de vastlegging berust alleen op onze eigen klok."
WAITING = "Nog geen tijdstempel"
NOT_QUALIFIED = (
    "Geen van de ingestelde tijdstempeldiensten is als gekwalificeerd gecontroleerd (eIDAS art. 41): het wettelijke"
    " vermoeden dat de tijd klopt geldt niet."
)

LATE = timedelta(minutes=1)
"""A token that comes later than this after a capture came late: a round trip takes a second."""

MEDIA_TYPE = "application/timestamp-reply"

MOST_BYTES = 1 << 20
"""Bytes of a response: real ones have 3 to 10 kB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A time-stamping service, as the settings name it."""

    address: str
    qualified: bool = False
    """The organisation checked that it stands on an EU trusted list (eIDAS art. 42)."""
    policies: tuple[str, ...] = ()
    """Policies (OIDs) that are taken; empty: any."""
    pause_s: float = 0.0
    """Least seconds between two requests (Sectigo's qualified service asks for 15)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamping:
    """What a round along the time-stamping services gave."""

    tokens: tuple[EvidenceFile, ...]
    """Tokens, with chain, revocation and way to the root where there are any."""
    unstamped: tuple[str, ...]
    """Services that gave nothing usable: ask them again later."""
    limitations: tuple[str, ...]


def ask(
    service: Service, sha256: str, roots: Sequence[x509.Certificate], *, timeout_s: float = 10.0, fetch: bool = False
) -> tuple[bytes, Token]:
    """Get one verified response from one service: the whole response, and what it says.

    `fetch` looks up revocation too. The address comes from the settings, so it may lie in the organisation's own network.

    Raises:
        EvidenceError: it is down, slow, or gave something else than a good token.

    """
    nonce = secrets.randbits(63)
    question = {"version": 1, "nonce": nonce, "cert_req": True}
    imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": bytes.fromhex(sha256)}
    request = tsp.TimeStampReq({**question, "message_imprint": imprint})
    if len(service.policies) == 1:
        request["req_policy"] = service.policies[0]
    reply = _post(service.address, request.dump(), timeout_s)
    return reply, read_token(reply, sha256, roots, nonce, policies=service.policies, fetch=fetch)


def _post(address: str, query: bytes, timeout_s: float) -> bytes:
    """Send a query and give the answer, `timeout_s` for each step and for the whole.

    Raises:
        EvidenceError: no answer, not in time, or far too much.

    """
    headers = {"Content-Type": "application/timestamp-query", "Accept": MEDIA_TYPE}
    try:
        with httpx.stream("POST", address, content=query, headers=headers, timeout=timeout_s) as answer:
            answer.raise_for_status()
            reply = b""
            for block in answer.iter_bytes():
                reply += block
                if len(reply) > MOST_BYTES:
                    raise EvidenceError("its answer is far longer than a time stamp")
    except httpx.HTTPError as error:
        raise EvidenceError(f"no answer ({str(error) or type(error).__name__})") from error
    except httpx.InvalidURL as error:
        raise EvidenceError(f"not a web address ({error})") from error
    return reply


def files_of(number: int, reply: bytes, token: Token, path: str = "") -> dict[str, bytes]:
    """Name what belongs to a token: the whole response, chain, revocation, and the way to a stamped root."""
    stem = f"tijdstempel-{number}"
    named = {f"{stem}.tsr": reply}
    if token.chain:
        named[f"{stem}.keten.pem"] = b"".join(pem.armor("CERTIFICATE", der) for der in token.chain)
    for ending, lists in (("crl", token.crls), ("ocsp", token.ocsps)):
        for place, der in enumerate(lists):
            named[f"{stem}.{place}.{ending}" if place else f"{stem}.{ending}"] = der
    if path:
        named[f"{stem}.pad.txt"] = path.encode()
    return named


KINDS = {
    ".tsr": (MEDIA_TYPE, "token"),
    ".pem": ("application/x-pem-file", "token-chain"),
    ".crl": ("application/pkix-crl", "token-revocation"),
    ".ocsp": ("application/ocsp-response", "token-revocation"),
    ".txt": ("text/plain", "token-path"),
}
"""Media type and role of a token's files, by their ending."""


def keep_token(folder: Path, number: int, reply: bytes, token: Token, path: str = "") -> tuple[EvidenceFile, ...]:
    """Store a token's files; `number` tells a capture's tokens apart."""
    return tuple(
        EvidenceFile(
            name=name,
            sha256=keep(folder, content),
            bytes=len(content),
            media_type=KINDS[Path(name).suffix][0],
            role=KINDS[Path(name).suffix][1],
        )
        for name, content in files_of(number, reply, token, path).items()
    )


def stamp_digest(
    sha256: str, services: Sequence[Service], *, roots: Sequence[x509.Certificate], timeout_s: float = 10.0
) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Ask every service for a token over any digest; gives the files by name, and a sentence for each that gave none."""
    named: dict[str, bytes] = {}
    said: list[str] = []
    for number, service in enumerate(services):
        try:
            reply, token = ask(service, sha256, roots, timeout_s=timeout_s, fetch=bool(roots))
        except EvidenceError as error:
            said.append(f"{WAITING} van {service.address}: {error}.")
            continue
        named |= files_of(number, reply, token)
    return named, tuple(said)


def stamp(
    capture: Capture,
    services: Sequence[Service | str],
    *,
    folder: Path,
    roots: Sequence[x509.Certificate] = (),
    timeout_s: float = 10.0,
) -> Stamping:
    """Ask each service, now, for a token over the capture's manifest; one that is down never stops anything.

    Raises:
        EvidenceError: only when the evidence folder can't be written.

    """
    if not services:
        return Stamping(tokens=(), unstamped=(), limitations=(NO_TSA,))
    files: list[EvidenceFile] = []
    unstamped: list[str] = []
    limitations: list[str] = []
    number = next_number(capture)
    for one in services:
        service = Service(address=one) if isinstance(one, str) else one
        try:
            reply, token = ask(service, capture.manifest_sha256, roots, timeout_s=timeout_s)
        except EvidenceError as error:
            unstamped.append(service.address)
            limitations.append(f"{WAITING} van {service.address}: {error}.")
            continue
        files += keep_token(folder, number, reply, token)
        number += 1
    return Stamping(tokens=tuple(files), unstamped=tuple(unstamped), limitations=tuple(limitations))


def waiting_for(capture: Capture, services: Sequence[Service]) -> Capture:
    """Give a new capture with what its time rests on until tokens come, and what no token will change."""
    if not services:
        return replace(capture, limitations=(*capture.limitations, NO_TSA))
    said = [f"{WAITING} van {service.address}: gevraagd na de vastlegging." for service in services]
    if len(services) == 1:
        said.append(
            "Er is een enkele tijdstempeldienst ingesteld; een tweede, van een ander, zou de eerste bevestigen."
        )
    if not any(service.qualified for service in services):
        said.append(NOT_QUALIFIED)
    return replace(capture, limitations=(*capture.limitations, *said))


def arrived(capture: Capture, folder: Path, reply: bytes, token: Token, path: str, address: str) -> Capture:
    """Give the capture with a token that came; a delay of more than a minute is stated.

    The sentence that it waits for this service goes; the same token again changes nothing.
    """
    files = keep_token(folder, next_number(capture), reply, token, path)
    if any(file.sha256 == files[0].sha256 for file in capture.files):
        return capture
    kept = tuple(text for text in capture.limitations if not text.startswith(f"{WAITING} van {address}:"))
    late = token.at - capture.ended_at
    if late > LATE:
        minutes = round(late.total_seconds() / 60)
        kept += (
            f"Het tijdstempel van {address} is {minutes} minuten na de vastlegging gezet: de dienst antwoordde niet eerder.",
        )
    if token.trusted and not (token.crls or token.ocsps):
        kept += (
            f"Of het certificaat van {address} was ingetrokken is niet vastgelegd: er kwam geen antwoord op die vraag.",
        )
    return replace(capture, files=(*capture.files, *files), limitations=kept)


def next_number(capture: Capture) -> int:
    """Give the number of the capture's next token."""
    return sum(file.role == "token" for file in capture.files)


def with_tokens(capture: Capture, stamping: Stamping) -> Capture:
    """Give the capture with these tokens; earlier sentences about missing stamps make place for the new ones."""
    kept = tuple(text for text in capture.limitations if text != NO_TSA and not text.startswith(WAITING))
    return replace(capture, files=(*capture.files, *stamping.tokens), limitations=(*kept, *stamping.limitations))
