"""Long work shows progress: steps report here, and whoever runs them may show it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Lock

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Column
from rich.text import Text

Report = Callable[[str, int, int | None, str, bool], None]
"""Step, done so far, total (None: not known yet), a note for a person, and whether it goes well."""

WIDEST_BAR, NARROWEST_BAR = 24, 6
BESIDE_THE_BAR = 72
"""Columns that step, numbers, time and the longest usual note take; the bar gets the rest, the numbers are never cut."""


def stay_silent(step: str, done: int, total: int | None, note: str, well: bool) -> None:
    """Show nothing: for runs that nobody watches; Prefect and the runs table keep the record."""


class _Shown:
    """Which reporter is on. Steps run in threads that Prefect starts, so a plain attribute and not a context variable."""

    report: Report = staticmethod(stay_silent)


def report(step: str, *, done: int, total: int | None = None, note: str = "", well: bool = True) -> None:
    """Tell whoever watches how far a step is; with `total` equal to `done` it is over, well or not."""
    _Shown.report(step, done, total, note, well)


class _Mark(ProgressColumn):
    """A spinner while a step runs, then how it ended."""

    def __init__(self) -> None:
        super().__init__(table_column=Column(width=1))
        self._spinner = SpinnerColumn()

    def render(self, task: Task) -> Text:
        """Give the sign for a step."""
        if not task.finished:
            drawn = self._spinner.render(task)
            return drawn if isinstance(drawn, Text) else Text(str(drawn))
        return Text("✓", "green") if task.fields["well"] else Text("✗", "red")


def _bars(console: Console) -> Progress:
    """Lay the bars out for the console's width: only the note, which comes last, may be cut short."""
    uncut = partial(Column, no_wrap=True)
    width = max(NARROWEST_BAR, min(WIDEST_BAR, console.width - BESIDE_THE_BAR))
    return Progress(
        _Mark(),
        TextColumn("{task.description}", markup=False, table_column=uncut(min_width=16)),
        BarColumn(bar_width=width, table_column=uncut(min_width=width)),
        MofNCompleteColumn(table_column=uncut(justify="right")),
        TimeElapsedColumn(table_column=uncut()),
        TextColumn(
            "{task.fields[note]}",
            style="dim",
            markup=False,  # a note may quote a web page, which could hold rich's own markup
            table_column=uncut(ratio=1, overflow="ellipsis"),
        ),
        console=console,
        expand=True,
    )


@contextmanager
def progress_bars(console: Console) -> Iterator[None]:
    """Show a bar for each step until the block ends."""
    bars = _bars(console)
    tasks: dict[str, TaskID] = {}
    lock = Lock()

    def show(step: str, done: int, total: int | None, note: str, well: bool) -> None:
        with lock:
            if step not in tasks:
                tasks[step] = bars.add_task(step, total=total, note="", well=True)
            bars.update(tasks[step], completed=done, total=total, note=note, well=well)

    before = _Shown.report
    with bars:
        _Shown.report = staticmethod(show)
        try:
            yield
        finally:
            _Shown.report = staticmethod(before)
