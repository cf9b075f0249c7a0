"""The town starts where it is told to, and ends with whoever started it."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from demo.errors import TownError
from demo.town import Town, start_town

ROOT = Path(__file__).parents[2]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not (stat.exists() and stat.read_text(encoding="ascii").rpartition(")")[2].split()[0] == "Z")


def wait_until_dead(pid: int) -> bool:
    until = time.monotonic() + 15
    while time.monotonic() < until:
        if not is_alive(pid):
            return True
        time.sleep(0.1)
    return False


def find_free_ports(count: int) -> list[int]:
    held = [socket.socket() for _ in range(count)]
    for one in held:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


def test_the_town_stands_on_the_ports_it_is_given_and_is_gone_afterwards(tmp_path: Path) -> None:
    ports = find_free_ports(6)
    with start_town(tmp_path, ports=ports) as town:
        assert list(town.sites.values()) == [f"http://127.0.0.1:{port}" for port in ports[:4]]
        assert town.smtp_port == ports[5]
        assert httpx.get(town.sites["forum"], trust_env=False).status_code == 200
        pid = town.pid
    assert not is_alive(pid)


def test_a_taken_port_is_said_plainly(town: Town, tmp_path: Path) -> None:
    taken = town.smtp_port
    with (
        pytest.raises(TownError, match=f"Port {taken} of 127.0.0.1 is taken"),
        start_town(tmp_path, ports=[0, 0, 0, 0, 0, taken]),
    ):
        pass


def test_the_town_dies_with_a_killed_parent(tmp_path: Path) -> None:
    program = (
        "import sys, time\nfrom pathlib import Path\nfrom demo.town import start_town\n"
        "with start_town(Path(sys.argv[1])) as town:\n    print(town.pid, flush=True)\n    time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, cwd=ROOT, text=True
    )
    assert parent.stdout
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert wait_until_dead(pid)


def test_ctrl_c_ends_a_town_in_the_foreground(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "demo.town", "--folder", str(tmp_path), "--ports", "0,0,0,0,0,0"]
    process = subprocess.Popen(command, cwd=ROOT)
    until = time.monotonic() + 30
    while not (tmp_path / "town.json").exists() and time.monotonic() < until:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert process.wait(15) == 0
