"""The compiled roster: from a word of the text to the names it may be, and from names to people."""

from collections.abc import Sequence
from functools import cached_property

from classify.names.entry import CALLED, GIVEN, Entry, take_apart
from classify.names.lexicon import LONGEST, Lexicon, Likeness, is_ordinary
from classify.names.misspelt import Misspellings
from classify.names.tussen import PIECES
from warehouse import Person

_CUT = (3, 4, 5)
"""Letters that are left of a given name before a full stop."""


class Index:
    """All people, findable by first name, surname, initial and glued name."""

    def __init__(self, people: Sequence[Person]) -> None:
        """Compile the roster (2,000 people in under a second)."""
        self.entries: tuple[Entry, ...] = tuple(take_apart(i, person) for i, person in enumerate(people))
        cores: dict[str, str] = {}
        firsts: dict[str, str] = {}
        for entry in self.entries:
            for surname in entry.surnames:
                cores.setdefault(surname.core, surname.written)
            for first in entry.firsts:
                firsts.setdefault(first, entry.spelled.get(first, first))
        self.surnames = Lexicon(cores)
        self.firsts = Lexicon(firsts)
        self.by_core: dict[int, set[int]] = {}
        self.by_first: dict[int, set[int]] = {}
        self.glued_cores: dict[str, list[tuple[int, tuple[str, ...]]]] = {}
        self.pieces_of: dict[str, set[tuple[str, ...]]] = {}
        """Core → the tussenvoegsels that may be glued to it."""
        for entry in self.entries:
            for first in entry.firsts:
                self.by_first.setdefault(self.firsts.number[first], set()).add(entry.number)
            for surname in entry.surnames:
                core = self.surnames.number[surname.core]
                self.by_core.setdefault(core, set()).add(entry.number)
                self.pieces_of.setdefault(surname.core, {()}).update(_glued_pieces(surname.pieces))
                for pieces in _glued_pieces(surname.pieces):
                    glued = self.glued_cores.setdefault("".join(pieces) + surname.core, [])
                    if (core, pieces) not in glued:
                        glued.append((core, pieces))
        self.misspellings = Misspellings(self.entries, self.surnames, self.by_first)

    def surnames_of(self, word: str) -> list[tuple[int, Likeness, tuple[str, ...]]]:
        """Give (core, likeness, tussenvoegsel glued in front) for a written word."""
        found = [(number, likeness, ()) for number, likeness in self.surnames.look_up(word)]
        stem = word.removesuffix("s") if word not in self.glued_cores else word
        glued = self.glued_cores.get(stem, ())
        likeness = Likeness.EXACT if stem == word else Likeness.SUFFIXED
        return [*((number, likeness, pieces) for number, pieces in glued), *found]

    def may_belong(self, pairs: Sequence[tuple[str, str]]) -> list[bool]:
        """Tell for written pairs of a first name or initial and a surname whether anybody may be called so."""
        return [self._may_belong(given, surname) for given, surname in pairs]

    def _may_belong(self, given: str, surname: str) -> bool:
        """Look both words up and compare their bearers."""
        cores = {core for core, _, _ in self.surnames_of(surname)}
        if not cores:
            return False
        letters = self.letters
        opening = len(given) == 1 or given in self.openings
        if opening and any(given[0] in letters[core] for core in cores):
            return True
        firsts = self.firsts.look_up(given)
        return any(self.by_first[first] & self.by_core[core] for first, _ in firsts for core in cores)

    def parted(self, word: str) -> int:
        """Give where a word parts into a first name and a surname, in either order; 0 where it doesn't."""
        for cut in range(2, len(word) - 1) if len(word) <= 2 * LONGEST else ():
            front, back = word[:cut], word[cut:]
            one_way = front in self.firsts.number and (back in self.surnames.number or back in self.glued_cores)
            other_way = back in self.firsts.number and (front in self.surnames.number or front in self.glued_cores)
            if one_way or other_way:
                return cut
        return 0

    def parted_before_v(self, word: str) -> tuple[int, str]:
        """Give where a word parts into a first name and a surname whose "van" is only a v, and the surname; (0, "") where it doesn't."""
        for cut in range(2, len(word) - 2) if len(word) <= 2 * LONGEST else ():
            surname = "van" + word[cut + 1 :]
            if word[cut] == "v" and word[:cut] in self.firsts.number and surname in self.glued_cores:
                return cut, surname
        return 0, ""

    def may_misspell(self, pairs: Sequence[tuple[str, str]]) -> list[bool]:
        """Tell for pairs of a first name and a word whether the word may be a bad misspelling of a bearer's surname."""
        asked = [[(first, word) for first in self._surely(given)] if len(word) > 2 else [] for given, word in pairs]  # noqa: PLR2004
        self.misspellings.ask(question for questions in asked for question in questions)
        return [self.misspellings.any(questions) for questions in asked]

    def _surely(self, given: str) -> list[int]:
        """Give the first names that a written one is, but for a letter."""
        return [number for number, likeness in self.firsts.look_up(given) if likeness <= Likeness.TYPO]

    @cached_property
    def letters(self) -> dict[int, frozenset[str]]:
        """The initials that the bearers of each surname have."""
        return {
            core: frozenset(
                letter
                for who in people
                for letter in (*self.entries[who].initials[:1], *(f[0] for f in self.entries[who].firsts))
            )
            for core, people in self.by_core.items()
        }

    @cached_property
    def openings(self) -> frozenset[str]:
        """Written initials of more than one letter: Th, Chr, and the roster's own (JE for J.E.)."""
        own = {entry.initials for entry in self.entries if not is_ordinary(entry.initials)}
        return frozenset({"th", "ph", "chr", "ch", "ij", "joh", "wilh", "fr", "sj", "tj"} | own | self.shortened)

    @cached_property
    def shortened(self) -> frozenset[str]:
        """The given names cut off before a full stop, as registers write them: Alb., Corn., Hend."""
        names = {first for entry in self.entries for first, kind in entry.firsts.items() if kind in {CALLED, GIVEN}}
        cut = {
            name[:size] for name in names for size in _CUT if len(name) > size + 1 and name[size - 1] not in "aeiouy"
        }
        return frozenset(
            word for word in cut if not is_ordinary(word) and word not in self.firsts.number and word not in PIECES
        )

    @cached_property
    def several(self) -> frozenset[int]:
        """Cores that more than one person has."""
        return frozenset(core for core, people in self.by_core.items() if len(people) > 1)


def _glued_pieces(pieces: tuple[str, ...]) -> set[tuple[str, ...]]:
    """Give the tussenvoegsels with which a surname may be written as one word (Vandenberg for van de Berg)."""
    if not pieces:
        return set()
    forms = {pieces}
    if pieces[0] == "van" and len(pieces) > 1:
        forms |= {("van", "de"), ("van", "den"), ("van", "der"), ("v", "d")}
    if pieces[0] in {"el", "al"}:
        forms |= {("el",), ("al",)}
    return forms
