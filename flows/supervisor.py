"""`handenaf up`: the Prefect server, the schedule and the desk, kept running until Ctrl-C."""

import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

import httpx
from rich.console import Console

from flows.children import Child
from flows.errors import FlowError
from flows.settings import FILE, Settings, mute_own_runs, quiet_prefect

START_SECONDS = 300.0
"""How long the server may take to answer: 6 to 8 s, 11 at the first start (measured), 110 on a machine that is overrun."""


def api_of(settings: Settings) -> str:
    """Give the address of the Prefect server's API, on loopback."""
    return f"http://127.0.0.1:{settings.prefect_port}/api"


def desk_of(settings: Settings) -> str:
    """Give the address of the desk."""
    return f"http://{settings.desk_host}:{settings.desk_port}/"


@contextmanager
def running_house(settings: Settings, console: Console) -> Iterator[list[Child]]:
    """Start the three processes and wait until they answer; end them all when the block ends.

    Raises `FlowError` where a port is taken, or a process does not come up.
    """
    _check_ports(settings)
    environment = quiet_prefect(settings.home, api=api_of(settings))
    mute_own_runs()
    logs = settings.home / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    server_command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1"]
    server = Child(
        name="Prefect server",
        command=[*server_command, "--port", str(settings.prefect_port)],
        environment={key: value for key, value in environment.items() if key != "PREFECT_API_URL"},
        log=str(logs / "prefect-server.log"),
    )
    schedule = Child(
        name="schedule",
        command=[sys.executable, "-m", "flows.schedule", str(settings.home)],
        environment=environment,
        death=signal.SIGKILL,  # asked kindly, it would wait a minute for the server, which is gone by then
        log=str(logs / "schedule.log"),
    )
    desk = Child(
        name="desk",
        command=[sys.executable, "-m", "flows.desk", str(settings.home)],
        environment=environment,
        log=str(logs / "desk.log"),
    )
    children = [server, desk, schedule]
    signal.signal(signal.SIGTERM, _end_in_order)
    try:
        server.start()
        desk.start()
        with console.status("Starting the Prefect server and the desk …"):
            _await(f"{api_of(settings)}/health", server)
            _end_zombies()
            schedule.start()
            _await(desk_of(settings) + "login", desk)
        yield children
    finally:
        for child in reversed(children):
            child.stop()


def keep_up(children: list[Child], console: Console, tick: Callable[[], None] = lambda: None) -> None:
    """Keep the children running until Ctrl-C or SIGTERM."""
    stop = {"asked": False}

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop["asked"] = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask)
    while not stop["asked"]:
        for child in children:
            if said := child.tend():
                console.print(f"[yellow]![/] {said}")
                if child.name == "schedule":
                    with suppress(Exception):  # the server may be down too; the next start ends them
                        _end_zombies()  # its flow runs ended with it
        tick()
        time.sleep(0.5)
    console.print("Ending …")


def _end_in_order(_number: int, _frame: FrameType | None) -> None:
    """End as after Ctrl-C when we are asked to (systemd, a reboot), also while we start."""
    raise KeyboardInterrupt


def _check_ports(settings: Settings) -> None:
    """Make sure that who answers will be ours: another program on a port would be taken for it."""
    for host, port, setting in (
        ("127.0.0.1", settings.prefect_port, "prefect_port"),
        (settings.desk_host, settings.desk_port, "desk_port"),
    ):
        try:
            with socket.create_server((host, port)):
                pass
        except OSError as error:
            raise FlowError(
                f"Port {port} of {host} can't be listened on ({error.strerror}): does `handenaf up` or `handenaf demo` run "
                f"already, or another program? End it, or choose another {setting} in {settings.home / FILE}."
            ) from error


def _end_zombies() -> None:
    """End the flow runs of an earlier life; Prefect is imported only now, for it reads its settings on import."""
    from flows.zombies import crash_zombies  # noqa: PLC0415 - see above

    crash_zombies()


def _await(address: str, child: Child) -> None:
    """Wait until an address answers. Raises `FlowError` when its process ends first, or takes too long."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            if httpx.get(address, timeout=10).is_success:
                return
        except httpx.HTTPError:
            if child.process is not None and child.process.poll() is not None:
                raise FlowError(
                    f"{child.name} ended while it started (code {child.process.returncode}): {_last_line(child.log)}. "
                    f"Its whole log: {child.log}. Mend what it says and start again."
                ) from None
        time.sleep(0.2)
    raise FlowError(
        f"{child.name} doesn't answer at {address} after {START_SECONDS:.0f} s: {_last_line(child.log)}. Is the machine "
        f"very busy? Try again when it is less so; its log: {child.log}"
    )


def _last_line(log: str) -> str:
    lines = Path(log).read_text("utf-8", "replace").strip().splitlines()
    return lines[-1][:300] if lines else "its log is empty"
