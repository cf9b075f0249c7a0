"""Processes of our own that must end when we do."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

GRACE_SECONDS = 10.0
"""How long a child may take to end after SIGTERM before it is killed."""
LONGEST_PAUSE = 60.0
"""Most seconds between two starts of a child that keeps failing."""


@dataclass(slots=True, kw_only=True)
class Child:
    """A process to keep running, started again with growing pauses when it ends by itself."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: str
    """File its output is added to."""
    death: signal.Signals = signal.SIGTERM
    """What it gets when we die without a word."""
    started_at: float = 0.0
    fails: int = 0
    process: "subprocess.Popen[bytes] | None" = field(default=None)

    def start(self) -> None:
        """Start the process; it gets the signal `death` when we die."""
        with open(self.log, "ab") as log:  # noqa: PTH123 - handed to the child
            self.process = subprocess.Popen(
                [sys.executable, "-m", "flows.tether", str(os.getpid()), str(int(self.death)), *self.command],
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches us alone; we end the children in order
            )
        self.started_at = time.monotonic()

    def tend(self) -> str:
        """Start it again if it ended and its pause is over; give a sentence when something happened."""
        if self.process is None or self.process.poll() is None:
            return ""
        if time.monotonic() - self.started_at > LONGEST_PAUSE:
            self.fails = 0
        pause = min(2.0**self.fails, LONGEST_PAUSE)
        if time.monotonic() - self.started_at < pause:
            return ""
        code = self.process.returncode
        self.fails += 1
        self.start()
        return f"{self.name} ended (code {code}) and was started again; its log: {self.log}"

    def stop(self) -> None:
        """Ask the process to end, and kill its whole group when it doesn't within the grace."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            self.process.wait()
            return
        self.process.wait()
