"""The demo town and a Prefect server, started once for all tests of the flows."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from demo.town import Town, start_town
from flows.children import Child
from flows.demonstration import furnish
from flows.settings import Settings, quiet_prefect


def free_port() -> int:
    """Give a port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The demo town on free ports; a notice's post is removed after a second."""
    with start_town(tmp_path_factory.mktemp("town"), remove_after_seconds=1) as running:
        yield running


@pytest.fixture
def make_home(town: Town, tmp_path: Path) -> Callable[[str], Settings]:
    """Give a furnished organisation folder by name: the town's cards, the demo's roster."""

    def make(name: str) -> Settings:
        home = tmp_path / name
        home.mkdir()
        return furnish(home, town)

    return make


@pytest.fixture(scope="session")
def prefect_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Prefect server on a free port; gives its API's address."""
    folder = tmp_path_factory.mktemp("prefect")
    port = free_port()
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
