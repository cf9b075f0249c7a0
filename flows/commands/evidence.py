"""`handenaf verify`: check an evidence bundle, anywhere, without an organisation's folder."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from takedown.evidence.verify import verify

from flows.errors import FlowError


def add(cli: typer.Typer) -> None:
    """Add this command."""
    cli.command("verify")(verify_bundle)


def verify_bundle(
    bundle: Annotated[Path, typer.Argument(help="The ZIP as it was downloaded.")],
    roots: Annotated[Path | None, typer.Option(help="Folder with the time-stamp roots you trust (PEM).")] = None,
) -> None:
    """Check a bundle step by step; exit 1 where anything in it was changed."""
    if not bundle.is_file():
        raise FlowError(f"There is no file {bundle}.")
    answer = verify(bundle, roots=roots)
    console = Console()
    for step in answer.steps:
        mark = "[green]✓[/]" if step.holds else "[red]✗[/]"
        console.print(f"{mark} {step.number}. {step.title}", highlight=False)
        for fault in step.faults:
            console.print(f"    {fault}", markup=False, highlight=False)
    if not answer.holds:
        console.print("[bold red]This bundle was changed or is not whole.[/]")
        raise typer.Exit(1)
    console.print("[bold green]This bundle is as it was made.[/]")
