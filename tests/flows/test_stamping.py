"""Every capture is sealed by the flows themselves: before and after, also when a service was down or the process was killed."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from flows import stamping
from flows.capturing import capture_case, cases_to_capture
from flows.clock import now
from flows.open_house import opened
from flows.settings import Settings
from flows.stamping import outbox_of, services_of, stamp_round, tell_of_outages
from takedown.evidence.files import read_json, read_kept
from takedown.evidence.timestamp import NOT_QUALIFIED
from takedown.evidence.tokens import load_roots, read_token
from takedown.evidence.trial import Authority, serve

MakeHome = Callable[..., Settings]
OpenCase = Callable[..., str]


class Services:
    """Two time-stamping authorities, each of which can be switched off."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.off = {"a": False, "b": False}
        self.asked = 0
        self.heard: list[bytes] = []
        (folder / "roots").mkdir(parents=True)
        self.roots = folder / "roots"
        addresses = []
        for name in self.off:
            authority = Authority(folder / name).make()
            (self.roots / f"{name}.pem").write_bytes((folder / name / "roots" / "root.pem").read_bytes())
            addresses.append(stack.enter_context(serve(self._answers(name, authority))) + f"/{name}")
        self.addresses = tuple(addresses)
        self.webhook = stack.enter_context(serve(self._hear))

    def _answers(self, name: str, authority: Authority) -> Callable[[str, bytes], tuple[int, str, bytes]]:
        def answer(path: str, posted: bytes) -> tuple[int, str, bytes]:
            self.asked += 1
            return (503, "text/plain", b"") if self.off[name] else authority.answers(path, posted)

        return answer

    def _hear(self, _: str, posted: bytes) -> tuple[int, str, bytes]:
        self.heard.append(posted)
        return 200, "text/plain", b""


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with ExitStack() as stack:
        yield Services(tmp_path_factory.mktemp("services"), stack)


@pytest.fixture
def settings(make_home: MakeHome, services: Services) -> Settings:
    services.off |= {"a": False, "b": False}
    return make_home(
        "home", sources=["demo-blog"],
        changes={"tsa": list(services.addresses), "tsa_roots": str(services.roots), "alarm_webhook": services.webhook},
    )  # fmt: skip


def test_a_capture_is_sealed_from_both_sides_without_anybody_asking(
    settings: Settings,
    services: Services,
    open_case: OpenCase,
    handenaf: Callable[..., "subprocess.CompletedProcess[str]"],
) -> None:
    case_id = open_case(settings, "blog", "4021")
    assert capture_case(str(settings.home), case_id) == "visible"
    roots = load_roots(services.roots)
    with opened(settings) as state:
        (capture,) = state.papers.captures(case_id)
    tokens = [file for file in capture.files if file.role == "token"]
    assert len(tokens) == 2
    after = [read_token(read_kept(settings.evidence, one.sha256), capture.manifest_sha256, roots) for one in tokens]
    assert all(token.trusted for token in after)
    manifest = read_json(settings.evidence, capture.manifest_sha256)
    earlier = manifest["tijd"]["niet_voor"]
    before = read_token(read_kept(settings.evidence, earlier["sha256"]), earlier["over"], roots)
    assert before.at <= min(token.at for token in after)
    assert not any(text.startswith("Nog geen tijdstempel") for text in capture.limitations)
    assert NOT_QUALIFIED in capture.limitations
    assert outbox_of(settings).waiting(services_of(settings)[0]) == []

    stamp_round(str(settings.home))
    checked = handenaf("audit", "verify", "--home", str(settings.home))
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "stamped by" in checked.stdout
    head = json.loads(next((settings.evidence / "heads").glob("*/kop.json")).read_text())
    with create_engine(settings.state).begin() as connection:  # somebody cuts the log's end
        connection.execute(text("DELETE FROM audit WHERE sequence >= :n"), {"n": head["volgnummer"]})
    checked = handenaf("audit", "verify", "--home", str(settings.home))
    assert checked.returncode == 1
    assert "cut off" in checked.stdout


def test_a_service_that_is_down_stops_nothing_and_is_told_of(
    settings: Settings, services: Services, open_case: OpenCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = open_case(settings, "blog", "4021")
    services.off["b"] = True
    assert capture_case(str(settings.home), case_id) == "visible"
    with opened(settings) as state:
        (capture,) = state.papers.captures(case_id)
    assert sum(file.role == "token" for file in capture.files) == 1
    assert any(text.startswith(f"Nog geen tijdstempel van {services.addresses[1]}") for text in capture.limitations)

    asked = services.asked
    stamp_round(str(settings.home))
    assert services.asked - asked <= 2, "a service that just failed rests (one question each for the log's head)"
    services.heard.clear()
    assert tell_of_outages(settings) == [], "not before a quarter of an hour"
    late = now() + timedelta(minutes=16)
    monkeypatch.setattr(stamping, "now", lambda: late)
    assert tell_of_outages(settings) == [services.addresses[1]]
    assert tell_of_outages(settings) == [], "once a day"
    assert json.loads(services.heard[0])["unstamped"] == 1

    services.off["b"] = False
    monkeypatch.setattr("takedown.evidence.timestamp.LATE", timedelta(seconds=-1))  # as if the token came late
    stamp_round(str(settings.home))
    with opened(settings) as state:
        (capture,) = state.papers.captures(case_id)
    assert sum(file.role == "token" for file in capture.files) == 2
    assert not any(text.startswith("Nog geen tijdstempel") for text in capture.limitations)
    assert any("minuten na de vastlegging gezet" in text for text in capture.limitations)


KILLED = """
import os, signal, sys
from flows import capturing, stamping
from takedown.evidence.outbox import Outbox
from warehouse.state.papers import Papers
place, home, case_id = sys.argv[1:]
def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
def after(owner, name):
    whole = getattr(owner, name)
    def once(*words, **more):
        whole(*words, **more)
        die()
    setattr(owner, name, once)
match place:
    case "while the page is visited": import takedown.evidence.capture as made; made._hear = die
    case "before it waits": Outbox.put = die
    case "while it waits without a record": Papers.add_capture = die
    case "before a service is asked": Outbox.stamp = die
    case "with a token in hand": Papers.amend_capture = die
    case "with one token kept": after(Papers, "amend_capture")
capturing.capture_case(home, case_id)
"""
PLACES = [
    "while it waits without a record", "with a token in hand", "while the page is visited", "before it waits",
    "before a service is asked", "with one token kept",
]  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_kill_9_at_any_step_loses_nothing(
    settings: Settings,
    open_case: OpenCase,
    place: str,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    if place in PLACES[2:] and not request.config.getoption("--long", default=False):
        pytest.skip("long: all six places with `make test-evidence`; two always")
    case_id = open_case(settings, "blog", "4021")
    program = [sys.executable, "-c", KILLED, place, str(settings.home), case_id]
    killed = subprocess.run(program, capture_output=True, text=True, check=False, timeout=100)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    if case_id in cases_to_capture(str(settings.home)):
        capture_case(str(settings.home), case_id)
    later = now() + timedelta(hours=2)
    monkeypatch.setattr(stamping, "now", lambda: later)
    stamp_round(str(settings.home))
    with opened(settings) as state:
        (capture,) = state.papers.captures(case_id)
        assert state.audit.verify() == ""
    assert sum(file.role == "token" for file in capture.files) >= 2
    for file in capture.files:
        read_kept(settings.evidence, file.sha256)
    assert [outbox_of(settings).waiting(service) for service in services_of(settings)] == [[], []]
