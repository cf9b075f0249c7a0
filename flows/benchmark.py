"""`handenaf bench`: how fast each part is here, counted now, on this machine."""

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from classify.harm import Item, load_judge
from classify.names import PostText, compile_roster
from demo.messages import ROSTER, load_posts
from demo.town import start_town
from flows.capturing import capture_now
from flows.clock import now
from flows.demonstration import furnish
from flows.errors import FlowError
from flows.night import Plain, run_night
from flows.open_house import opened
from takedown.evidence.metering import metered
from warehouse.people import read_roster

NAME_POSTS = 20_000
HARM_POSTS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured number."""

    what: str
    value: float
    unit: str
    how: str


def measure(console: Console) -> list[Figure]:
    """Measure everything the README's table names; takes a minute or two."""
    figures = []
    for step in (_names_per_second, _harm_per_second, _night):
        with console.status(f"Measuring {step.__name__.strip('_').replace('_', ' ')} …"):
            figures += step()
    return figures


def print_figures(figures: list[Figure], console: Console) -> None:
    """Print the figures as a table."""
    table = Table("what", "figure", "unit", "how it was measured", box=None, header_style="bold")
    for figure in figures:
        table.add_row(figure.what, f"{figure.value:,.1f}", figure.unit, figure.how)
    console.print(table)


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _names_per_second() -> list[Figure]:
    texts = [post.text for post in load_posts()]
    posts = [PostText(id=str(number), text=text) for number, text in enumerate(islice(cycle(texts), NAME_POSTS))]
    finder = compile_roster(read_roster(ROSTER))
    seconds = _timed(lambda: finder.find(posts))
    how = f"{NAME_POSTS:,} posts of the demo town, {len(read_roster(ROSTER))} people, one process (`make bench-names`: 2,000 people)"
    return [Figure(what="names", value=NAME_POSTS / seconds, unit="posts/s", how=how)]


def _harm_per_second() -> list[Figure]:
    texts = [post.text for post in load_posts() if post.mentions]
    judge = load_judge()
    judge.judge([Item(id="warm", text="Even opwarmen.")])
    items = [Item(id=str(number), text=text) for number, text in enumerate(islice(cycle(texts), HARM_POSTS))]
    seconds = _timed(lambda: judge.judge(items))
    how = f"{HARM_POSTS} posts of the demo town, one thread, phrases included"
    return [Figure(what="harm", value=HARM_POSTS / seconds, unit="posts/s", how=how)]


def _night() -> list[Figure]:
    """Run a night over the demo town without its politeness pauses counting twice, and one capture by itself."""
    with TemporaryDirectory() as folder, start_town(Path(folder) / "town", ports=None) as town:
        settings = furnish(Path(folder), town)
        began = time.perf_counter()
        with metered() as meter:
            run_night(str(settings.home), Plain())
        night_seconds = time.perf_counter() - began
        with opened(settings) as state:
            runs = state.crawls.last_runs()
            crawled = max(run.ended_at or now() for run in runs) - min(run.started_at for run in runs)
            pages = sum(run.requests for run in runs)
            cases = state.cases.of_states(list(state.cases.counts()), most=1)
            if not cases:
                raise FlowError("The night over the demo town opened no case; there is nothing to capture.")
            capture_seconds = _timed(lambda: capture_now(settings, state, cases[0], by="system:bench"))
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        Figure(
            what="scan",
            value=pages / crawled.total_seconds(),
            unit="pages/s",
            how="4 sites of the demo town at once, start of the spiders included",
        ),
        Figure(
            what="capture", value=capture_seconds, unit="s", how="one page of the demo town, start of Chromium included"
        ),
        Figure(
            what="night",
            value=night_seconds,
            unit="s",
            how="a whole night over the demo town: look, judge, open, capture all",
        ),
        Figure(what="peak memory", value=own, unit="MiB", how="this process at its most, model and roster loaded"),
        Figure(
            what="peak memory, children",
            value=meter.most / 2**20,
            unit="MiB",
            how="all spiders and Chromiums that ran at one time together (PSS, sampled five times a second)",
        ),
    ]
