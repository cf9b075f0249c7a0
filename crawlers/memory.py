"""A spider's own memory, for its budget."""

import os
from pathlib import Path

from scrapy.extensions.memusage import MemoryUsage

_STATM = Path("/proc/self/statm")
_RESIDENT = 1
"""Place of the resident pages in `/proc/self/statm` (proc_pid_statm(5))."""


class OwnMemory(MemoryUsage):
    """Scrapy's watch over memory, by what the spider holds now.

    Scrapy asks getrusage(2) for the most there ever was, and Linux carries that over from the parent through fork and
    exec: a spider that a process with the harm model in its memory starts would count as too large before its first page.
    """

    def get_virtual_size(self) -> int:
        """Give the bytes held now on Linux; elsewhere what Scrapy takes."""
        if not _STATM.exists():
            return super().get_virtual_size()
        return int(_STATM.read_text("ascii").split()[_RESIDENT]) * os.sysconf("SC_PAGE_SIZE")
