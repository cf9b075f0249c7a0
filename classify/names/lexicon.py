"""All spellings of a set of names: from a written word to the names it may be."""

import re
from collections.abc import Iterable, Iterator
from enum import IntEnum
from functools import cache

from rapidfuzz.distance import OSA

from classify.names.lists import kinds, words
from classify.names.respell import respellings
from classify.names.sound import sound_key, sound_keys_of


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


LONGEST = 40
"""Letters: no name is longer; longer ones are found as they are spelled, which keeps hostile input cheap."""
SHORTEST_TYPO = 4
"""Letters a name needs before a wrong letter is forgiven."""
SHORTEST_SOUND = 3
SHORTEST_FAR = 8
DETERMINERS = frozenset(
    [
        "de",
        "het",
        "een",
        "the",
        "a",
        "an",
        "deze",
        "dit",
        "die",
        "dat",
        "onze",
        "ons",
        "our",
        "mijn",
        "mn",
        "my",
        "geen",
        "zijn",
        "haar",
        "hun",
        "jouw",
        "je",
        "uw",
        "n",
        "elke",
        "iedere",
        "welke",
    ]
)
"""Words after which a word is no name: "de bakker", "onze kok"."""
SUFFIXES = ("s", "tje", "atje", "otje", "je", "pje", "tjes", "jes", "etje", "x")


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
            (i, other)
            for i, name in enumerate(self.names)
            for other in (respellings(names[name], name) if len(name) <= LONGEST else (name,))
            if other
        ]
        for (i, _), key in zip(respelled, sound_keys_of([other for _, other in respelled]), strict=True):
            numbers = self.by_key.setdefault(key, [])
            if i not in numbers:
                numbers.append(i)
        for i in range(len(self.names)):
            key = self.keys[i]
            if not 3 <= len(key) <= LONGEST:  # noqa: PLR2004
                continue
            for shorter in deletions(key):
                keys = self.near.setdefault(shorter, [])
                if key not in keys:
                    keys.append(key)
        self.near_written: dict[str, list[int]] = {}
        """Spellings with a letter left out, where sound keys hide which: "dapne" → Daphne, "woter" → Wouter."""
        for i, name in enumerate(self.names):
            for shorter in (
                [name, *deletions(name)] if SHORTEST_TYPO <= len(name) <= LONGEST and name != self.keys[i] else ()
            ):
                self.near_written.setdefault(shorter, []).append(i)
        self._by_length: dict[int, str] = {}
        """For each length the names of so many letters, a line each: one search looks through all."""
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
        if len(word) > LONGEST:
            return []
        found: dict[int, Likeness] = {}
        number = self.number.get(word)
        if number is not None:
            found[number] = Likeness.EXACT
        for number in self._less_suffix(word):
            found.setdefault(number, Likeness.SUFFIXED)
        key = sound_key(word)
        ordinary = is_ordinary(word)
        for number in self.by_key.get(key, ()) if not ordinary and len(word) >= SHORTEST_SOUND else ():
            found.setdefault(number, Likeness.SOUND)
        if len(word) >= SHORTEST_TYPO and not ordinary:
            for number in self._near(word, key):
                likeness = self._measure(word, key, number)
                if likeness is not None:
                    found.setdefault(number, likeness)
        return list(found.items())

    def _less_suffix(self, word: str) -> Iterator[int]:
        """Give the numbers of the names to which the word adds an ending, the last letter doubled or not: Beeks, Venje, Bouwmannetje."""
        for suffix in SUFFIXES:
            if word.endswith(suffix):
                stem = word.removesuffix(suffix)
                number = self.number.get(stem)
                if number is None and suffix == "etje" and stem[-2:-1] == stem[-1:]:
                    number = self.number.get(stem[:-1])
                if number is not None:
                    yield number

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
        numbers = {number for near in keys for number in self.by_key[near]}
        for shorter in (word, *deletions(word)) if word != key else ():
            numbers.update(self.near_written.get(shorter, ()))
        return sorted(numbers)

    def matching(self, pattern: str, length: int) -> list[int]:
        """Give the numbers of the names of `length` letters that a regular expression fits whole."""
        if not self._by_length:
            by_length: dict[int, list[str]] = {}
            for name in self.names:
                by_length.setdefault(len(name), []).append(name)
            self._by_length = {size: "\n".join(some) for size, some in by_length.items()}
        found = re.findall(rf"^{pattern}$", self._by_length.get(length, ""), re.MULTILINE)
        return [self.number[name] for name in found]

    def beginning(self, letters: str, pattern: str) -> list[int]:
        """Give the numbers of the names that begin with some letters and that a regular expression fits whole."""
        whole = re.compile(pattern)
        return [i for i, name in enumerate(self.names) if name.startswith(letters) and whole.fullmatch(name)]

    def sounds(self, word: str, number: int) -> bool:
        """Tell whether a word sounds as a name does, be it an ordinary word (Hof for Hoff)."""
        return sound_key(word) == self.keys[number]

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
