"""The report: archival, tagged, sealed; and which flipped bits its own seal misses."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import zipfile
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pikepdf
import pytest
from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

from takedown.errors import EvidenceError
from takedown.evidence.editions import Edition
from takedown.evidence.pdfseal import CERTIFICATES, KEY, LISTS, ROOTS, read_seal
from takedown.evidence.stamping import Sealing
from takedown.evidence.verify import verify

if TYPE_CHECKING:  # tests can't import from one another at run time
    from tests.takedown.evidence.bundle.conftest import Authority, Unpack, Workplace

EXTENSIONS = "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature,nonRepudiation\n"


def run(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="session")
def seal_folder(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Path:
    """Make an organisation's seal under a root of its own, with a revocation list."""
    folder = tmp_path_factory.mktemp("zegel")
    run(folder, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=Zegelwortel", "-addext", "basicConstraints=critical,CA:TRUE",
        "-addext", "keyUsage=critical,keyCertSign,cRLSign", "-keyout", "r.key", "-out", ROOTS)  # fmt: skip
    run(
        folder,
        "req",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=Jeugdhulp Voorbeeldstad",
        "-keyout",
        KEY,
        "-out",
        "c.csr",
    )
    (folder / "ext").write_text(EXTENSIONS)
    run(
        folder,
        "x509",
        "-req",
        "-in",
        "c.csr",
        "-CA",
        ROOTS,
        "-CAkey",
        "r.key",
        "-CAcreateserial",
        "-days",
        "20",
        "-extfile",
        "ext",
        "-out",
        CERTIFICATES,
    )
    (folder / "index.txt").write_text("")
    (folder / "crlnumber").write_text("01")
    (folder / "ca.cnf").write_text(
        "[ca]\ndefault_ca=c\n[c]\ndatabase=index.txt\ncrlnumber=crlnumber\ndefault_md=sha256\ndefault_crl_days=30\n"
    )
    run(folder, "ca", "-gencrl", "-config", "ca.cnf", "-cert", ROOTS, "-keyfile", "r.key", "-out", LISTS)
    (folder / ROOTS).write_bytes((folder / ROOTS).read_bytes() + (authority.roots / "root.pem").read_bytes())
    (folder / KEY).chmod(0o600)
    return folder


@pytest.fixture(scope="session")
def sealed(workplace: Workplace, seal_folder: Path, authority: Authority) -> Path:
    """Give a bundle with a sealed report."""
    from dataclasses import replace

    seal = read_seal(seal_folder, authority.reply)
    assert seal
    return replace(workplace, sealing=Sealing(stamp=authority.stamp, seal=seal), number=500).bundle()


def report_of(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read("rapport.pdf")


def judged(content: bytes, folder: Path) -> PdfSignatureStatus:
    roots = [x509.Certificate.load(der) for _, _, der in pem.unarmor((folder / ROOTS).read_bytes(), multiple=True)]
    context = ValidationContext(trust_roots=roots, allow_fetching=False)
    signature = PdfFileReader(BytesIO(content)).embedded_signatures[0]
    return validate_pdf_signature(signature, context, context)


def test_the_sealed_report_is_b_lt_archival_and_allows_no_change(sealed: Path, seal_folder: Path) -> None:
    content = report_of(sealed)
    assert verify(sealed).ok
    status = judged(content, seal_folder)
    assert status.bottom_line
    assert status.timestamp_validity is not None
    assert status.timestamp_validity.trusted
    assert status.docmdp_ok
    with pikepdf.open(BytesIO(content)) as pdf:
        field = pdf.Root.AcroForm.Fields[0]
        assert str(field.V.SubFilter) == "/ETSI.CAdES.detached"
        assert len(pdf.Root.DSS.Certs) >= 3
        assert len(pdf.Root.DSS.CRLs) >= 1
        assert pdf.open_metadata()["pdfaid:part"] == "3"
        assert pdf.open_metadata()["pdfuaid:part"] == "1"


def test_flipped_bits_that_the_seal_misses_lie_in_its_padding_and_the_list_finds_them(
    sealed: Path, seal_folder: Path, whole: bool, tmp_path: Path, unpacked: Unpack
) -> None:
    content = report_of(sealed)
    contents = re.search(rb"/Contents\s*<()", content)
    assert contents
    start, end = contents.span()
    hole = range(end - 1, content.index(b">", end) + 1)
    draw = random.Random(7)  # noqa: S311 - a fixed seed, so that every run draws the same
    byte_range = re.search(rb"/ByteRange\s*\[\s*(\d+) (\d+) (\d+) (\d+)", content)
    assert byte_range
    covered = [int(n) for n in byte_range.groups()]
    signed = covered[2] + covered[3]
    missed = []
    for _ in range(300 if whole else 40):
        place = draw.randrange(signed * 8)
        changed = bytearray(content)
        changed[place // 8] ^= 1 << place % 8
        try:
            good = judged(bytes(changed), seal_folder).bottom_line
        except Exception:  # noqa: BLE001 - a broken file is a found flip, in whatever way pyHanko says so
            good = False
        if good:
            missed.append(place // 8)
    assert [place for place in missed if place not in hole] == []
    # Whatever the seal misses, the hash list finds: flip a digit of the padding itself.
    folder = unpacked(sealed, tmp_path / "uit")
    changed = bytearray(content)
    padding = hole[-1] - 20
    changed[padding] ^= 1
    assert start
    (folder / "rapport.pdf").write_bytes(changed)
    assert [check.code for check in verify(folder).checks if not check.ok] == ["digests"]


def test_an_addition_after_the_seal_is_refused(sealed: Path, seal_folder: Path) -> None:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(BytesIO(report_of(sealed)))
    writer.root["/Handenaf"] = writer.root["/Lang"]
    writer.update_root()  # type: ignore[no-untyped-call]  # pyHanko's
    target = BytesIO()
    writer.write(target)  # type: ignore[no-untyped-call]  # pyHanko's
    assert not judged(target.getvalue(), seal_folder).bottom_line


@pytest.mark.skipif(not shutil.which("pdfsig"), reason="pdfsig (poppler) is not installed")
def test_poppler_finds_the_seal_valid(sealed: Path, tmp_path: Path) -> None:
    (tmp_path / "r.pdf").write_bytes(report_of(sealed))
    done = subprocess.run(["pdfsig", "-nocert", "r.pdf"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "Signature is Valid" in done.stdout
    assert "ETSI.CAdES.detached" in done.stdout


def test_a_key_that_others_may_read_is_refused(seal_folder: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(seal_folder, tmp_path / "z")
    (folder / KEY).chmod(0o644)
    with pytest.raises(EvidenceError, match="chmod 600"):
        read_seal(folder)
    assert read_seal(tmp_path / "geen") is None
    (folder / CERTIFICATES).unlink()
    (folder / KEY).chmod(0o600)
    with pytest.raises(EvidenceError, match="needs its certificate"):
        read_seal(folder)


def test_without_a_stamp_the_seal_is_made_all_the_same(workplace: Workplace, seal_folder: Path) -> None:
    from dataclasses import replace

    seal = read_seal(seal_folder)
    assert seal is not None
    path = replace(workplace, sealing=Sealing(seal=seal), number=600).bundle()
    assert judged(report_of(path), seal_folder).bottom_line


@pytest.mark.parametrize("edition", list(Edition))
def test_the_report_carries_its_proof_and_says_what_it_is(workplace: Workplace, edition: Edition) -> None:
    with pikepdf.open(BytesIO(report_of(workplace.bundle(edition)))) as pdf:
        attached = set(pdf.attachments)
        assert {"manifest-sha256.txt", "vastlegging-1-vastlegging.json", "vastlegging-1-tijdstempel-0.tsr"} <= attached
        assert str(pdf.Root.Lang).startswith("nl")
        assert "/StructTreeRoot" in pdf.Root
        assert pdf.Root.MarkInfo.Marked
