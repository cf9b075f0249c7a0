"""The roster check: whose name can't be told apart, is a common word, or lacks what would tell it apart."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from classify.names.entry import CALLED, Entry, take_apart
from classify.names.lexicon import is_ordinary
from warehouse import Person


@dataclass(frozen=True, slots=True)
class RosterWarning:
    """What is wrong with one or more people of the roster, and what to add."""

    people: tuple[str, ...]
    """Ids, as on the roster."""
    problem: str
    advice: str

    def __str__(self) -> str:
        """Write it as one line."""
        return f"{self.problem} {self.advice}"


def check_roster(people: Sequence[Person]) -> list[RosterWarning]:
    """Give warnings in the order of the roster: names shared, names that are words, and entries that say too little."""
    entries = [take_apart(number, person) for number, person in enumerate(people)]
    return [*_shared(entries), *_shared_initials(entries), *_common(entries), *_sparse(entries)]


def _groups(entries: Iterable[Entry], *, first: bool) -> dict[tuple[str, str], list[Entry]]:
    """Group people by first name (or first initial) and surname."""
    groups: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        given = dict.fromkeys(
            name if first else name[0] for name, kind in entry.firsts.items() if kind is CALLED or not first
        )
        for name in given or [entry.initials[:1]]:
            for surname in entry.surnames:
                key = (name, "".join((*surname.pieces, surname.core)))
                if entry not in groups.setdefault(key, []):
                    groups[key].append(entry)
    return groups


def _shared(entries: Sequence[Entry]) -> Iterable[RosterWarning]:
    """Warn of people with the same first name and surname."""
    told: set[tuple[int, ...]] = set()
    for group in _groups(entries, first=True).values():
        numbers = tuple(entry.number for entry in group)
        if len(group) > 1 and numbers not in told:
            told.add(numbers)
            yield RosterWarning(_ids(group), f"{_named(group)} can be written the same.", _what_tells_apart(group))


def _shared_initials(entries: Sequence[Entry]) -> Iterable[RosterWarning]:
    """Warn of people of one organisation and town whom an initial and a surname don't tell apart."""
    told: set[tuple[int, ...]] = set()
    for group in _groups(entries, first=False).values():
        for place in dict.fromkeys((entry.orgs[:1], entry.town) for entry in group):
            same = [entry for entry in group if (entry.orgs[:1], entry.town) == place]
            numbers = tuple(entry.number for entry in same)
            different = len({next(iter(entry.firsts), "") for entry in same}) > 1
            if len(same) > 1 and different and numbers not in told:
                told.add(numbers)
                yield RosterWarning(
                    _ids(same),
                    f"{_named(same)} work at one place and share an initial and a surname.",
                    "A post with only the initial names them all; add the other initials where they differ.",
                )


def _common(entries: Sequence[Entry]) -> Iterable[RosterWarning]:
    """Warn of surnames that are words."""
    for entry in entries:
        common = [s for s in entry.surnames if is_ordinary(s.core)]
        if common and len(common) == len(entry.surnames):
            yield RosterWarning(
                (entry.person.id,),
                f"{_named([entry])}: '{entry.person.surname or common[0].core}' is also an ordinary word.",
                "It is found only as spelled on the roster and beside a first name, initial or title. "
                + _missing(entry),
            )


def _sparse(entries: Sequence[Entry]) -> Iterable[RosterWarning]:
    """Warn of people of whom only a name, or only initials, are known."""
    for entry in entries:
        if not entry.firsts:
            yield RosterWarning(
                (entry.person.id,),
                f"{_named([entry])} has no first name.",
                "Add the call name; initials alone miss most posts.",
            )
        elif not entry.orgs:
            yield RosterWarning((entry.person.id,), f"{_named([entry])} has no organisation.", _missing(entry))


def _what_tells_apart(group: Sequence[Entry]) -> str:
    """Say what would tell the people of a group apart."""
    missing = [f"{entry.person.id}: {_missing(entry)}" for entry in group if not (entry.orgs and entry.town)]
    if missing:
        return " ".join(missing)
    if len({(entry.orgs[:1], entry.town) for entry in group}) < len(group):
        return "Organisation and town are the same too: add an alias, a second given name, initials or the role that people use."
    return "Only a post that names the organisation or town tells them apart; add every name people use for the organisation."


def _missing(entry: Entry) -> str:
    """Say which columns to fill in."""
    person = entry.person
    columns = {
        "organisation": person.organisation,
        "organisation_aliases": person.organisation_aliases,
        "town": person.town,
        "role": person.role,
    }
    empty = [name for name, value in columns.items() if not value]
    if empty:
        return f"Add {', '.join(empty)}."
    return (
        "Organisation, town and role are there; an alias or handle would help."
        if not person.aliases
        else "Everything that helps is there."
    )


def _named(group: Sequence[Entry]) -> str:
    """Name people with their ids."""
    names = [f"{entry.person.display_name} ({entry.person.id})" for entry in group]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _ids(group: Sequence[Entry]) -> tuple[str, ...]:
    """Give the ids of a group."""
    return tuple(entry.person.id for entry in group)
