"""Become another program that ends when its parent dies, even by kill -9: `python -m flows.tether PARENT SIGNAL COMMAND …`.

A module of its own because code between fork and exec (`preexec_fn`) may hang where the parent has threads.
"""

import ctypes
import os
import sys
import threading
import time

PR_SET_PDEATHSIG = 1
"""prctl(2). The wish survives execve(2)."""


LOOK_SECONDS = 0.5


def become(parent: int, death: int, command: list[str]) -> None:
    """Tie this process to its parent and turn into `command`, which gets the signal `death` when the parent dies.

    Ends at once when the parent is gone already.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, death)
    if os.getppid() != parent:
        sys.exit(1)
    os.execv(command[0], command)  # noqa: S606 - a program of ours, by its whole path, no shell


def end_with_parent() -> None:
    """End this process soon after its parent, for a flow run, which Prefect starts untied and would leave behind.

    By looking, not by a signal: prctl(2) ties to the thread that forked us, and that may end before its process. All
    that a flow does can be killed at any moment; its spiders and browsers end with it.
    """
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, name="tether", daemon=True).start()


if __name__ == "__main__":
    become(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
