"""`handenaf scan`: tonight's work, now, without any server."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from classify.names import compile_roster
from crawlers import crawl
from flows.clock import now
from flows.commands import Home, settings_of
from flows.judging import judge_named
from flows.look import find_named
from flows.night import Night, Plain, run_night
from flows.open_house import card_named, cards_of, chromium_of, judge_of
from flows.progress import progress_bars
from flows.settings import FILE, chosen_home, read_settings
from warehouse import CrawlEnd, Label, Person, Post, content_id
from warehouse.state.posts import Named


def add(cli: typer.Typer) -> None:
    """Add this command."""
    cli.command("scan")(scan)


def scan(
    source: Annotated[list[str] | None, typer.Option(help="Only this source; may be repeated.")] = None,
    person: Annotated[str, typer.Option(help="Look for this name once and show what is found; nothing is kept.")] = "",
    again: Annotated[bool, typer.Option("--again", help="Look also at pages that are not due yet.")] = False,
    home: Home = None,
) -> None:
    """Look at the sources that are due, judge what is found, open and capture cases. Needs no server."""
    console = Console()
    if person:
        look_for(person, source or [], home, console)
        return
    settings = settings_of(home)
    for name in source or []:
        card_named(settings, name)
    if not cards_of(settings):
        console.print(
            f"No source is watched yet. Add one: handenaf sources add https://…  (cards lie in {settings.cards})"
        )
        raise typer.Exit(2)
    with progress_bars(console):
        night = run_night(str(settings.home), Plain(), sources=source or None, again=again)
    print_night(night, console)


def print_night(night: Night, console: Console) -> None:
    """Print what a night brought."""
    table = Table("source", "how it ended", box=None, header_style="bold")
    for name, words in night.sources.items():
        table.add_row(name, words)
    if night.sources:
        console.print(table)
    else:
        console.print("No source is due now; --again looks anyway.")
    console.print(
        f"{night.judged} mentions judged, [bold]{night.cases} new cases[/], {night.captured} captured, {night.alarms} alarms sent."
    )


def look_for(name: str, sources: list[str], home: Path | None, console: Console) -> None:
    """Look for one name at some sources, print what is found, and keep nothing: for a first try, or a question."""
    with TemporaryDirectory() as nowhere:
        chosen = home or chosen_home()
        settings = read_settings(chosen if (chosen / FILE).is_file() else Path(nowhere))
        somebody = Person(id=content_id("person", name), display_name=name)
        finder = compile_roster([somebody])
        judge = judge_of(settings)
        for source in sources or sorted(cards_of(settings)) or ["bluesky"]:
            card = card_named(settings, source)
            posts: list[Post] = []
            chromium = chromium_of(settings) if card.kind == "browser" else None
            end = CrawlEnd(source=source, outcome="failed", message="the crawler stopped without a word")
            with console.status(f"Looking for {name} at {source} …"):
                for event in crawl(
                    card, frontier=(), searches=(name,), now=now(), chromium=chromium, contact=settings.contact
                ):
                    if isinstance(event, CrawlEnd):
                        end = event
                    else:
                        posts.extend(event.posts)
            found = find_named(finder, posts)
            by_id = {post.id: post for post in posts}
            named = [Named(post=by_id[mention.post_id], mention=mention, beside=()) for mention in found]
            verdicts = judge_named(judge, named)
            console.print(
                f"[bold]{source}[/]: {end.outcome}, {len(posts)} posts, {len(found)} name {name}. {end.message}"
            )
            for each, verdict in zip(named, verdicts, strict=True):
                labels = ", ".join(verdict.labels) or "nothing"
                harmful = any(label != Label.CRITICISM for label in verdict.labels)
                console.print(f"  [{'red' if harmful else 'green'}]{labels}[/] {each.post.permalink}", highlight=False)
                console.print("    " + " ".join(each.post.text.split())[:200], markup=False, highlight=False)
    console.print("[dim]Nothing was kept.[/]")
