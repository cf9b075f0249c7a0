"""How many posts a second the judge reads."""

import resource
import sys
import time
from dataclasses import dataclass

from classify.harm.items import Item
from classify.harm.judge import Judge

_WORDS = (
    "gisteren heeft [TARGET] weer een verslag gestuurd waar volgens mij weinig van klopt en ik wacht nog altijd op "
    "antwoord van de organisatie want niemand belt terug over het bezoek van mijn dochter"
)
POSTS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """What one run of the bench measured, on one process."""

    posts_per_second: float
    peak_mb: float
    """Peak resident memory of the process so far, MB."""


def bench(judge: Judge, posts: int = POSTS) -> Speed:
    """Judge `posts` lawful posts of about 40 tokens (so that no phrase is asked for) and time it."""
    items = [Item(id=str(n), text=f"{_WORDS} {n}") for n in range(posts)]
    judge.judge(items[:16])
    begun = time.perf_counter()
    judge.judge(items)
    seconds = time.perf_counter() - begun
    unit = 1 if sys.platform == "darwin" else 1024  # ru_maxrss is bytes on macOS, kilobytes on Linux
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
    return Speed(posts_per_second=posts / seconds, peak_mb=peak)
