"""The compiled roster: from a word of the text to the names it may be, and from names to people."""

import re
from collections.abc import Iterable, Sequence
from enum import IntEnum
from functools import cache, cached_property

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from classify.names.entry import Entry, take_apart
from classify.names.lists import kinds, words
from classify.names.respell import respellings
from classify.names.sound import sound_key, sound_keys_of
from warehouse import Person


class Likeness(IntEnum):
    """How a written word resembles a name, from surest to weakest."""

    EXACT = 0
    SUFFIXED = 1
    """With a possessive or diminutive ending: Beeks, Venje."""
    SOUND = 2
    """Sounds the same, or is a usual respelling: Kaja for Kaya."""
    TYPO = 3
    """One letter wrong, missing, extra or swapped."""
    FAR = 4
    """Two letters wrong in a long name."""


SHORTEST_TYPO = 4
"""Letters a name needs before a wrong letter is forgiven."""
SHORTEST_FAR = 8
SUFFIXES = ("s", "tje", "je", "pje", "tjes", "jes", "x")


class Lexicon:
    """A set of names and all spellings under which they are found."""

    def __init__(self, names: dict[str, str]) -> None:
        """Compile `names`: folded name → original letters."""
        self.names = list(names)
        self.number = {name: i for i, name in enumerate(self.names)}
        self.by_key: dict[str, list[int]] = {}
        self.near: dict[str, list[str]] = {}
        self.keys = sound_keys_of(self.names)
        for i, key in enumerate(self.keys):
            self.by_key.setdefault(key, []).append(i)
        respelled = [
            (i, other) for i, name in enumerate(self.names) for other in respellings(names[name], name) if other
        ]
        for (i, _), key in zip(respelled, sound_keys_of([other for _, other in respelled]), strict=True):
            numbers = self.by_key.setdefault(key, [])
            if i not in numbers:
                numbers.append(i)
        for i in range(len(self.names)):
            key = self.keys[i]
            if len(key) < 3:  # noqa: PLR2004
                continue
            for shorter in deletions(key):
                keys = self.near.setdefault(shorter, [])
                if key not in keys:
                    keys.append(key)
        self._by_length: dict[int, list[str]] = {}
        self._memo: dict[str, tuple[tuple[int, Likeness], ...]] = {}

    def look_up(self, word: str) -> tuple[tuple[int, Likeness], ...]:
        """Give the numbers of the names that `word` may be, each with its likeness; surest first."""
        known = self._memo.get(word)
        if known is None:
            if len(self._memo) > 200_000:  # noqa: PLR2004 - bounds memory in a long run
                self._memo.clear()
            known = self._memo[word] = tuple(sorted(self._resolve(word), key=lambda pair: (pair[1], pair[0])))
        return known

    def _resolve(self, word: str) -> list[tuple[int, Likeness]]:
        """Look a word up in all tables."""
        if len(word) > 40:  # noqa: PLR2004 - no name is longer; keeps hostile input cheap
            return []
        found: dict[int, Likeness] = {}
        number = self.number.get(word)
        if number is not None:
            found[number] = Likeness.EXACT
        for suffix in SUFFIXES:
            if word.endswith(suffix):
                number = self.number.get(word.removesuffix(suffix))
                if number is not None:
                    found.setdefault(number, Likeness.SUFFIXED)
        key = sound_key(word)
        ordinary = is_ordinary(word)
        for number in self.by_key.get(key, ()) if not ordinary else ():
            found.setdefault(number, Likeness.SOUND)
        if len(word) >= SHORTEST_TYPO and not ordinary:
            for number in self._near(word, key):
                likeness = self._measure(word, key, number)
                if likeness is not None:
                    found.setdefault(number, likeness)
        return list(found.items())

    def _near(self, word: str, key: str) -> Iterable[int]:
        """Give the numbers of names whose key is within a deletion on each side of this word's key."""
        keys: set[str] = set()
        tails = [key] + [sound_key(word[: -len(s)]) for s in ("s", "tje", "je") if word.endswith(s) and len(word) > 6]  # noqa: PLR2004
        for tail in tails:
            keys.update(self.near.get(tail, ()))
            for shorter in deletions(tail):
                if shorter in self.by_key:
                    keys.add(shorter)
                keys.update(self.near.get(shorter, ()))
        return sorted({number for near in keys for number in self.by_key[near]})

    def matching(self, pattern: str, length: int) -> list[int]:
        """Give the numbers of the names of `length` letters that a regular expression fits whole."""
        if not self._by_length:
            for name in self.names:
                self._by_length.setdefault(len(name), []).append(name)
        whole = re.compile(pattern)
        return [self.number[name] for name in self._by_length.get(length, ()) if whole.fullmatch(name)]

    def _measure(self, word: str, key: str, number: int) -> Likeness | None:
        """Measure the distance in letters, and in sounds; None when too far."""
        name = self.names[number]
        if len(name) < SHORTEST_TYPO:
            return None
        distance = OSA.distance(word, name, score_cutoff=2)
        if distance <= 1:
            return Likeness.TYPO
        name_key = self.keys[number]
        if OSA.distance(key, name_key, score_cutoff=1) <= 1 and len(name_key) > 3:  # noqa: PLR2004
            return Likeness.TYPO if len(name_key) > 4 and distance <= 2 else Likeness.FAR  # noqa: PLR2004
        return Likeness.FAR if distance <= 2 and len(name) >= SHORTEST_FAR else None  # noqa: PLR2004


@cache
def ordinary_words() -> frozenset[str]:
    """Give the words that are never misspelt names."""
    return frozenset().union(*(words(name) for name in ("words", "occupations", "care")), *kinds("titles").values())


def is_ordinary(word: str) -> bool:
    """Tell whether a word is an ordinary one, which is never a misspelt name."""
    return word in ordinary_words()


def deletions(key: str) -> list[str]:
    """Give the key with each one of its letters left out."""
    return [key[:i] + key[i + 1 :] for i in range(len(key))]


class Index:
    """All people, findable by first name, surname, initial and glued name."""

    def __init__(self, people: Sequence[Person]) -> None:
        """Compile the roster (2,000 people in under a second)."""
        self.entries: tuple[Entry, ...] = tuple(take_apart(i, person) for i, person in enumerate(people))
        self._misspelt: dict[tuple[int, str], list[int]] = {}
        self._cores_of_first: dict[int, tuple[str, ...]] = {}
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
        for entry in self.entries:
            for first in entry.firsts:
                self.by_first.setdefault(self.firsts.number[first], set()).add(entry.number)
            for surname in entry.surnames:
                core = self.surnames.number[surname.core]
                self.by_core.setdefault(core, set()).add(entry.number)
                for pieces in _glued_pieces(surname.pieces):
                    glued = self.glued_cores.setdefault("".join(pieces) + surname.core, [])
                    if (core, pieces) not in glued:
                        glued.append((core, pieces))

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

    def misspelt(self, first: int, word: str, *, led: bool) -> list[int]:
        """Give surnames of bearers of a first name that `word` may be a bad misspelling of.

        One letter may differ from three letters on where a tussenvoegsel leads the surname (`led`), two from five on.
        """
        shortest = 3 if led else 4
        if len(word) < shortest or (is_ordinary(word) and not led):
            return []
        if (first, word) not in self._misspelt:
            self._measure_all(first, [word])
        return [core for core in self._misspelt[first, word] if led or len(self.surnames.names[core]) >= shortest]

    def _measure_all(self, first: int, written: Sequence[str]) -> None:
        """Compare words with all surnames of a first name's bearers, by letters and by sound, and keep the answers."""
        if len(self._misspelt) > 500_000:  # noqa: PLR2004 - bounds memory in a long run
            self._misspelt.clear()
        cores = self.cores_of_first(first)
        keys = [self.surnames.keys[self.surnames.number[name]] for name in cores]
        letters = process.cdist(written, cores, scorer=OSA.distance, score_cutoff=2, dtype=np.uint8)
        sounds = process.cdist(sound_keys_of(written), keys, scorer=OSA.distance, score_cutoff=1, dtype=np.uint8)
        for word in written:
            self._misspelt[first, word] = []
        for i, j in np.argwhere((letters <= 2) | (sounds <= 1)).tolist():  # noqa: PLR2004
            word, core = written[i], cores[j]
            most = 2 if min(len(core), len(word)) >= 5 else 1  # noqa: PLR2004
            alike = 0 < letters[i, j] <= most and len(core) >= 3  # noqa: PLR2004
            if alike or (sounds[i, j] <= 1 and len(core) > 3 and core != word):  # noqa: PLR2004
                self._misspelt[first, word].append(self.surnames.number[core])

    def may_misspell(self, pairs: Sequence[tuple[str, str]]) -> list[bool]:
        """Tell for pairs of a first name and a word whether the word may be a bad misspelling of a bearer's surname."""
        asked = [(pair, self._surely(pair[0]) if len(pair[1]) > 2 else ()) for pair in pairs]  # noqa: PLR2004
        new: dict[int, list[str]] = {}
        for (_, word), firsts in asked:
            for first in firsts:
                if (first, word) not in self._misspelt:
                    new.setdefault(first, []).append(word)
        for first, written in new.items():
            self._measure_all(first, list(dict.fromkeys(written)))
        return [any(self._misspelt[first, word] for first in firsts) for (_, word), firsts in asked]

    def _surely(self, given: str) -> list[int]:
        """Give the first names that a written one is, but for a letter."""
        return [number for number, likeness in self.firsts.look_up(given) if likeness <= Likeness.TYPO]

    def cores_of_first(self, first: int) -> tuple[str, ...]:
        """Give the surnames of everybody with this first name."""
        known = self._cores_of_first.get(first)
        if known is None:
            found = {s.core: None for who in sorted(self.by_first[first]) for s in self.entries[who].surnames}
            known = self._cores_of_first[first] = tuple(found)
        return known

    @cached_property
    def letters(self) -> dict[int, frozenset[str]]:
        """The initials that the bearers of each surname have."""
        return {
            core: frozenset(
                letter
                for who in people
                for letter in (self.entries[who].initials[0], *(f[0] for f in self.entries[who].firsts))
            )
            for core, people in self.by_core.items()
        }

    @cached_property
    def openings(self) -> frozenset[str]:
        """Written initials of more than one letter: Th, Chr, and the roster's own (JE for J.E.)."""
        own = {entry.initials for entry in self.entries if not is_ordinary(entry.initials)}
        return frozenset({"th", "ph", "chr", "ch", "ij", "joh", "wilh", "fr", "sj", "tj"} | own)

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
