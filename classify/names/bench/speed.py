"""Speed: posts a second in one process, by the CPU's clock and by the wall's, from the first post on."""

import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from classify.names.bench.rivals import Search, exact, partial_ratio
from classify.names.find import compile_roster
from classify.names.posts import PostText
from warehouse import Person

SECONDS = 4.0
"""How long a slow rival is measured at most."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Posts a second."""

    cpu: float
    wall: float


@dataclass(frozen=True, slots=True)
class Speed:
    """The figures of one roster."""

    people: int
    compiled: float
    """Seconds of CPU until the roster is compiled."""
    peak: int
    """Megabytes the process has held at most so far."""
    finder: Pace
    exact: Pace
    partial_ratio: Pace

    @property
    def ratio(self) -> float:
        """How many times as fast as partial_ratio, by the CPU's clock."""
        return self.finder.cpu / self.partial_ratio.cpu


def measure(people: Sequence[Person], posts: Sequence[PostText]) -> Speed:
    """Measure the finder with cold caches, and its rivals, on the same posts in the same run."""
    started = time.process_time()
    finder = compile_roster(people)
    compiled = time.process_time() - started
    ours = _pace(finder.find, posts)
    peak = peak_megabytes()
    return Speed(
        people=len(people),
        compiled=compiled,
        peak=peak,
        finder=ours,
        exact=_pace(exact(people), posts),
        partial_ratio=_sampled(partial_ratio(people), posts),
    )


def peak_megabytes() -> int:
    """Give the most memory this process has held."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (1024 * 1024 if sys.platform == "darwin" else 1024)


def _pace(search: Callable[[Sequence[PostText]], object], posts: Sequence[PostText]) -> Pace:
    """Time one pass over all posts."""
    cpu, wall = time.process_time(), time.perf_counter()
    search(posts)
    return Pace(len(posts) / (time.process_time() - cpu), len(posts) / (time.perf_counter() - wall))


def _sampled(search: Search, posts: Sequence[PostText]) -> Pace:
    """Time as many posts from the front as the time allows."""
    count, pace = 5, _pace(search, posts[:5])
    while count < len(posts) and count / pace.wall < SECONDS / 4:
        count = min(len(posts), count * 4)
        pace = _pace(search, posts[:count])
    return pace
