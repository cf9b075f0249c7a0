"""`handenaf sources`: where we look."""

from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from crawlers import detect, write_card
from flows.commands import Home, print_rows, settings_of
from flows.open_house import cards_of, opened


def add(cli: typer.Typer) -> None:
    """Add these commands."""
    sources = typer.Typer(help="Where we look.", no_args_is_help=True)
    sources.command("add")(add_source)
    sources.command("list")(list_sources)
    cli.add_typer(sources, name="sources")


def add_source(
    url: str,
    purpose: Annotated[
        str, typer.Option(help="Why this source is watched, in a sentence. Asked for when not given.")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Write the card without asking.")] = False,
    home: Home = None,
) -> None:
    """Look at a site, find out what kind it is, show its first posts, and write its card after a yes."""
    settings = settings_of(home)
    console = Console()
    console.print(f"Looking at {url} …")
    found = detect(url, contact=settings.contact)
    console.print(f"This is a [bold]{found.kind}[/] source. Its first posts:")
    for post in found.posts:
        when = post.posted_at.date().isoformat() if post.posted_at else "no date"
        console.print(f"  [dim]{when}[/] {escape(post.author_name or post.author_handle)}: ", end="", highlight=False)
        console.print(" ".join(post.text.split())[:100], markup=False, highlight=False)
    if not purpose:
        purpose = typer.prompt("Why is this source watched? (a sentence, for the register)")
    card = found.card.model_copy(update={"purpose": purpose})
    if yes or typer.confirm(f"Watch it as {card.name!r}?"):
        path = write_card(card, settings.cards)
        console.print(f"[green]✓[/] {path} is written; the next scan looks there. Edit it to change how.")
    else:
        console.print("Nothing was written.")


def list_sources(home: Home = None) -> None:
    """List the sources and how their last crawl ended."""
    settings = settings_of(home)
    with opened(settings) as state:
        runs = {run.source: run for run in state.crawls.last_runs()}
    rows = []
    for name, card in sorted(cards_of(settings).items()):
        run = runs.get(name)
        when = run.started_at.isoformat(timespec="minutes") if run else "never"
        rows.append((name, card.kind, card.address, when, f"{run.outcome} {run.message}" if run else ""))
    print_rows(("source", "kind", "address", "last run", "how it ended"), rows)
