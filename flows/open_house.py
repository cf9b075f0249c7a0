"""What the steps share: opening the stores of one organisation, its cards, its finder, its judge."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from threading import Lock

from classify.harm import Judge, load_judge
from classify.names import Finder, NotOurPerson, OurPerson, compile_roster
from crawlers import PACKAGE_CARDS, Card, read_cards
from flows.chromium import find_chromium
from flows.errors import FlowError
from flows.settings import FILE, Settings
from warehouse import Answer, Person, State, Warehouse, open_state
from warehouse.state.people import Authored

_ONE = Lock()
"""Compiling a roster or loading a model twice at once would only cost memory."""


@contextmanager
def opened(settings: Settings) -> Iterator[State]:
    """Open the desk's memory, and close it at the end of the block."""
    with open_state(settings.state) as state:
        yield state


def cards_of(settings: Settings) -> dict[str, Card]:
    """Give the cards of every watched source by name: the organisation's own, and the packaged ones it switched on.

    Raises `FlowError` for a packaged one that there isn't, `CardError` for a card that can't be read.
    """
    there = {card.name: card for card in read_cards(PACKAGE_CARDS)}
    if unknown := [name for name in settings.packaged_sources if name not in there]:
        raise FlowError(
            f"{settings.home / FILE}: packaged_sources names {', '.join(unknown)}, which Handenaf does not bring. "
            f"There are: {', '.join(there)}."
        )
    packaged = [there[name] for name in settings.packaged_sources]
    own = read_cards(settings.cards) if settings.cards.is_dir() else ()
    return {card.name: card for card in (*packaged, *own)}


def card_named(settings: Settings, name: str) -> Card:
    """Give one card, also a packaged one that is not switched on. Raises `FlowError` with the names there are."""
    known = {card.name: card for card in read_cards(PACKAGE_CARDS)} | cards_of(settings)
    if name not in known:
        raise FlowError(f"There is no source {name!r}. There are: {', '.join(sorted(known))}.")
    return known[name]


def chromium_of(settings: Settings) -> str:
    """Give the path of the Chromium. Raises `FlowError` with what to do when there is none."""
    path = find_chromium(settings.chromium)
    if not path and settings.chromium:
        raise FlowError(
            f"There is no Chromium at {settings.chromium} (setting chromium). Correct the path, or leave it out."
        )
    if not path:
        raise FlowError(
            "No Chromium was found. Install one (Debian: apt-get install chromium) or set HANDENAF_CHROMIUM to its path."
        )
    return path


def finder_of(state: State) -> Finder:
    """Give the name finder for today's roster and what people answered to "is it her?". Raises `FlowError`."""
    people = state.people.all()
    if not people:
        raise FlowError("The roster is empty: nobody is protected yet. Run `handenaf people import roster.csv` first.")
    with _ONE:
        return _compiled(people, state.people.answered(Answer.NEGATIVE), state.people.answered(Answer.POSITIVE))


@lru_cache(maxsize=1)
def _compiled(people: tuple[Person, ...], negatives: tuple[Authored, ...], positives: tuple[Authored, ...]) -> Finder:
    return compile_roster(
        people,
        negatives=[NotOurPerson(person_id=who, author_handle=author, host=host) for who, author, host in negatives],
        positives=[OurPerson(person_id=who, author_handle=author, host=host) for who, author, host in positives],
    )


def judge_of(settings: Settings) -> Judge:
    """Give the judge the settings name."""
    with _ONE:
        return _loaded(settings.model, settings.policy, settings.home / "cache" / "scores.db")


@lru_cache(maxsize=1)
def _loaded(model: str, policy: str, cache: Path) -> Judge:
    return load_judge(model or None, Path(policy) if policy else None, cache=cache)


def warehouse_of(settings: Settings) -> Warehouse:
    """Give the warehouse of the organisation."""
    return Warehouse(folder=settings.warehouse, batches=settings.batches)
