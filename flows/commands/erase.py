"""`handenaf erase`: destroy the evidence of a case for good; a tombstone and the log say that it was done."""

from getpass import getuser
from typing import Annotated

import typer

from flows.bundling import erase_case
from flows.commands import Home, settings_of
from flows.errors import FlowError
from flows.open_house import opened


def add(cli: typer.Typer) -> None:
    """Add this command."""
    cli.command("erase")(erase_evidence)


def erase_evidence(
    case_id: Annotated[str, typer.Argument(help="The case's id, as its page's address has it.")],
    ground: Annotated[str, typer.Option(help="Why: retention, request or mistake.")],
    sure: Annotated[bool, typer.Option("--sure", help="Yes: this can't be undone.")] = False,
    home: Home = None,
) -> None:
    """Destroy a case's keys, salts and files; the seals stay valid and tombstones say why. It can't be undone."""
    if not sure:
        raise FlowError(f"Erasing case {case_id} can't be undone. Say --sure when that is what you want.")
    settings = settings_of(home)
    with opened(settings) as state:
        made = erase_case(settings, state, case_id, by=f"system:{getuser()}", ground=ground)
    for path in made:
        typer.echo(path)
    typer.echo("Erased. Delete old backups of the evidence folder too: a backup that has the keys can still be read.")
