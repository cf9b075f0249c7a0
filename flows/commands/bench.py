"""`handenaf bench`: how fast each part is on this machine."""

import typer
from rich.console import Console


def add(cli: typer.Typer) -> None:
    """Add this command."""
    cli.command("bench")(bench)


def bench() -> None:
    """Measure names posts/s, harm posts/s, scan pages/s, capture seconds and peak memory of a night in the demo town."""
    from flows.benchmark import measure, print_figures  # noqa: PLC0415 - brings the town's web server

    console = Console()
    print_figures(measure(console), console)
