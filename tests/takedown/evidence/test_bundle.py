"""Bundles: the same input gives the same bytes, and no changed bit goes unseen."""

import json
import random
import subprocess
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest

from takedown.errors import EvidenceError
from takedown.evidence.bundle import make_bundle
from takedown.evidence.facts import CaseFacts
from takedown.evidence.files import digest_of, place_of
from takedown.evidence.verify import verify
from warehouse import Answer, Capture, Case, Choice, Decision, Judgement, Person, Post, Verdict

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@pytest.fixture
def make_facts(
    person: Person,
    make_post: Callable[..., Post],
    make_verdict: Callable[..., Verdict],
    make_case: Callable[..., Case],
    make_capture: Callable[..., Capture],
) -> Callable[..., CaseFacts]:
    def make(**about_post: str) -> CaseFacts:
        post = make_post(**about_post)
        verdict = make_verdict(post)
        case = make_case(post, verdict)
        return CaseFacts(
            case=case,
            post=post,
            person=person,
            verdict=verdict,
            captures=(make_capture(case.id, number=2), make_capture(case.id, number=1)),
            judgements=(
                Judgement(id="j", case_id=case.id, answer=Answer.POSITIVE, reason="Naam en werk", by="fatima", at=NOW),
            ),
            decisions=(
                Decision(
                    id="d", case_id=case.id, choice=Choice.ACT, reason="Bedreigend", by="karel",
                    at=NOW + timedelta(minutes=1),
                ),
            ),
        )  # fmt: skip

    return make


@pytest.fixture
def bundle(make_facts: Callable[..., CaseFacts], tmp_path: Path) -> Path:
    out = tmp_path / "bundel.zip"
    make_bundle(make_facts(), tmp_path / "evidence", out, made_at=NOW, made_by="karel")
    return out


def test_a_bundle_passes_every_step_and_says_what_it_cannot_prove(bundle: Path) -> None:
    result = verify(bundle)
    assert result.ok, result.lines()
    assert [check.number for check in result.checks] == list(range(1, 11))
    assert "coherence only" in "\n".join(result.lines())


def test_the_same_facts_give_the_same_bytes(make_facts: Callable[..., CaseFacts], tmp_path: Path) -> None:
    first = make_bundle(make_facts(), tmp_path / "evidence", tmp_path / "a.zip", made_at=NOW, made_by="karel")
    second = make_bundle(make_facts(), tmp_path / "evidence", tmp_path / "b.zip", made_at=NOW, made_by="fatima")
    assert first.sha256 == second.sha256 == digest_of(tmp_path / "b.zip")
    assert first.bytes == (tmp_path / "a.zip").stat().st_size
    assert first.id == second.id


def test_reviewers_stand_in_it_by_number_only(bundle: Path) -> None:
    with zipfile.ZipFile(bundle) as archive:
        document = json.loads(archive.read("data/zaak.json"))
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert document["oordelen"][0]["door"] == "beoordelaar 1"
    assert document["besluiten"][0]["door"] == "beoordelaar 2"
    assert b"fatima" not in everything
    assert b"karel" not in everything


def test_sha256sum_checks_the_unpacked_list(bundle: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(tmp_path / "uit")
    done = subprocess.run(
        ["sha256sum", "--strict", "-c", "manifest-sha256.txt"], cwd=tmp_path / "uit", capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_every_flipped_bit_of_a_sample_is_found(bundle: Path, tmp_path: Path) -> None:
    """300 bits at places drawn with a fixed seed, and every bit of the first local header and the last 22 bytes."""
    whole = bundle.read_bytes()
    draw = random.Random(20261124)  # noqa: S311 - a fixed seed, so that every run draws the same
    places = [draw.randrange(len(whole) * 8) for _ in range(300)]
    places += range(30 * 8)
    places += range((len(whole) - 22) * 8, len(whole) * 8)
    mutant = tmp_path / "mutant.zip"
    missed = []
    for place in places:
        changed = bytearray(whole)
        changed[place // 8] ^= 1 << place % 8
        mutant.write_bytes(changed)
        if verify(mutant).ok:
            missed.append(place)
    assert missed == []


@pytest.mark.parametrize("cut", [1, 22, 500])
def test_a_truncated_or_lengthened_zip_is_found(bundle: Path, tmp_path: Path, cut: int) -> None:
    whole = bundle.read_bytes()
    for changed in (whole[:-cut], whole + b"\0" * cut, b"\0" * cut + whole):
        (tmp_path / "m.zip").write_bytes(changed)
        assert not verify(tmp_path / "m.zip").ok


def test_the_shell_checker_passes_a_good_bundle(bundle: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(tmp_path / "uit")
    done = subprocess.run(["sh", "controleer.sh"], cwd=tmp_path / "uit", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "UITSLAG: IN ORDE" in done.stdout
    assert "bewijst alleen samenhang" in done.stdout


@pytest.mark.parametrize("content", [b"", b"geen zip", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_bundle_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    assert not verify(tmp_path / "x.zip").ok
    assert not verify(tmp_path / "is-er-niet.zip").ok


def test_damaged_evidence_makes_no_bundle(make_facts: Callable[..., CaseFacts], tmp_path: Path) -> None:
    facts = make_facts()
    path = place_of(tmp_path / "evidence", facts.captures[0].files[0].sha256)
    path.write_bytes(b"veranderd")
    with pytest.raises(EvidenceError, match="changed after it was stored"):
        make_bundle(facts, tmp_path / "evidence", tmp_path / "uit" / "b.zip", made_at=NOW, made_by="karel")
    assert not (tmp_path / "uit").exists() or list((tmp_path / "uit").iterdir()) == []


@pytest.mark.parametrize(
    "text",
    [
        '#eval("1+1") #read("/etc/passwd") $x^2$ *vet* @ref <label> \\u{41} //',
        "{{ 7*7 }} {% raw %} ${jndi:ldap://x} %s %n",
        "\u202egnal\u202c \u0000\u0007 مرحبا 😀 漢字 ก",
        "a" * 100_000,
        "woord " * 20_000,
        "",
    ],
)
def test_hostile_text_is_printed_not_obeyed(make_facts: Callable[..., CaseFacts], tmp_path: Path, text: str) -> None:
    facts = make_facts(text=text, author_name=text[:500], posted_at_literal=text[:200])
    out = tmp_path / "b.zip"
    make_bundle(facts, tmp_path / "evidence", out, made_at=NOW, made_by="karel")
    assert verify(out).ok
    with zipfile.ZipFile(out) as archive:
        assert json.loads(archive.read("data/zaak.json"))["bericht"]["tekst"] == facts.post.text
        report = archive.read("rapport.pdf")
    assert b"root:x:0" not in report
    assert report.startswith(b"%PDF-1.7")


def test_the_report_is_archival_tagged_and_in_dutch(bundle: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(bundle) as archive:
        (tmp_path / "r.pdf").write_bytes(archive.read("rapport.pdf"))
    with pikepdf.open(tmp_path / "r.pdf") as pdf:
        meta = pdf.open_metadata()
        assert meta["pdfaid:part"] == "3"
        assert meta["pdfuaid:part"] == "1"
        assert str(pdf.Root.Lang).startswith("nl")
        assert "/StructTreeRoot" in pdf.Root
