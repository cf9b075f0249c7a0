"""`handenaf verify`: check an evidence bundle, anywhere. `handenaf audit verify`: check the organisation's own log."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from flows.commands import Home, settings_of
from flows.errors import FlowError
from flows.open_house import opened
from flows.stamping import heads_of, roots_of
from takedown.evidence.log_heads import read_heads
from takedown.evidence.verify import verify


def add(cli: typer.Typer) -> None:
    """Add this command."""
    cli.command("verify")(verify_bundle)
    audit = typer.Typer(help="The hash-chained log of everything done and seen.", no_args_is_help=True)
    audit.command("verify")(verify_log)
    cli.add_typer(audit, name="audit")


def verify_bundle(
    bundle: Annotated[Path, typer.Argument(help="The ZIP as it was downloaded, or its unpacked folder.")],
    roots: Annotated[Path | None, typer.Option(help="Folder with the time-stamp roots you trust (PEM).")] = None,
) -> None:
    """Check a bundle step by step; exit 1 where anything in it was changed."""
    if not bundle.exists():
        raise FlowError(f"There is no file or folder {bundle}.")
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


def verify_log(home: Home = None) -> None:
    """Recompute the log's chain and hold it to its stamped daily heads; exit 1 where an entry was changed or is missing."""
    settings = settings_of(home)
    console = Console()
    heads = list(read_heads(heads_of(settings), roots_of(settings)))
    sound = [head for head in heads if not head.problems]
    with opened(settings) as state:
        last = state.audit.head()
        broken = state.audit.verify(noted={head.sequence: head.digest for head in sound})
    wrong = [problem for head in heads for problem in head.problems] + ([broken] if broken else [])
    if heads and not settings.tsa_roots:
        console.print("No roots are set (tsa_roots): the stamps on the heads show coherence, not origin.")
    for head in sound:
        signers = ", ".join(sorted({token.signer for token in head.tokens}))
        console.print(f"{head.day}: entry {head.sequence} stamped by {signers}", markup=False, highlight=False)
    count = last.sequence if last else 0
    if not sound and count:
        console.print(
            "No head was stamped yet: a log that was rewritten whole, or cut at its end, can't be told from a true one."
        )
    for problem in wrong:
        console.print(problem, markup=False, highlight=False)
    if wrong:
        console.print("[bold red]The log is not as it was written.[/]")
        raise typer.Exit(1)
    console.print(
        f"[bold green]{count} entries, none changed or missing up to entry {max((h.sequence for h in sound), default=0)} (stamped).[/]"
    )
