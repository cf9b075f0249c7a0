"""`handenaf scan`: tonight's work, now, without any server."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from classify.names import compile_roster
from crawlers import Card, crawl
from flows.clock import now
from flows.commands import Home, settings_of
from flows.judging import judge_named
from flows.look import find_named
from flows.night import Plain, is_failure, run_night
from flows.open_house import card_named, cards_of, chromium_of, judge_of
from flows.progress import progress_bars
from flows.settings import FILE, Settings, chosen_home, read_settings
from flows.telling import print_night
from warehouse import CrawlEnd, Label, Person, Post, Verdict, content_id
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
    """Look at the sources that are due, judge what is found, open and capture cases. Needs no server.

    Exit status: 0, or 1 where a source or a capture failed, or 2 where there was nothing to do it with.
    """
    console = Console()
    if person:
        if not look_for(person, source or [], home, console):
            raise typer.Exit(1)
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
    if night.failed:
        raise typer.Exit(1)


def look_for(name: str, sources: list[str], home: Path | None, console: Console) -> bool:
    """Look for one name at some sources, print what is found, and keep nothing: for a first try, or a question.

    Gives False where any source could not be looked at.
    """
    with TemporaryDirectory() as nowhere:
        chosen = home or chosen_home()
        settings = read_settings(chosen if (chosen / FILE).is_file() else Path(nowhere))
        names = sources or sorted(cards_of(settings)) or ["bluesky"]
        cards = [card_named(settings, source) for source in names]
        answers = [_look_at(card, name, settings, console) for card in cards]
    console.print("[dim]Nothing was kept.[/]")
    return all(answers)


def _look_at(card: Card, name: str, settings: Settings, console: Console) -> bool:
    """Look for one name at one source, and print what is found; False where it could not be looked at."""
    how = f"asks its search for {name!r}" if card.searches else f"reads its pages and finds {name!r} in them"
    console.print(Text(f"{card.name} ({card.kind}): {how}, at {card.address}"))
    posts: list[Post] = []
    end = CrawlEnd(source=card.name, outcome="failed", message="the crawler stopped without a word")
    chromium = chromium_of(settings) if card.kind == "browser" else None
    with console.status(Text(f"Looking at {card.address} …")):
        for event in crawl(card, frontier=(), searches=(name,), now=now(), chromium=chromium, contact=settings.contact):
            if isinstance(event, CrawlEnd):
                end = event
            else:
                posts.extend(event.posts)
    if is_failure(end.outcome):
        why = end.message.removeprefix(f"{card.name}: ")
        said = f"{card.name} could not be looked at ({end.outcome}): {why}"
        console.print(Text.assemble(Text("✗ ", "red"), said))
        return False
    named = _named(name, posts)
    said = f"{card.name}: {end.outcome}, {len(posts)} posts read, {len(named)} name {name}. {end.message}"
    console.print(Text.assemble(Text("✓ ", "green"), said))
    for each, verdict in zip(named, judge_named(judge_of(settings), named) if named else [], strict=True):
        _print_found(each, verdict, console)
    return True


def _named(name: str, posts: list[Post]) -> list[Named]:
    """Give the posts that name somebody of this name."""
    finder = compile_roster([Person(id=content_id("person", name), display_name=name)])
    by_id = {post.id: post for post in posts}
    return [Named(post=by_id[each.post_id], mention=each, beside=()) for each in find_named(finder, posts)]


def _print_found(named: Named, verdict: Verdict, console: Console) -> None:
    labels = ", ".join(verdict.asked) or "nothing"
    harmful = any(label != Label.CRITICISM for label in verdict.labels)
    said = Text(f"{labels}?", "yellow") if verdict.doubts else Text(labels, "red" if harmful else "green")
    console.print(Text.assemble("  ", said, f" {named.post.permalink}"))
    console.print(Text(f"    {' '.join(named.post.text.split())[:200]}"))
