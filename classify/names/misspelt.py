"""Bad misspellings: words after a sure first name that resemble a bearer's surname too little for the tables.

Beside "Marieke de" a word needs less likeness to be Vries than it needs alone. All questions of a batch are answered at
once: the letters that two words do not share rule out nearly every pair before any distance is measured.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from classify.names.entry import Entry
from classify.names.lexicon import Lexicon, is_ordinary
from classify.names.sound import sound_keys_of

Question = tuple[int, str]
"""A first name's number and a written word."""
MOST_KEPT = 500_000
"""Answers kept: bounds memory in a long run."""


class Misspellings:
    """Which surnames of a first name's bearers a word may be."""

    def __init__(self, entries: Sequence[Entry], surnames: Lexicon, by_first: dict[int, set[int]]) -> None:
        """Prepare the surnames; those of each first name are gathered when it is first asked for."""
        self.entries, self.surnames, self.by_first = entries, surnames, by_first
        self._spelled, self._heard = Letters(surnames.names), Letters(surnames.keys)
        self._cores: dict[int, NDArray[np.int64]] = {}
        self._known: dict[Question, list[int]] = {}

    def of(self, first: int, word: str, *, led: bool) -> list[int]:
        """Give surnames of bearers of a first name that `word` may be a bad misspelling of.

        One letter may differ from three letters on where a tussenvoegsel leads the surname (`led`), two from five on.
        """
        shortest = 3 if led else 4
        if len(word) < shortest or (is_ordinary(word) and not led):
            return []
        self.ask([(first, word)])
        return [core for core in self._known[first, word] if led or len(self.surnames.names[core]) >= shortest]

    def any(self, questions: Iterable[Question]) -> bool:
        """Tell whether any of these questions, asked before, has an answer."""
        return any(self._known[question] for question in questions)

    def ask(self, questions: Iterable[Question]) -> None:
        """Answer many questions at once."""
        if len(self._known) > MOST_KEPT:
            self._known.clear()
        new = [question for question in dict.fromkeys(questions) if question not in self._known]
        if not new:
            return
        self._known.update((question, []) for question in new)
        written = [word for _, word in new]
        heard = sound_keys_of(written)
        cores = [self._cores_of(first) for first, _ in new]
        which = np.repeat(np.arange(len(new)), [len(some) for some in cores])
        core = np.concatenate(cores)
        spelled_near = self._spelled.near(Letters(written), which, core, 2)
        heard_near = self._heard.near(Letters(heard), which, core, 1)
        some = np.flatnonzero(spelled_near | heard_near)
        pairs = list(zip(which[some].tolist(), core[some].tolist(), strict=True))
        names, keys = self.surnames.names, self.surnames.keys
        letters = process.cpdist(
            [written[i] for i, _ in pairs], [names[j] for _, j in pairs], scorer=OSA.distance, score_cutoff=2
        )
        sounds = process.cpdist(
            [heard[i] for i, _ in pairs], [keys[j] for _, j in pairs], scorer=OSA.distance, score_cutoff=1
        )
        for (i, j), off, sound in zip(pairs, letters.tolist(), sounds.tolist(), strict=True):
            if _alike(written[i], names[j], off, sound):
                self._known[new[i]].append(j)

    def _cores_of(self, first: int) -> NDArray[np.int64]:
        """Give the surnames of everybody with this first name."""
        known = self._cores.get(first)
        if known is None:
            number = self.surnames.number
            found = {number[s.core]: None for who in sorted(self.by_first[first]) for s in self.entries[who].surnames}
            known = self._cores[first] = np.fromiter(found, dtype=np.int64)
        return known


class Letters:
    """For many words the letters in them, as bits, and their lengths."""

    def __init__(self, words: Sequence[str]) -> None:
        """Gather the letters of all words at once."""
        raw = np.frombuffer(" ".join(words).encode("ascii", "replace"), dtype=np.uint8)
        bits = np.where((raw - np.uint8(97)) < 26, np.uint32(1) << (raw.astype(np.uint32) % 32), np.uint32(0))  # noqa: PLR2004
        self.lengths = np.array([len(word) for word in words], dtype=np.int64)
        starts = np.cumsum(self.lengths + 1) - self.lengths - 1
        self.masks = np.bitwise_or.reduceat(bits, np.minimum(starts, max(0, len(bits) - 1)))

    def near(self, other: "Letters", which: NDArray[np.int64], own: NDArray[np.int64], most: int) -> NDArray[np.bool_]:
        """Mark the pairs (`which` of the other's words, `own` word) that `most` wrong letters may part: each changes two bits."""
        unshared = np.bitwise_count(other.masks[which] ^ self.masks[own]) <= 2 * most
        return np.asarray(unshared & (np.abs(other.lengths[which] - self.lengths[own]) <= most))


def _alike(word: str, core: str, off: int, sound: int) -> bool:
    """Tell whether a word may be a misspelling of a surname, by letters that differ and by sounds that differ."""
    most = 2 if min(len(core), len(word)) >= 5 else 1  # noqa: PLR2004
    spelled = 0 < off <= most and len(core) >= 3  # noqa: PLR2004
    heard = sound <= 1 and len(core) > 3 and core != word  # noqa: PLR2004
    return spelled or (heard and (sound == 0 or off <= 1 or len(core) > 5))  # noqa: PLR2004
