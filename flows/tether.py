"""Become another program that ends when its parent dies, even by kill -9: `python -m flows.tether PARENT COMMAND …`.

A module of its own because code between fork and exec (`preexec_fn`) may hang where the parent has threads.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
"""prctl(2). The wish survives execve(2)."""


def become(parent: int, command: list[str]) -> None:
    """Tie this process to its parent and turn into `command`; end at once when the parent is gone already."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit(1)
    os.execv(command[0], command)  # noqa: S606 - a program of ours, by its whole path, no shell


if __name__ == "__main__":
    become(int(sys.argv[1]), sys.argv[2:])
