"""Time stamps from a real authority (openssl ts), its faults, and a rogue one."""

import subprocess
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from takedown.errors import EvidenceError
from takedown.evidence.bundle import make_bundle
from takedown.evidence.facts import CaseFacts
from takedown.evidence.files import read_kept
from takedown.evidence.timestamp import MEDIA_TYPE, NO_TSA, load_roots, read_token, stamp, with_tokens
from takedown.evidence.trial import Authority, serve
from takedown.evidence.verify import verify
from warehouse import Capture, Case, Person, Post, Verdict


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Authority(tmp_path_factory.mktemp("tsa")).make().folder


@pytest.fixture(scope="module")
def service(authority: Path) -> Iterator[str]:
    """Serve the authority over HTTP; the path chooses a fault."""
    replay: list[bytes] = []

    def answer(path: str, query: bytes) -> tuple[int, str, bytes]:
        if path == "/busy":
            return 503, "text/plain", b""
        if path == "/html":
            return 200, "text/html", b"<html>aanmelden</html>"
        if path == "/hang":
            time.sleep(4)
        reply = Authority(authority).answer(query)
        replay.append(reply)
        if path == "/replay":
            reply = replay[0]
        if path == "/flip":
            reply = reply[:-20] + bytes([reply[-20] ^ 1]) + reply[-19:]
        return 200, MEDIA_TYPE, reply * 400 if path == "/flood" else reply

    with serve(answer) as address:
        yield address


def test_a_good_token_is_kept_and_trusted(
    make_capture: Callable[..., Capture], tmp_path: Path, service: str, authority: Path
) -> None:
    capture, roots = make_capture("zaak"), load_roots(authority / "roots")
    made = stamp(capture, [service + "/"], folder=tmp_path / "evidence", roots=roots)
    assert made.limitations == made.unstamped == ()
    token = read_token(read_kept(tmp_path / "evidence", made.tokens[0].sha256), capture.manifest_sha256, roots)
    assert token.trusted
    assert abs(token.at - datetime.now(UTC)) < timedelta(minutes=1)
    assert [file.name for file in with_tokens(capture, made).files[-2:]] == [
        "tijdstempel-0.tsr",
        "tijdstempel-0.keten.pem",
    ]


@pytest.mark.parametrize("fault", ["/busy", "/html", "/replay", "/flip", "/hang", "/flood"])
def test_a_fault_leaves_a_capture_unstamped_and_says_so(
    make_capture: Callable[..., Capture], tmp_path: Path, service: str, authority: Path, fault: str
) -> None:
    capture = make_capture("zaak", url=f"https://forum.example{fault}")
    roots = load_roots(authority / "roots")
    stamp(make_capture("andere zaak"), [service + "/"], folder=tmp_path / "evidence", roots=roots)
    made = stamp(
        capture, [service + fault, "http://127.0.0.1:1/"], folder=tmp_path / "evidence", roots=roots, timeout_s=2
    )
    assert made.tokens == ()
    assert made.unstamped == (service + fault, "http://127.0.0.1:1/")
    assert all(text.startswith("Nog geen tijdstempel van") for text in made.limitations)
    later = stamp(with_tokens(capture, made), [service + "/"], folder=tmp_path / "evidence", roots=roots)
    stamped = with_tokens(with_tokens(capture, made), later)
    assert not any("tijdstempel" in text for text in stamped.limitations)


def test_without_a_service_the_capture_says_what_its_time_rests_on(
    make_capture: Callable[..., Capture], tmp_path: Path
) -> None:
    capture = make_capture("zaak")
    made = stamp(capture, [], folder=tmp_path / "evidence")
    assert with_tokens(capture, made).limitations[-1] == NO_TSA


def test_a_rogue_authority_passes_for_no_other(
    make_capture: Callable[..., Capture], tmp_path: Path, service: str
) -> None:
    """A token with a self-made root says nothing; pinned roots refuse it."""
    other = load_roots(Authority(tmp_path / "other").make().folder / "roots")
    capture = make_capture("zaak")
    made = stamp(capture, [service + "/"], folder=tmp_path / "evidence", roots=other)
    assert made.tokens == ()
    assert "trusted root" in made.limitations[0]
    made = stamp(capture, [service + "/"], folder=tmp_path / "evidence")
    reply = read_kept(tmp_path / "evidence", made.tokens[0].sha256)
    assert not read_token(reply, capture.manifest_sha256, ()).trusted
    with pytest.raises(EvidenceError, match="another file"):
        read_token(reply, "0" * 64, ())


def test_all_three_checkers_agree_on_a_stamped_bundle(
    person: Person, make_post: Callable[..., Post], make_verdict: Callable[..., Verdict],
    make_case: Callable[..., Case], make_capture: Callable[..., Capture], tmp_path: Path, service: str, authority: Path,
) -> None:  # fmt: skip
    """`verify`, `controleer.sh` and openssl by itself: good with the right roots, bad with another's."""
    post = make_post()
    verdict = make_verdict(post)
    case = make_case(post, verdict)
    capture = make_capture(case.id)
    sealed = with_tokens(capture, stamp(capture, [service + "/"], folder=tmp_path / "evidence"))
    facts = CaseFacts(case=case, post=post, person=person, verdict=verdict, captures=(sealed,))
    out, folder = tmp_path / "b.zip", tmp_path / "uit"
    make_bundle(facts, tmp_path / "evidence", out, made_at=datetime(2026, 11, 24, tzinfo=UTC), made_by="karel")
    with zipfile.ZipFile(out) as archive:
        archive.extractall(folder)
    wrong = Authority(tmp_path / "other").make().folder / "roots"
    for roots, good in ((authority / "roots", True), (wrong, False)):
        assert verify(out, roots=roots).ok is good
        shell = subprocess.run(
            ["sh", "controleer.sh", str(roots)], cwd=folder, capture_output=True, text=True, check=False
        )
        assert (shell.returncode == 0) is good, shell.stdout
    assert verify(out).ok
    plain = subprocess.run(["sh", "controleer.sh"], cwd=folder, capture_output=True, text=True, check=False)
    assert plain.returncode == 0, plain.stdout
    assert "herkomst niet gecontroleerd" in plain.stdout


def test_roots_that_are_none_are_refused(tmp_path: Path) -> None:
    (tmp_path / "x.pem").write_text("geen certificaat")
    with pytest.raises(EvidenceError, match="can't be read"):
        load_roots(tmp_path)
    with pytest.raises(EvidenceError):
        load_roots(tmp_path / "is-er-niet")
