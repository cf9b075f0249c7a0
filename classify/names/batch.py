"""The words of a folded batch of posts: where each stands, which are distinct, and what the first stage says of them."""

import re
from collections.abc import Callable, Sequence
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from classify.names.fold import DOT, EURO
from classify.names.hashes import Hashed, Places, Words64, distinct
from classify.names.tokens import Token

WORDS = re.compile("[a-z]+")
Flags = NDArray[np.uint8]
Marks = NDArray[np.bool_]
Fits = Callable[[Sequence[tuple[str, str]]], Sequence[bool]]
"""Tells for pairs of a given name and a surname, both as written, whether somebody may be called so."""


class Batch:
    """The words of a folded batch and what the tables say of them."""

    sure: Flags
    likely: Flags
    glued: Marks
    pointing: Marks
    called: Words64
    """For each word that may be a name: the first names it may be, as bits."""
    bearers: Words64
    """For each word that may be a name: the first names of those who may bear it as a surname, as bits."""
    letter: Words64
    """For each distinct word: the initial it is, as a bit."""
    initials: Words64
    """For each word that may be a name: the initials of those who may bear it as a surname, as bits."""
    row: Places
    """For each distinct word that may be a name: its row in the tables above."""

    def __init__(self, hashed: Hashed, borders: Places) -> None:
        """Find which post each word stands in, and the distinct words."""
        self.hashed, self.borders = hashed, borders
        counts = np.diff(np.searchsorted(hashed.starts, borders))
        self.post = np.repeat(np.arange(len(counts)), counts)
        self.fresh = np.ones(len(self.post), dtype=np.bool_)
        self.fresh[1:] = self.post[1:] != self.post[:-1]
        self.which, self.chosen = distinct(hashed.words())
        self.distinct = _gather(hashed, self.chosen)

    def fitting(self, given: Places, surname: Places, fits: Fits) -> tuple[Places, Places]:
        """Give those pairs of words that fit each other; each distinct pair is asked once."""
        if len(given) == 0:
            return given, surname
        size = np.int64(len(self.chosen))
        pairs, which = np.unique(self.which[given] * size + self.which[surname], return_inverse=True)
        answers = fits([(self.word(pair // int(size)), self.word(pair % int(size))) for pair in pairs.tolist()])
        fit = np.array(answers, dtype=np.bool_)[which]
        return given[fit], surname[fit]

    def tokens(self, first: int, last: int, border: int) -> list[Token]:
        """Give the words `first` to `last`, with places counted from `border`."""
        if first == last:
            return []
        starts = (self.hashed.starts[first:last] - border).tolist()
        ends = (self.hashed.ends[first:last] - border).tolist()
        text = self.hashed.codes[border + starts[0] : border + ends[-1]].tobytes().decode("latin-1")
        found = WORDS.findall(text)
        rows = zip(found, starts, ends, repeat(""), self.likely[first:last].tolist(), repeat(()), repeat(()))
        return list(map(Token._make, rows))

    def word(self, number: int) -> str:
        """Give a distinct word."""
        place = self.chosen[number]
        return self.hashed.codes[self.hashed.starts[place] : self.hashed.ends[place]].tobytes().decode("ascii")


def steps(opens: Marks, bridge: Marks, fresh: Marks, most: int) -> list[Marks]:
    """Mark, for 1 to `most` words of distance, words after one in `opens` with only words of `bridge` between."""
    found = []
    reach = opens
    for step in range(most):
        onward = np.zeros_like(opens)
        onward[1:] = (reach[:-1] & (bridge[:-1] if step else True)) & ~fresh[1:]
        reach = onward
        found.append(reach)
    return found


def before(marked: Marks, most: int) -> Marks:
    """Mark the words that stand at most `most` words before a marked one; it doesn't mind the posts' borders."""
    found = np.zeros_like(marked)
    for place in np.flatnonzero(marked).tolist():
        found[max(0, place - most) : place] = True
    return found


def _gather(hashed: Hashed, chosen: Places) -> NDArray[np.uint8]:
    """Copy the chosen words to a new text, a space after each."""
    starts = hashed.starts[chosen]
    lengths = hashed.ends[chosen] - starts
    sizes = lengths + 1
    offsets = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    text: NDArray[np.uint8] = hashed.codes[np.minimum(np.repeat(starts, sizes) + offsets, len(hashed.codes) - 1)].copy()
    text[np.cumsum(sizes) - 1] = ord(" ")
    return text


def hidden_places(batch: Batch, leads: Marks) -> Places:
    """Give places where letters are spaced out, digits stand in words, or signs hide letters.

    A hyphen within a word hides a letter only where the word before `leads` on to a surname ("Henk de Vr-es").
    """
    hashed, fresh, codes = batch.hashed, batch.fresh, batch.hashed.codes
    single = hashed.ends - hashed.starts == 1
    close = np.zeros(len(single), dtype=np.bool_)
    close[1:] = (hashed.starts[1:] - hashed.ends[:-1] <= 4) & ~fresh[1:]  # noqa: PLR2004
    run = np.zeros(len(single), dtype=np.bool_)
    run[2:] = single[2:] & single[1:-1] & single[:-2] & close[2:] & close[1:-1]
    padded = np.zeros(len(codes) + 2, dtype=np.uint8)
    padded[1:-1] = codes
    interesting = _SIGN[codes]
    places = np.flatnonzero(interesting)
    kind, before, after = interesting[places], _ALPHA[padded[places]], _ALPHA[padded[places + 2]]
    inside = before & after
    beside = before | after
    before_only = before & ~after
    chosen = ((kind == 1) & beside) | ((kind == 2) & inside) | ((kind == 3) & beside) | ((kind == 4) & before_only)  # noqa: PLR2004
    chosen |= (kind == 5) & (inside | before_only)  # noqa: PLR2004
    dashes = np.flatnonzero((kind == 4) & inside)  # noqa: PLR2004
    word = np.searchsorted(hashed.starts, places[dashes]) - 1
    led = ((word > 0) & leads[np.maximum(word - 1, 0)]) | ((word > 1) & leads[np.maximum(word - 2, 0)])
    chosen[dashes[led]] = True
    return np.concatenate([hashed.starts[run], places[chosen]])


def _sign_table() -> NDArray[np.uint8]:
    """Kinds of sign: 1 digits, 2 signs read as letters, 3 stars and dots, 4 hyphens, 5 hashes."""
    table = np.zeros(256, dtype=np.uint8)
    table[[ord(c) for c in "0123456789"] + [EURO]] = 1
    table[[ord(c) for c in "@$!|+("]] = 2
    table[[ord("*"), DOT, ord("_")]] = 3
    table[ord("-")] = 4
    table[ord("#")] = 5
    return table


_SIGN = _sign_table()
_ALPHA = np.zeros(256, dtype=np.bool_)
_ALPHA[97:123] = True
