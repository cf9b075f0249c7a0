"""`handenaf people`: the roster."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from classify.names import check_roster
from flows.clock import now
from flows.commands import Home, print_rows, settings_of
from flows.errors import FlowError
from flows.open_house import opened
from warehouse.people import read_roster


def add(cli: typer.Typer) -> None:
    """Add these commands."""
    people = typer.Typer(help="The people we protect.", no_args_is_help=True)
    people.command("import")(import_people)
    people.command("list")(list_people)
    people.command("check")(check_people)
    cli.add_typer(people, name="people")


def import_people(
    file: Annotated[Path, typer.Argument(help="CSV with the columns the README lists.")], home: Home = None
) -> None:
    """Make a CSV file the whole roster. A file with any mistake is refused whole, with every mistake listed."""
    if not file.is_file():
        raise FlowError(f"There is no file {file}.")
    people = read_roster(file)
    with opened(settings_of(home)) as state:
        change = state.people.replace(people, at=now(), by="system:cli")
    console = Console()
    console.print(
        f"[green]✓[/] {len(people)} people are protected: {change.added} added, {change.changed} changed, {change.removed} removed."
    )
    warnings = check_roster(people)
    if warnings:
        console.print(f"{len(warnings)} of them are hard to tell apart; `handenaf people check` says what to add.")


def list_people(home: Home = None) -> None:
    """List who is protected."""
    with opened(settings_of(home)) as state:
        people = state.people.all()
    rows = [(person.id, person.display_name, person.organisation, person.town, person.role) for person in people]
    print_rows(("id", "name", "organisation", "town", "role"), rows)


def check_people(home: Home = None) -> None:
    """Warn of people whose name can't be told apart or is a common word, and say what to add."""
    with opened(settings_of(home)) as state:
        warnings = check_roster(state.people.all())
    console = Console()
    for warning in warnings:
        console.print(f"[yellow]![/] {escape(str(warning))}", highlight=False)
    if not warnings:
        console.print("[green]✓[/] Everybody can be told apart.")
