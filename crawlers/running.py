"""Running one source's spider in a subprocess, and giving what it finds as it comes."""

import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from signal import SIGKILL

from crawlers.cards import Card
from crawlers.errors import SpiderDied
from crawlers.orders import Budget, Order, read_line, write_order
from warehouse import CrawlEnd, Fetch, FrontierEntry

_GRACE = 10.0
"""Seconds a spider gets to close its browser after SIGTERM."""
_IN_FLIGHT = 3.0
"""Seconds a request under way gets to end by itself after Ctrl-C: Scrapy alone would wait until it times out (45 s)."""
_OVERTIME = 120.0
"""Seconds beyond its budget after which a spider counts as hanging."""
_UNDER_WAY: "set[subprocess.Popen[bytes]]" = set()
"""The spiders this process started and did not end yet."""


def crawl(
    card: Card,
    *,
    frontier: Sequence[FrontierEntry],
    searches: Sequence[str] = (),
    now: datetime,
    chromium: str | None = None,
    budget: Budget | None = None,
    contact: str = "",
) -> Iterator[Fetch | CrawlEnd]:
    """Look at one source: start its spider, and give each `Fetch` as it comes, then one `CrawlEnd`.

    `frontier` is all that is known of the source's addresses, due or not; store each fetch's posts, links and entry
    together, and a killed crawl goes on where it was. `searches` are the names to ask for where the card says
    `searches`. The spider is ended when the caller stops listening, and dies with the thread that first asked for it.
    Never raises for what a site does: that stands in the records.
    """
    limits = budget or Budget()
    order = Order(
        card=card,
        frontier=tuple(frontier),
        searches=tuple(dict.fromkeys(name.strip() for name in searches if name.strip())),
        now=now,
        budget=limits,
        chromium=chromium or "",
        contact=contact,
    )
    child = subprocess.Popen(
        [sys.executable, "-m", "crawlers.spider_process", str(os.getpid())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    _UNDER_WAY.add(child)
    complaints: deque[bytes] = deque(maxlen=20)
    listener = threading.Thread(target=_listen, args=(child, complaints), daemon=True)
    clock = threading.Timer(limits.seconds + _OVERTIME, child.kill)
    clock.daemon = True
    listener.start()
    clock.start()
    ended = False
    try:
        threading.Thread(target=_tell, args=(child, write_order(order)), daemon=True).start()
        for line in child.stdout or ():
            record = read_line(line)
            ended = ended or isinstance(record, CrawlEnd)
            yield record
        if not ended:
            child.wait(_GRACE)
            listener.join(1)
            yield _death(card, child.returncode, complaints)
    finally:
        clock.cancel()
        _end(child)
        _UNDER_WAY.discard(child)


def end_crawls() -> None:
    """Ask every spider of this process to end (Ctrl-C): each hands over what it has, and says that it was ended.

    Scrapy ends at a second signal without waiting for answers.
    """
    for child in tuple(_UNDER_WAY):
        if child.poll() is None:
            child.terminate()
            again = threading.Timer(_IN_FLIGHT, child.terminate)
            again.daemon = True
            again.start()


def _death(card: Card, code: int | None, complaints: Sequence[bytes]) -> CrawlEnd:
    """Say that a spider ended without saying how. Its log's last line is kept: it holds no post's text."""
    said = complaints[-1].decode("utf-8", "replace").strip()[:300] if complaints else "it said nothing"
    error = SpiderDied(
        f"The spider of {card.name} ended early (code {code}: {said}). What it found is kept; the rest waits for the next look."
    )
    return CrawlEnd(source=card.name, outcome="failed", message=str(error))


def _tell(child: "subprocess.Popen[bytes]", order: bytes) -> None:
    """Hand over the order; a spider that died meanwhile is noticed by its silence."""
    with suppress(OSError, ValueError):
        if child.stdin is not None:
            child.stdin.write(order)
            child.stdin.close()


def _listen(child: "subprocess.Popen[bytes]", complaints: "deque[bytes]") -> None:
    """Keep the last lines a spider logs."""
    with suppress(OSError, ValueError):
        for line in child.stderr or ():
            if line.strip():
                complaints.append(line)


def _end(child: "subprocess.Popen[bytes]") -> None:
    """End the spider and all it started: ask, wait, then kill its whole process group."""
    if child.stdout is not None:
        child.stdout.close()  # else a spider that waits for us to read would not hear us
    if child.poll() is None:
        child.terminate()
        with suppress(subprocess.TimeoutExpired):
            child.wait(_GRACE)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, SIGKILL)
    child.wait()
    if child.stderr is not None:
        child.stderr.close()
