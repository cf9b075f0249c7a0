"""What the processes that this one starts use, sampled while they run (Linux).

The kernel's own maximum (getrusage(2)) can't tell: a child inherits its parent's.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Meter:
    """What the processes that this one started use: memory at their most, and processor time."""

    most: int = 0
    ticks: dict[str, int] = field(default_factory=dict)

    @property
    def busy_s(self) -> float:
        """Seconds of processor time of all of them; on a busy machine this says more than the clock."""
        return sum(self.ticks.values()) / os.sysconf("SC_CLK_TCK")

    def look(self) -> None:
        """Sample once (Linux)."""
        pids = _descendants()
        self.most = max(self.most, sum(map(_weight, pids)))
        self.ticks |= {pid: ticks for pid in pids if (ticks := _ticks(pid))}


@contextmanager
def metered() -> Iterator[Meter]:
    """Sample five times a second while the block runs."""
    meter, over = Meter(), threading.Event()

    def sample() -> None:
        while not over.wait(0.2):
            meter.look()

    thread = threading.Thread(target=sample, daemon=True)
    thread.start()
    try:
        yield meter
    finally:
        over.set()
        thread.join()


def _ticks(pid: str) -> int:
    """Give a process's own processor time in clock ticks; 0 for one that is gone."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0
    return int(told[11]) + int(told[12])


def _descendants() -> list[str]:
    """Give the process ids of everything under this process (Linux)."""
    parents: dict[str, str] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[entry.parent.name] = entry.read_text().rsplit(")", 1)[1].split()[1]
        except OSError:
            continue
    found = [str(Path("/proc/self").resolve().name)]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found[1:]


def _weight(pid: str) -> int:
    """Give a process's proportional set size in bytes; 0 for one that is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)
