"""`handenaf verify`: check an evidence bundle, anywhere, without an organisation's folder."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from flows.errors import FlowError
from takedown.evidence.verify import verify


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
    for check in answer.checks:
        console.print(f"{'[green]✓[/]' if check.ok else '[red]✗[/]'} {check.number}. {check.title}", highlight=False)
        for sentence in (*check.problems, *check.remarks):
            console.print(f"     {sentence}", markup=False, highlight=False)
    if not answer.ok:
        console.print("[bold red]This bundle was changed or is not whole.[/]")
        raise typer.Exit(1)
    console.print("[bold green]This bundle is as it was made.[/]")
