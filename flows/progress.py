"""Long work shows progress: steps report here, and whoever runs them may show it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

Report = Callable[[str, int, int, str], None]
"""Step, done so far, total (0: not known), and a note for a person."""


def stay_silent(step: str, done: int, total: int, note: str) -> None:
    """Show nothing: for runs that nobody watches; Prefect and the runs table keep the record."""


class _Shown:
    """Which reporter is on. Steps run in threads that Prefect starts, so a plain attribute and not a context variable."""

    report: Report = staticmethod(stay_silent)


def report(step: str, *, done: int, total: int = 0, note: str = "") -> None:
    """Tell whoever watches how far a step is."""
    _Shown.report(step, done, total, note)


@contextmanager
def progress_bars(console: Console) -> Iterator[None]:
    """Show a bar for each step until the block ends."""
    bars = Progress(
        SpinnerColumn(finished_text="[green]✓[/]"),
        TextColumn("{task.description:<24}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.fields[note]}"),
        console=console,
    )
    tasks: dict[str, TaskID] = {}
    lock = Lock()

    def show(step: str, done: int, total: int, note: str) -> None:
        with lock:
            if step not in tasks:
                tasks[step] = bars.add_task(step, total=total or None, note="")
            bars.update(tasks[step], completed=done, total=total or None, note=note)

    before = _Shown.report
    with bars:
        _Shown.report = staticmethod(show)
        try:
            yield
        finally:
            _Shown.report = staticmethod(before)
