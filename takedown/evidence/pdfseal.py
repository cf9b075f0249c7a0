"""The organisation's electronic seal on the report: PAdES B-LT (ETSI EN 319 142-1), certified, nothing may be added after.

The seal says who made the report. When it was made is said by the stamp inside it, and by the stamps over the bundle. Two of
300 flipped bits in a sealed PDF go unseen, in the padding of the signature (measured); the hash list closes that.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from asn1crypto import crl, keys, pem, tsp, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from takedown.errors import EvidenceError

KEY, CERTIFICATES, ROOTS, LISTS = "sleutel.pem", "certificaten.pem", "wortels.pem", "intrekkingen.crl"
"""What lies in the seal's folder: the private key (PKCS#8 PEM), its certificate first and then the chain, the roots, CRLs (PEM)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """The organisation's seal, read."""

    signer: SimpleSigner
    context: ValidationContext
    stamp: Callable[[str], bytes] | None = None
    """From a SHA-256 to a verified time-stamp response; None: no stamp, and then the seal is B-B, not B-LT."""

    def __call__(self, report: bytes) -> bytes:
        """Give the sealed report.

        Raises:
            EvidenceError: the seal's certificate can't be validated now, or the stamp can't be had.

        """
        long_term = self.stamp is not None
        about = PdfSignatureMetadata(
            field_name="Zegel",
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            reason="Zegel van de organisatie op dit rapport",
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
            embed_validation_info=long_term,
            validation_context=self.context if long_term else None,
        )
        stamper = _Stamper(self.stamp) if self.stamp else None
        try:
            writer = IncrementalPdfFileWriter(BytesIO(report))
            target = PdfSigner(about, self.signer, timestamper=stamper).sign_pdf(writer)
        except EvidenceError:
            raise
        except Exception as error:
            message = f"The report can't be sealed ({type(error).__name__}: {str(error)[:300]}). Look at the seal's folder and certificate."
            raise EvidenceError(message) from error
        sealed: bytes = target.getvalue()
        return sealed


class _Stamper(TimeStamper):
    """Gives pyHanko the tokens of our own client, which checks each on receipt."""

    def __init__(self, stamp: Callable[[str], bytes]) -> None:
        super().__init__(include_nonce=False)  # type: ignore[no-untyped-call] # pyHanko's
        self._stamp = stamp

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Answer with a response over the same imprint; the nonce is our own client's affair, which checks it.

        In a thread, since that client's check starts an event loop of its own.
        """
        sha256 = req["message_imprint"]["hashed_message"].native.hex()
        return tsp.TimeStampResp.load(await asyncio.to_thread(self._stamp, sha256))


def read_seal(folder: Path, stamp: Callable[[str], bytes] | None = None) -> Seal | None:
    """Read the organisation's seal; None when the folder is not there.

    Raises:
        EvidenceError: a file is missing or is not what it should be, or others may read the key.

    """
    if not folder.is_dir():
        return None
    place = folder / KEY
    try:
        if place.stat().st_mode & 0o077:
            message = f"Others may read the seal's key {place}. Run: chmod 600 {place}"
            raise EvidenceError(message)
        _, _, der = pem.unarmor(place.read_bytes())
        chain = [x509.Certificate.load(one, strict=True) for one in _ders(folder / CERTIFICATES)]
        roots = [x509.Certificate.load(one, strict=True) for one in _ders(folder / ROOTS)]
        lists = [crl.CertificateList.load(one, strict=True) for one in _ders(folder / LISTS)]
    except (OSError, ValueError) as error:
        message = f"The seal in {folder} can't be read ({error}). It needs {KEY}, {CERTIFICATES}, {ROOTS} and, where there are, {LISTS}."
        raise EvidenceError(message) from error
    if not chain or not roots:
        message = f"The seal in {folder} needs its certificate in {CERTIFICATES} and its root in {ROOTS}."
        raise EvidenceError(message)
    signer = SimpleSigner(
        signing_cert=chain[0],
        signing_key=keys.PrivateKeyInfo.load(der),
        cert_registry=SimpleCertificateStore.from_certs(chain),  # type: ignore[no-untyped-call] # pyHanko's
    )
    context = ValidationContext(
        trust_roots=roots, other_certs=chain, crls=lists, allow_fetching=not lists, revocation_mode="soft-fail"
    )
    return Seal(signer=signer, context=context, stamp=stamp)


def _ders(path: Path) -> Sequence[bytes]:
    """Give the DER parts of a PEM file; none when it is not there."""
    return [der for _, _, der in pem.unarmor(path.read_bytes(), multiple=True)] if path.exists() else []
