"""Starting the town from a test or a flow, in a process of its own."""

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from demo.errors import TownError
from demo.messages import POSTS, ROSTER

DEFAULT_PORTS = (8461, 8462, 8463, 8464, 8465, 8466)
"""The demo's ports for forum, klachten, prikbord, blog, inbox and smtp: the same each time, so that a second run
meets the same permalinks and doubles nothing."""
REMOVE_AFTER_SECONDS = 20.0
"""From notice to removal: long enough to see both states in a demo."""
START_SECONDS = 30.0
"""A start takes about a second; on a busy two-core machine a few."""
STOP_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """A town that stands, and where each part of it listens."""

    folder: Path
    sites: Mapping[str, str]
    """Address of each site, without a slash at the end: `http://127.0.0.1:8461`."""
    inbox_url: str
    """JSON of what the abuse desk received, acknowledged and removed."""
    smtp_host: str
    smtp_port: int
    smtp_ca_file: Path
    """Give it to the SMTP client as CA file: the server demands STARTTLS."""
    pid: int
    gold_path: Path = POSTS
    """Folder of the posts with their gold labels; `demo.gold` reads it."""
    roster_path: Path = ROSTER


@contextlib.contextmanager
def start_town(
    folder: Path,
    *,
    ports: Sequence[int] | None = None,
    remove_after_seconds: float = REMOVE_AFTER_SECONDS,
    acknowledge_to: tuple[str, int] | None = None,
    reset: bool = False,
) -> Iterator[Town]:
    """Run the town on loopback for as long as the context lasts.

    `ports` are six (see `DEFAULT_PORTS`); None takes free ones. `folder` keeps notices and removals between starts unless
    `reset`. The town also ends when this process ends, however that happens. Raises `TownError` when it doesn't start.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ready_file, log_file = folder / "town.json", folder / "town.log"
    ready_file.unlink(missing_ok=True)
    command = [sys.executable, "-m", "demo.town", "--lifeline", "--folder", str(folder.resolve())]
    command += ["--ports", ",".join(map(str, ports or [0] * len(DEFAULT_PORTS)))]
    command += ["--remove-after", str(remove_after_seconds)]
    command += ["--acknowledge-to", f"{acknowledge_to[0]}:{acknowledge_to[1]}"] if acknowledge_to else []
    command += ["--reset"] if reset else []
    with log_file.open("w", encoding="utf-8") as log:
        # A session of its own: Ctrl-C reaches the parent alone, which ends what still uses the town first.
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True, cwd=_find_root()
        )
    try:
        yield _wait_until_ready(process, folder, ready_file, log_file)
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdin:
            process.stdin.close()


def _find_root() -> Path:
    """Give the folder from which `demo` can be imported, wherever the caller stands."""
    return Path(__file__).resolve().parents[2]


def _wait_until_ready(process: subprocess.Popen[bytes], folder: Path, ready_file: Path, log_file: Path) -> Town:
    until = time.monotonic() + START_SECONDS
    while not ready_file.exists():
        if process.poll() is not None:
            message = f"The demo town did not start: {log_file.read_text(encoding='utf-8').strip()}"
            raise TownError(message)
        if time.monotonic() > until:
            message = f"The demo town is not ready after {START_SECONDS:.0f} s; see {log_file}, then try again."
            raise TownError(message)
        time.sleep(0.05)
    ready = json.loads(ready_file.read_text(encoding="utf-8"))
    return Town(
        folder=folder,
        sites=ready["sites"],
        inbox_url=ready["inbox_url"],
        smtp_host=ready["smtp_host"],
        smtp_port=ready["smtp_port"],
        smtp_ca_file=Path(ready["smtp_ca_file"]),
        pid=ready["pid"],
    )
