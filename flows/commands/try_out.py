"""`handenaf demo`: everything, with fictional people."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console


def add(cli: typer.Typer) -> None:
    """Add this command."""
    cli.command("demo")(run_demo)


def run_demo(
    folder: Annotated[Path, typer.Option(help="Where the demo keeps its things.")] = Path(".demo"),
    once: Annotated[bool, typer.Option("--once", help="End after the report instead of at Ctrl-C.")] = False,
) -> None:
    """Start a small town of websites, run tonight's scan, open the desk; Ctrl-C ends everything."""
    from flows.demonstration import demonstrate  # noqa: PLC0415 - brings the town's web server, which no other command needs

    demonstrate(folder, Console(), once=once)
