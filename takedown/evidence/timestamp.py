"""RFC 3161 time stamps over a capture's manifest: asked for, verified on receipt, kept whole.

pyHanko validates. Its own client does not verify a token on receipt (measured: a flipped byte came back as good), so the
request is made here and the answer checked here; and since its `valid` does not mean trusted, both are asked for.
"""

import asyncio
import logging
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import httpx
from asn1crypto import cms, pem, tsp, x509
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko.sign.validation.status import TimestampSignatureStatus
from pyhanko_certvalidator import ValidationContext

from takedown.errors import EvidenceError
from takedown.evidence.files import keep
from warehouse import Capture, EvidenceFile

NO_TSA = "Er is geen tijdstempeldienst ingesteld: het tijdstip van de vastlegging berust alleen op onze eigen klok."

MEDIA_TYPE = "application/timestamp-reply"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A time stamp that fits its digest."""

    at: datetime
    """The service's own time (genTime), UTC."""
    signer: str
    """The service's certificate subject."""
    trusted: bool
    """It leads to one of the given roots; False when no roots were given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamping:
    """What a round along the time-stamping services gave."""

    tokens: tuple[EvidenceFile, ...]
    unstamped: tuple[str, ...]
    """Services that gave nothing usable: ask them again later."""
    limitations: tuple[str, ...]


def load_roots(folder: Path | None) -> tuple[x509.Certificate, ...]:
    """Read the trusted roots: every certificate in the `.pem`, `.crt`, `.cer` and `.der` files of `folder`.

    Raises:
        EvidenceError: the folder is not there, or a file in it is no certificate.

    """
    if folder is None:
        return ()
    found: list[x509.Certificate] = []
    try:
        for path in sorted(folder.iterdir()):
            if path.suffix.lower() not in (".pem", ".crt", ".cer", ".der"):
                continue
            content = path.read_bytes()
            ders = [der for _, _, der in pem.unarmor(content, multiple=True)] if pem.detect(content) else [content]
            found += [x509.Certificate.load(der, strict=True) for der in ders]
    except (OSError, ValueError) as error:
        message = f"The trusted roots in {folder} can't be read ({error}). Put certificates there, PEM or DER."
        raise EvidenceError(message) from error
    return tuple(found)


def _misfit(answer: tsp.TimeStampResp, sha256: str, nonce: int | None) -> str:
    """Say how a response does not fit the question; empty when it does."""
    status = answer["status"]["status"].native
    if status not in ("granted", "granted_with_mods"):
        return f"the service refused: {status} {answer['status']['status_string'].native or ''}"
    info: tsp.TSTInfo = answer["time_stamp_token"]["content"]["encap_content_info"]["content"].parsed
    imprint = info["message_imprint"]
    if imprint["hash_algorithm"]["algorithm"].native != "sha256":
        return "the token is not over a SHA-256 digest"
    if imprint["hashed_message"].native.hex() != sha256:
        return "the token is about another file"
    if nonce is not None and info["nonce"].native != nonce:
        return "the token answers another request (nonce)"
    return ""


@contextmanager
def _quietly() -> Iterator[None]:
    """Keep pyHanko's traceback of a root it doesn't find out of the log: the answer says it in words."""
    log = logging.getLogger("pyhanko.sign.validation")
    before = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(before)


def read_token(reply: bytes, sha256: str, roots: Iterable[x509.Certificate], nonce: int | None = None) -> Token:
    """Check a whole time-stamp response against the digest it must be about.

    Granted (RFC 3161 §2.4.2), imprint and nonce as asked, signature sound, key usage timeStamping; and, when roots
    are given, a path to one of them valid at the token's own time.

    Raises:
        EvidenceError: any of these fails; the message says which.

    """
    anchors = list(roots)
    try:
        answer = tsp.TimeStampResp.load(reply, strict=True)
        problem = _misfit(answer, sha256, nonce)
        if not problem:
            signed: cms.SignedData = answer["time_stamp_token"]["content"]
            at: datetime = signed["encap_content_info"]["content"].parsed["gen_time"].native
            # No fetching: revocation lists are not kept yet, see takedown/README.md.
            context = ValidationContext(trust_roots=anchors, moment=at, allow_fetching=False)
            with _quietly():
                checked = asyncio.run(validate_tst_signed_data(signed, context, lambda _: bytes.fromhex(sha256)))
            verdict = TimestampSignatureStatus(**checked)
    except Exception as error:
        message = f"it is not a valid time stamp ({type(error).__name__}: {str(error)[:200]})"
        raise EvidenceError(message) from error
    if problem:
        raise EvidenceError(problem)
    if not (verdict.intact and verdict.valid):
        message = "the token's signature does not fit its content"
        raise EvidenceError(message)
    trusted = bool(anchors) and verdict.trusted and verdict.trust_problem_indic is None
    if anchors and not trusted:
        message = f"the token's certificate does not lead to a trusted root ({verdict.trust_problem_indic})"
        raise EvidenceError(message)
    return Token(at=at, signer=verdict.signing_cert.subject.human_friendly, trusted=trusted)


def _ask(address: str, sha256: str, roots: Sequence[x509.Certificate], timeout_s: float) -> bytes:
    """Get one verified response from one service.

    Raises:
        EvidenceError: it is down, slow, or gave something else than a good token.

    """
    nonce = secrets.randbits(63)
    imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": bytes.fromhex(sha256)}
    request = tsp.TimeStampReq({"version": 1, "message_imprint": imprint, "nonce": nonce, "cert_req": True})
    try:
        answer = httpx.post(
            address,
            content=request.dump(),
            headers={"Content-Type": "application/timestamp-query", "Accept": MEDIA_TYPE},
            timeout=timeout_s,
        )
        answer.raise_for_status()
    except httpx.HTTPError as error:
        message = f"no answer ({error})"
        raise EvidenceError(message) from error
    except httpx.InvalidURL as error:
        message = f"not a web address ({error})"
        raise EvidenceError(message) from error
    read_token(answer.content, sha256, roots, nonce)
    return answer.content


def stamp(
    capture: Capture,
    services: Sequence[str],
    *,
    folder: Path,
    roots: Sequence[x509.Certificate] = (),
    timeout_s: float = 10.0,
) -> Stamping:
    """Ask each service for a token over the capture's manifest; a service that is down never stops anything.

    The addresses come from the organisation's settings, so they may lie in its own network.

    Raises:
        EvidenceError: only when the evidence folder can't be written.

    """
    if not services:
        return Stamping(tokens=(), unstamped=(), limitations=(NO_TSA,))
    had = [f for f in capture.files if f.role == "token"]
    tokens: list[EvidenceFile] = []
    unstamped: list[str] = []
    limitations: list[str] = []
    for address in services:
        try:
            reply = _ask(address, capture.manifest_sha256, roots, timeout_s)
        except EvidenceError as error:
            unstamped.append(address)
            limitations.append(f"Nog geen tijdstempel van {address}: {error}.")
            continue
        tokens.append(
            EvidenceFile(
                name=f"tijdstempel-{len(had) + len(tokens)}.tsr",
                sha256=keep(folder, reply),
                bytes=len(reply),
                media_type=MEDIA_TYPE,
                role="token",
            )
        )
    return Stamping(tokens=tuple(tokens), unstamped=tuple(unstamped), limitations=tuple(limitations))


def with_tokens(capture: Capture, stamping: Stamping) -> Capture:
    """Give the capture with these tokens; earlier sentences about missing stamps make place for the new ones."""
    kept = tuple(text for text in capture.limitations if text != NO_TSA and not text.startswith("Nog geen tijdstempel"))
    return replace(capture, files=(*capture.files, *stamping.tokens), limitations=(*kept, *stamping.limitations))
