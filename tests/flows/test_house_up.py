"""`handenaf up` with its real processes: killed ones come back, nothing outlives it, runs left over are ended."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console

from flows.errors import FlowError
from flows.settings import Settings, read_settings
from flows.supervisor import api_of, desk_of, running_house

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc tells who is whose child on Linux only")

PATIENCE = 280.0
"""Seconds for anything that takes a few on a machine of its own, and many on one that is busy."""
CHILDREN = {"prefect server start", "flows.schedule", "flows.desk"}


def until(true: Callable[[], Any], what: str) -> Any:
    """Wait until something is so, and give it."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if answer := true():
            return answer
        time.sleep(0.1)
    pytest.fail(f"{what} didn't come about in {PATIENCE:.0f} s")


def children(settings: Settings) -> dict[int, str]:
    """Give every process that works for this house, by its environment: grandchildren too, whoever their parent is."""
    mark = f"PREFECT_HOME={settings.home}/prefect".encode()
    found = {}
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and int(process.name) != os.getpid():
            try:
                if mark in (process / "environ").read_bytes().split(b"\0"):
                    found[int(process.name)] = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:  # ended meanwhile
                continue
    return {pid: command for pid, command in found.items() if command}


def child(settings: Settings, sign: str) -> int:
    """Give the process of one child, by a word of its command; 0 when it isn't there."""
    return next((pid for pid, command in sorted(children(settings).items()) if sign in command), 0)


def is_another(settings: Settings, sign: str, before: int) -> bool:
    """Tell whether that child is there as another process than before."""
    return child(settings, sign) not in {0, before}


def answers(address: str) -> bool:
    """Tell whether somebody answers there."""
    try:
        return httpx.get(address, timeout=5).is_success
    except httpx.HTTPError:
        return False


@pytest.fixture
def settings(make_home: Callable[..., Settings], free_port: Callable[[], int]) -> Settings:
    """Give a house with ports of its own."""
    return make_home(
        "home", sources=["demo-blog"], changes={"desk_port": free_port(), "prefect_port": free_port(), "alarm_mail": []}
    )


@pytest.fixture
def start_up(settings: Settings, tmp_path: Path) -> Iterator[Callable[[], "subprocess.Popen[bytes]"]]:
    """Start `handenaf up` as a person would, and wait until it says that the desk is open."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> "subprocess.Popen[bytes]":
        said = tmp_path / f"said-{len(started)}.txt"
        with said.open("wb") as file:
            command: list[str | Path] = [Path(sys.executable).with_name("handenaf"), "up", "--home", str(settings.home)]
            process = subprocess.Popen(command, stdout=file, stderr=file, start_new_session=True)
        started.append(process)
        until(
            lambda: "The desk is open" in said.read_text("utf-8") or process.poll() is not None,
            "the start",
        )
        assert process.poll() is None, said.read_text("utf-8")
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()
    for pid in children(settings):
        os.kill(pid, signal.SIGKILL)


def leave_a_run(api: str, **state: str) -> str:
    """Make a flow run that claims to be running, as a killed flow leaves one."""
    flow = until(lambda: made(f"{api}/flows/", {"name": "watch"}), "a flow")
    run = until(lambda: made(f"{api}/flow_runs/", {"flow_id": flow["id"], "state": state}), "a run")
    identity: str = run["id"]
    return identity


def made(address: str, record: dict[str, Any]) -> Any:
    """Ask Prefect to keep a record; nothing while its database is busy just after the start (503)."""
    answer = httpx.post(address, json=record)
    return None if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE else answer.raise_for_status().json()


@pytest.mark.timeout(1200)
def test_killed_processes_come_back_nothing_outlives_the_house_and_lost_runs_are_ended(
    settings: Settings, start_up: Callable[[], "subprocess.Popen[bytes]"]
) -> None:
    api = api_of(settings)
    house = start_up()
    for sign in CHILDREN:
        before = child(settings, sign)
        assert before, f"{sign} is not there: {children(settings)}"
        os.kill(before, signal.SIGKILL)
        until(partial(is_another, settings, sign, before), f"another {sign}")
    until(lambda: answers(desk_of(settings) + "login"), "the desk's answer")
    until(lambda: answers(f"{api}/health"), "the server's answer")
    lost = leave_a_run(api, type="RUNNING", name="Running")
    house.kill()
    house.wait()
    until(lambda: not children(settings), f"the end of {children(settings)}")

    house = start_up()
    run = httpx.get(f"{api}/flow_runs/{lost}").json()
    assert run["state"]["type"] == "CRASHED"
    assert "killed" in run["state"]["message"]
    house.send_signal(signal.SIGINT)
    assert house.wait(PATIENCE) == 0
    assert not children(settings)
    assert not answers(desk_of(settings) + "login")


PARENT = "import subprocess, sys, time; print(subprocess.Popen([sys.executable, '-c', sys.argv[1]]).pid, flush=True); time.sleep(99)"
RUN = "import time; from flows.tether import end_with_parent; end_with_parent(); time.sleep(99)"


def test_a_flow_run_ends_soon_after_the_schedule_that_started_it() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, RUN], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    )
    assert parent.stdout is not None
    run = Path("/proc", parent.stdout.readline().strip())
    time.sleep(2)
    assert run.exists()
    parent.kill()
    parent.wait()
    parent.stdout.close()
    until(lambda: not run.exists(), "the end of the run")


def test_a_taken_port_is_said_before_anything_starts(settings: Settings) -> None:
    with (
        socket.create_server(("127.0.0.1", settings.desk_port)),
        pytest.raises(FlowError, match=f"{settings.desk_port}.*another desk_port"),
        running_house(read_settings(settings.home), Console(quiet=True)),
    ):
        pytest.fail("the house must not open")
    assert not children(settings)
