"""The demo town and a Prefect server, started once for all tests of the flows."""

import os
import shutil
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import mkdtemp

import httpx
import pytest
import tomli_w

from classify.harm.load import WEIGHTS
from demo.messages import ROSTER
from demo.town import Town, start_town
from flows.children import Child
from flows.clock import now
from flows.demonstration import furnish
from flows.open_house import opened
from flows.settings import FILE, Settings, quiet_prefect, read_settings
from warehouse.people import read_roster

ROOT = Path(__file__).parents[2]
HARM = ROOT / "tests" / "classify" / "harm"


# Prefect reads the environment when it is imported, which collecting the tests does: it must not phone home even then.
os.environ |= {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_HOME": mkdtemp(prefix="prefect-"),
}


def pick_port() -> int:
    """Give a port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def pick_port() -> Callable[[], int]:
    """Give free ports."""
    return pick_port


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The demo town on free ports; a notice's post is removed after a second."""
    with start_town(tmp_path_factory.mktemp("town"), remove_after_seconds=1) as running:
        yield running


@pytest.fixture
def own_town(tmp_path: Path) -> Iterator[Town]:
    """A town of this test's own, for tests that have posts removed."""
    with start_town(tmp_path / "town", remove_after_seconds=1) as running:
        yield running


@pytest.fixture
def make_home(town: Town, tmp_path: Path) -> Callable[..., Settings]:
    """Make a furnished organisation folder by name: the town's cards, the demo's roster.

    With `sources` and `people` only those of the town's; with `at` another town's; `changes` are other settings.
    """
    usual = town

    def make(
        name: str,
        *,
        sources: Sequence[str] = (),
        people: Sequence[str] = (),
        at: Town | None = None,
        changes: dict[str, object] | None = None,
    ) -> Settings:
        home = tmp_path / name
        home.mkdir()
        settings = furnish(home, at or usual)
        file = home / FILE
        file.write_text(tomli_w.dumps(tomllib.loads(file.read_text("utf-8")) | (changes or {})), "utf-8")
        for card in settings.cards.iterdir():
            if sources and card.stem not in sources:
                card.unlink()
        if people:
            take_people(settings, people)
        return read_settings(home)

    return make


def take_people(settings: Settings, ids: Sequence[str]) -> None:
    """Make these people of the demo's roster the whole roster."""
    with opened(settings) as state:
        chosen = [person for person in read_roster(ROSTER) if person.id in ids]
        state.people.replace(chosen, at=now(), by="system:test")


@pytest.fixture
def import_people() -> Callable[[Settings, Sequence[str]], None]:
    """Make these people of the demo's roster the whole roster of a folder."""
    return take_people


@pytest.fixture
def judge_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A judge with a policy that finds every label everywhere: the packaged weights, else a tiny untrained model.

    So a test knows which cases open whatever the weights are: one for each post that names somebody.
    """
    if not (WEIGHTS / "model.onnx").is_file():
        monkeypatch.setenv("HANDENAF_MODEL", str(HARM / "tiny"))
    monkeypatch.setenv("HANDENAF_POLICY", str(HARM / "everything.toml"))


@pytest.fixture(scope="session")
def prefect_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Prefect server on a free port; gives its API's address."""
    folder = tmp_path_factory.mktemp("prefect")
    port = pick_port()
    environment = quiet_prefect(folder)
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    server = Child(name="server", command=command, environment=environment, log=str(folder / "server.log"))
    server.start()
    api = f"http://127.0.0.1:{port}/api"
    try:
        until = time.monotonic() + 120
        while time.monotonic() < until:
            try:
                if httpx.get(f"{api}/health", timeout=2).is_success:
                    break
            except httpx.HTTPError:
                time.sleep(0.3)
        else:
            pytest.fail(f"Prefect's server did not start:\n{(folder / 'server.log').read_text()[-2000:]}")
        yield api
    finally:
        server.stop()


@pytest.fixture
def handenaf() -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """Run the command line as a person would, in a process of its own."""
    program = Path(sys.executable).with_name("handenaf")
    assert program.is_file(), f"{program} is missing: run `make setup`"
    assert shutil.which(str(program))

    def run(*arguments: str, stdin: str = "", timeout: float = 120) -> "subprocess.CompletedProcess[str]":
        command = [str(program), *arguments]
        return subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=timeout, check=False)

    return run
