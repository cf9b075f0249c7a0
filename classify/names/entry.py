"""One person of the roster, taken apart into the words that can stand in a text."""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from classify.names.fold import fold_word
from classify.names.lists import given_names_of, nicknames
from classify.names.pets import pet_forms
from classify.names.tussen import split_prefix
from warehouse import Person

_PREFIXES = ("ben", "el", "bel", "ait", "al")
"""Arabic prefixes that are written apart or not."""
CALLED = 0
"""The person is called so: call name, first given name, alias."""
ALIAS = 1
"""An alias the roster gives."""
GIVEN = 2
"""A further given name."""
NICKNAME = 3
"""A nickname that bearers of the given name use, by the table."""
FAR_NICKNAME = 4
"""A nickname of another given name that shares the call name (Nico → Nicolaas → Klaas)."""


@dataclass(frozen=True, slots=True)
class Surname:
    """One surname of a person: tussenvoegsel pieces and core word, folded; `written` keeps its letters."""

    core: str
    pieces: tuple[str, ...]
    written: str
    parted: bool = False
    """The roster writes it as one word (Benali); it only counts with its first part (Ben Ali)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A person's words: every first name with its kind, every surname, initials, and where she works."""

    number: int
    person: Person
    firsts: dict[str, int]
    surnames: tuple[Surname, ...]
    initials: str
    orgs: tuple[str, ...]
    town: str
    role: str
    handles: tuple[str, ...]
    full: str
    """The display name, folded, words separated by single spaces."""
    spelled: dict[str, str] = field(default_factory=dict)
    """First names with their original letters, for respelling."""


@lru_cache(maxsize=100_000)
def words_of(text: str) -> tuple[str, ...]:
    """Fold a name and give its words."""
    return tuple(re.findall("[a-z]+", fold_word(text)))


def _surname(pieces: str, name: str) -> Surname | None:
    """Take one surname apart; None where it has no letters."""
    words = [*words_of(pieces), *words_of(name)]
    if not words:
        return None
    before, core = split_prefix(words)
    written = re.sub(r"[^\w]", "", "".join(re.findall(r"\S+", name)[-len(core) :]).lower())
    return Surname("".join(core), before, written)


def _surnames(person: Person) -> tuple[Surname, ...]:
    """Give own, partner's and every double surname, and those that only stand in the display name."""
    found: dict[tuple[str, tuple[str, ...]], Surname] = {}
    pairs = [(person.tussenvoegsel, part) for part in person.surname.split("-")]
    pairs += [(person.partner_tussenvoegsel, part) for part in person.partner_surname.split("-")]
    if not person.surname:
        pairs.append(("", " ".join(person.display_name.split()[1:]) or person.display_name))
    pairs += [("", " ".join(alias.split()[1:])) for alias in person.aliases if " " in alias.strip()]
    for pieces, name in pairs:
        surname = _surname(pieces, name)
        if surname:
            found.setdefault((surname.core, surname.pieces), surname)
            for prefix in _PREFIXES:
                rest = surname.core.removeprefix(prefix)
                if not surname.pieces and 2 < len(rest) < len(surname.core):  # noqa: PLR2004
                    found.setdefault((rest, (prefix,)), Surname(rest, (prefix,), rest, parted=True))
    return tuple(found.values())


def _firsts(person: Person) -> tuple[dict[str, int], dict[str, str]]:
    """Give every first name with the surest kind it has, and its original letters."""
    kinds: dict[str, int] = {}
    spelled: dict[str, str] = {}

    def add(name: str, kind: int) -> None:
        word = "".join(words_of(name))
        if len(word) > 1:
            kinds[word] = min(kind, kinds.get(word, kind))
            spelled.setdefault(word, name.lower())

    display_first = [] if not person.display_name.split() else person.display_name.split()[:1]
    given = re.split(r"[\s-]+", person.given_names.strip())
    for name in [person.call_name, *given[:1], *display_first]:
        add(name, CALLED)
    for alias in filter(str.strip, person.aliases):
        add(alias.split()[0], ALIAS)
    for name in (*given[1:], *(part for part in re.split(r"[\s-]+", person.call_name) if part != person.call_name)):
        add(name, GIVEN)
    for name in [n for n, kind in kinds.items() if kind <= ALIAS]:
        for nick in (*nicknames(name), *pet_forms(name)):
            add(nick, NICKNAME)
    called = "".join(words_of(person.call_name or "".join(display_first)))
    only_called = not person.given_names or person.given_names == person.call_name
    for head in given_names_of(called):
        add(head, NICKNAME)
        for nick in nicknames(head) if only_called else ():
            add(nick, FAR_NICKNAME)
    return kinds, spelled


def take_apart(number: int, person: Person) -> Entry:
    """Make the entry of one person."""
    firsts, spelled = _firsts(person)
    initials = "".join(w[0] for w in words_of(person.initials.replace(".", ". "))) or "".join(
        w[0] for w in words_of(person.given_names)
    )
    call = "".join(words_of(person.call_name or " ".join(person.display_name.split()[:1])))
    return Entry(
        number=number,
        person=person,
        firsts=firsts,
        surnames=_surnames(person),
        initials=initials or call[:1],
        orgs=tuple(
            dict.fromkeys(" ".join(words_of(o)) for o in (person.organisation, *person.organisation_aliases) if o)
        ),
        town=" ".join(words_of(person.town)),
        role=" ".join(words_of(person.role)),
        handles=tuple("".join(re.findall("[a-z0-9]+", fold_word(h))) for h in person.handles),
        full=" ".join(words_of(person.display_name)),
        spelled=spelled,
    )
