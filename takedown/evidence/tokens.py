"""Reading an RFC 3161 time-stamp response: does it fit, is it sound, whom does it come from.

pyHanko validates. Its `valid` does not mean trusted, so both are asked for; and what RFC 3161 wants of the certificate
and pyHanko does not ask (a single, critical key usage) is asked here.
"""

import asyncio
import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from asn1crypto import cms, core, pem, tsp, x509
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko.sign.validation.status import TimestampSignatureStatus
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.fetchers.requests_fetchers import RequestsFetcherBackend

from takedown.errors import EvidenceError

FETCH_S = 5
"""Seconds for one revocation list or answer: it comes after the token, so a slow one costs nothing but this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A time stamp that fits its digest."""

    at: datetime
    """The service's own time (genTime), UTC."""
    signer: str
    """The service's certificate subject."""
    trusted: bool
    """It leads to one of the given roots; False when no roots were given."""
    policy: str = ""
    """The policy under which it was given, an OID (RFC 3161 §2.4.2)."""
    chain: tuple[bytes, ...] = ()
    """The certificates from a root to the signer, DER; empty when it is not trusted."""
    crls: tuple[bytes, ...] = ()
    """Revocation lists that were fetched to judge it, DER."""
    ocsps: tuple[bytes, ...] = ()
    """OCSP responses that were fetched to judge it, DER."""


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


def read_token(
    reply: bytes,
    sha256: str,
    roots: Iterable[x509.Certificate],
    nonce: int | None = None,
    *,
    policies: Sequence[str] = (),
    fetch: bool = False,
) -> Token:
    """Check a whole time-stamp response against the digest it must be about.

    Granted (RFC 3161 §2.4.2), imprint and nonce as asked, one of `policies` where any are given, signature sound, key
    usage timeStamping alone and critical (§2.3); and, when roots are given, a path to one of them, outside of the
    token, valid at the token's own time. With `fetch` the revocation of that path is looked up on the network: a revoked
    certificate is refused, an answer that can't be had is not (the caller sees that `crls` and `ocsps` are empty).

    Raises:
        EvidenceError: any of these fails; the message says which.

    """
    anchors = list(roots)
    try:
        answer = _Reply.load(reply, strict=True)
        _refuse(_misfit(answer, sha256, nonce, policies))
        signed: cms.SignedData = answer["time_stamp_token"]["content"]
        info: tsp.TSTInfo = signed["encap_content_info"]["content"].parsed
        at: datetime = info["gen_time"].native
        context = ValidationContext(
            trust_roots=anchors,
            moment=at,
            allow_fetching=fetch,
            fetcher_backend=RequestsFetcherBackend(per_request_timeout=FETCH_S) if fetch else None,
            retroactive_revinfo=True,  # lists are issued before or after a stamp, never at its second
        )
        with _quietly():
            checked = asyncio.run(validate_tst_signed_data(signed, context, lambda _: bytes.fromhex(sha256)))
        verdict = TimestampSignatureStatus(**checked)
        problem = _unfit_signer(verdict.signing_cert)
    except EvidenceError:
        raise
    except Exception as error:
        message = f"it is not a valid time stamp ({type(error).__name__}: {str(error)[:200]})"
        raise EvidenceError(message) from error
    if not (verdict.intact and verdict.valid):
        problem = "the token's signature does not fit its content"
    trusted = bool(anchors) and verdict.trusted and verdict.trust_problem_indic is None
    if not problem and anchors and not trusted:
        problem = f"the token's certificate does not lead to a trusted root ({verdict.trust_problem_indic})"
    _refuse(problem)
    return Token(
        at=at,
        signer=verdict.signing_cert.subject.human_friendly,
        trusted=trusted,
        policy=info["policy"].dotted,
        chain=_chain(verdict) if trusted else (),
        crls=tuple(one.dump() for one in context.crls) if trusted else (),
        ocsps=tuple(one.dump() for one in context.ocsps) if trusted else (),
    )


def _refuse(problem: str) -> None:
    """Raise what is wrong, where something is."""
    if problem:
        raise EvidenceError(problem)


def time_of(reply: bytes) -> datetime:
    """Read the time that a response claims, unchecked; for a response that was checked already."""
    answer = tsp.TimeStampResp.load(reply)
    told: datetime = answer["time_stamp_token"]["content"]["encap_content_info"]["content"].parsed["gen_time"].native
    return told


class _Reply(core.Sequence):  # type: ignore[misc]  # asn1crypto ships no types
    """A response as RFC 3161 §2.4.2 has it: a refusal holds no token, which asn1crypto's own class does not allow."""

    _fields: ClassVar = [("status", tsp.PKIStatusInfo), ("time_stamp_token", cms.ContentInfo, {"optional": True})]


def _misfit(answer: _Reply, sha256: str, nonce: int | None, policies: Sequence[str]) -> str:
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
    if policies and info["policy"].dotted not in policies:
        return f"the token was given under another policy ({info['policy'].dotted})"
    return ""


def _unfit_signer(signer: x509.Certificate) -> str:
    """Say why a certificate may not sign time stamps: its key usage must be timeStamping alone, and critical."""
    usage = signer.extended_key_usage_value
    if usage is None or usage.native != ["time_stamping"] or "extended_key_usage" not in signer.critical_extensions:
        return "the token's certificate is not one for time stamps alone (RFC 3161 §2.3)"
    return ""


def _chain(verdict: Any) -> tuple[bytes, ...]:
    """Give the certificates of the path that was found, the root first."""
    path = verdict.validation_path
    first = [path.first] if path.first not in list(path) else []
    return tuple(one.dump() for one in [*first, *path])


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
