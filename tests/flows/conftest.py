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
from typing import Any

import httpx
import pytest
import tomli_w

from classify.harm.load import WEIGHTS
from demo.messages import ROSTER, load_posts
from demo.town import Town, start_town
from flows.children import Child
from flows.clock import now
from flows.demonstration import furnish
from flows.judging import judge_new, open_cases
from flows.look import find_named
from flows.open_house import finder_of, opened
from flows.settings import FILE, Settings, quiet_prefect, read_settings
from warehouse import CaseState, Fetch, Post
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
def free_port() -> Callable[[], int]:
    """Give free ports."""
    return pick_port


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Give the demo town on free ports; a notice's post is removed after a second."""
    with start_town(tmp_path_factory.mktemp("town"), remove_after_seconds=1) as running:
        yield running


@pytest.fixture
def own_town(tmp_path: Path) -> Iterator[Town]:
    """Give a town of this test's own, for tests that have posts removed."""
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
def take_posts(town: Town) -> Callable[..., None]:
    """Take posts of the town in as a crawl would have found them, without a crawl: by site and number.

    `at` is another town; `changes` are other fields, such as a permalink that is not there.
    """
    usual = town

    def take(settings: Settings, site: str, *numbers: str, at: Town | None = None, **changes: Any) -> None:
        source, address = f"demo-{site}", (at or usual).sites[site]
        chosen = [post for post in load_posts() if post.site == site and (post.post_id in numbers or not numbers)]
        fields: list[dict[str, Any]] = [
            {
                "source": source,
                "permalink": address + post.path,
                "platform_id": post.post_id,
                "text": post.text,
                "fetched_at": now(),
                "author_handle": post.author,
                "author_name": post.author_name,
                "posted_at": post.posted_at,
                "language": post.language,
            }
            for post in chosen
        ]
        posts = [Post(**(values | changes)) for values in fields]
        page = Fetch(
            source=source, url=address, kind="start", status=200, fetched_at=now(), outcome="new", posts=tuple(posts)
        )
        with opened(settings) as state:
            found = find_named(finder_of(state), posts)
            roster = state.people.fingerprint()
            state.crawls.store([page], searched=posts, found=found, roster=roster, every_minutes=60, at=now())

    return take


@pytest.fixture
def open_case(take_posts: Callable[..., None], judge_environment: None) -> Callable[..., str]:  # noqa: ARG001 - asked for its effect
    """Open the case of one post, judged and captured or not, and give its id."""

    def open_one(settings: Settings, site: str, number: str, **choice: Any) -> str:
        take_posts(settings, site, number, **choice)
        judge_new(str(settings.home))
        open_cases(str(settings.home))
        with opened(settings) as state:
            (case,) = [
                case
                for case in state.cases.of_states([CaseState.FOUND])
                if (post := state.posts.one(case.post_id)) and post.platform_id == number
            ]
            return case.id

    return open_one


@pytest.fixture
def judge_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set a judge with a policy that finds every label everywhere: the packaged weights, else a tiny untrained model.

    So a test knows which cases open whatever the weights are: one for each post that names somebody.
    """
    if not (WEIGHTS / "model.onnx").is_file():
        monkeypatch.setenv("HANDENAF_MODEL", str(HARM / "tiny"))
    monkeypatch.setenv("HANDENAF_POLICY", str(HARM / "everything.toml"))


@pytest.fixture(scope="session")
def prefect_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run a real Prefect server on a free port, and give its API's address."""
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
