"""Where a text may name somebody else, an address or a number: every such place asks for a person's answer.

A plain rule that finds too much on purpose, since the redacted edition is refused while a place has no answer; what it
misses (a name written small) is for the reviewer, who marks words herself. The roster's own person is left out.
"""

import re
from collections.abc import Iterable

from takedown.evidence.masks import PARTICLES, Mark, folded
from warehouse import Person

PHONE = re.compile(r"(?<![\w.])(?:\+|00)?\d(?:[ \-().]?\d){6,13}(?!\w)")
POSTCODE = re.compile(r"\b[1-9]\d{3}\s?[A-Z]{2}\b")
STREET = re.compile(
    r"\b[A-Z][\w'-]*(?:straat|laan|weg|plein|pad|hof|dijk|kade|gracht|singel|steeg|plantsoen|dreef|markt)\s+\d+\s?[a-zA-Z]?\b",
    re.IGNORECASE,
)
MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
PLATE = re.compile(r"\b[A-Z0-9]{1,3}-[A-Z0-9]{1,3}-[A-Z0-9]{1,3}\b")
NAME = re.compile(
    r"[A-ZÀ-ÖØ-Þ][\w'\u2019-]*(?:\s+(?:(?:van|der|den|de|het|ten|ter|te|la|el|al)\s+)*[A-ZÀ-ÖØ-Þ][\w'\u2019-]*\.?)*"
)
CHILD = re.compile(
    r"\b(?:zoon(?:tje)?|dochter(?:tje)?|kind(?:eren|je)?|kleinkind(?:eren)?|jongetje|meisje|baby|broertje|zusje|\d+ jaar|jarige)\b",
    re.IGNORECASE,
)

NEAR = 40
"""Characters around a name in which a word for a child makes it a child's."""

PLAIN_STARTS = frozenset(
    [
        "ik",
        "je",
        "jij",
        "u",
        "hij",
        "zij",
        "ze",
        "we",
        "wij",
        "jullie",
        "het",
        "de",
        "een",
        "die",
        "dat",
        "dit",
        "deze",
        "er",
        "en",
        "of",
        "maar",
        "want",
        "dus",
        "als",
        "toen",
        "nu",
        "daar",
        "hier",
        "wie",
        "wat",
        "waar",
        "waarom",
        "hoe",
        "niet",
        "geen",
        "nooit",
        "altijd",
        "iedereen",
        "niemand",
        "ja",
        "nee",
        "nou",
        "zo",
        "ook",
        "nog",
        "dan",
        "ga",
        "kom",
        "laat",
        "wacht",
        "schande",
        "let",
        "weg",
        "mijn",
        "onze",
        "jouw",
        "hun",
        "haar",
        "zijn",
        "echt",
        "wel",
        "volgens",
        "na",
        "voor",
        "met",
        "op",
        "in",
        "bij",
        "morgen",
        "vandaag",
        "gisteren",
        "vanavond",
        "jeugdzorg",
        "i",
        "you",
        "the",
        "a",
        "this",
    ]
)
"""Words that begin a sentence with a capital and name nobody."""


def suggest_marks(text: str, person: Person) -> tuple[Mark, ...]:
    """Give every place that may need masking, in order, none inside another."""
    found: list[Mark] = []
    for kind, pattern in (
        ("adres", MAIL), ("adres", STREET), ("adres", POSTCODE), ("adres", PLATE), ("telefoon", PHONE),
    ):  # fmt: skip
        found += [Mark(start=m.start(), end=m.end(), kind=kind) for m in pattern.finditer(text)]
    own = _own_words(person)
    for start, end in _names(text):
        if _words(text[start:end]) - PARTICLES - own:
            near = text[max(0, start - NEAR) : end + NEAR]
            found.append(Mark(start=start, end=end, kind="minderjarige" if CHILD.search(near) else "derde"))
    return tuple(_without_overlap(found))


def loose_words(texts: Iterable[str], person: Person) -> tuple[str, ...]:
    """Give the words in reasons and answers that may need masking, each once, in order: what colleagues wrote names people too."""
    found = [text[mark.start : mark.end] for text in texts for mark in suggest_marks(text, person)]
    return tuple(dict.fromkeys(found))


def _names(text: str) -> Iterable[tuple[int, int]]:
    """Give runs of capitalised words, without a plain word at the start of a sentence."""
    for match in NAME.finditer(text):
        start, end = match.span()
        first = re.match(r"\S+\s*", text[start:end])
        while first and first.group().strip(" \t\n.,!?:;").casefold() in PLAIN_STARTS:
            start += first.end()
            first = re.match(r"\S+\s*", text[start:end])
        if start < end:
            yield start, end


def _words(text: str) -> set[str]:
    return {folded(word)[0] for word in re.split(r"[\W_]+", text)} - {""}


def _own_words(person: Person) -> set[str]:
    """Give the words by which the protected person and her organisation are named."""
    known = (
        person.display_name, person.given_names, person.call_name, person.initials, person.tussenvoegsel, person.surname,
        person.partner_tussenvoegsel, person.partner_surname, person.organisation, person.role,
        *person.aliases, *person.handles, *person.organisation_aliases, "mevrouw meneer mw mevr mw. dhr",
    )  # fmt: skip
    return {word for text in known for word in _words(text)}


def _without_overlap(marks: Iterable[Mark]) -> list[Mark]:
    """Keep the first found of marks that overlap (addresses and numbers before names)."""
    kept: list[Mark] = []
    for mark in marks:
        if all(mark.end <= other.start or other.end <= mark.start for other in kept):
            kept.append(mark)
    return sorted(kept, key=lambda mark: mark.start)
