"""Hashing every word of a long text at once, whole, with a letter left out, and parted in two.

A word's hash is a polynomial of its letters modulo 2^64, so that prefix sums over the text give the hash of any
stretch in two operations (Karp and Rabin, 1987). Equal words always have equal hashes; unequal ones may, rarely,
which lets a post through to the exact stage but never hides one.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Words64 = NDArray[np.uint64]
Places = NDArray[np.int64]

_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 1 << 64)
_MIX = np.uint64(0xD6E8FEB86659FD93)
BITS = 20
"""Each table has 2^20 places of one byte: 1 MB, within a second-level cache's reach."""


class Powers:
    """Powers of the base and of its inverse, grown when a longer text comes."""

    def __init__(self) -> None:
        """Start small."""
        self.up = np.ones(1, dtype=np.uint64)
        self.down = np.ones(1, dtype=np.uint64)

    def reach(self, length: int) -> None:
        """Have at least `length` + 1 powers."""
        while len(self.up) <= length:
            size = len(self.up)
            step_up = np.uint64(pow(_BASE, size, 1 << 64))
            step_down = np.uint64(pow(_INVERSE, size, 1 << 64))
            self.up = np.concatenate([self.up, self.up * step_up])
            self.down = np.concatenate([self.down, self.down * step_down])


class Hashed:
    """A text of lower-case words, ready to be asked for hashes."""

    def __init__(self, codes: NDArray[np.uint8], powers: Powers) -> None:
        """Find the words (runs of a-z) of `codes` and sum up their letters."""
        self.codes, self.powers = codes, powers
        size = len(codes)
        powers.reach(size)
        letters = np.zeros(size + 2, dtype=np.int8)
        letters[1:-1] = (codes - np.uint8(97)) < 26  # noqa: PLR2004
        edges = np.diff(letters)
        self.starts: Places = np.flatnonzero(edges == 1)
        self.ends: Places = np.flatnonzero(edges == -1)
        self.sums = np.empty(size + 1, dtype=np.uint64)
        self.sums[0] = 0
        letters64 = self.sums[1:]
        np.add(codes, np.uint64(7), out=letters64)
        np.multiply(letters64, powers.up[:size], out=letters64)
        np.cumsum(letters64, out=letters64)

    def stretch(self, starts: Places, ends: Places) -> Words64:
        """Give the hashes of the stretches from `starts` to `ends`."""
        return np.asarray((self.sums[ends] - self.sums[starts]) * self.powers.down[starts] * _MIX)

    def words(self) -> Words64:
        """Give the hash of every word."""
        return self.stretch(self.starts, self.ends)

    def inside(self, which: NDArray[np.bool_], longest: int = 24) -> tuple[Places, Places]:
        """Give every letter's place and its word's number, for the words of `which` with at most `longest` letters."""
        lengths = self.ends - self.starts
        lengths = np.where((lengths > longest) | ~which, 0, lengths)
        number = np.repeat(np.arange(len(lengths)), lengths)
        offsets = np.arange(len(number)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        return self.starts[number] + offsets, number

    def shortened(self, which: NDArray[np.bool_]) -> tuple[Places, Words64]:
        """Give, for each letter of the words of `which`, the word's number and the hash of the word without it."""
        places, number = self.inside(which)
        start, end = self.starts[number], self.ends[number]
        left = self.sums[places] - self.sums[start]
        right = (self.sums[end] - self.sums[places + 1]) * self.powers.down[1]
        return number, np.asarray((left + right) * self.powers.down[start] * _MIX)


def distinct(hashes: Words64) -> tuple[Places, Places]:
    """Give for each hash the number of its distinct value, and one place where each value stands.

    A table of places takes the hashes at once; the few that lose their place to another are sorted out after it.
    """
    bits = max(8, len(hashes).bit_length() + 2)
    slots = (hashes >> np.uint64(64 - bits)).astype(np.int64)
    table = np.zeros(1 << bits, dtype=np.int64)
    table[slots] = np.arange(len(hashes))
    stand_in = table[slots]
    lost = np.flatnonzero(hashes[stand_in] != hashes)
    if len(lost):
        _, first, which = np.unique(hashes[lost], return_index=True, return_inverse=True)
        stand_in[lost] = lost[first[which]]
    is_first = stand_in == np.arange(len(hashes))
    return (np.cumsum(is_first) - 1)[stand_in], np.flatnonzero(is_first)


MASK_BITS = 18
"""A table of masks has 2^18 rows: 8 MB."""
LANES = 4
"""64-bit words of a mask: with 256 bits two unrelated names seldom share one."""


class MaskTable:
    """From hashes to masks of 256 bits: a mask may hold bits too many, never too few."""

    def __init__(self) -> None:
        """Start empty."""
        self.masks = np.zeros((1 << MASK_BITS, LANES), dtype=np.uint64)

    def add(self, hashes: Words64, masks: Words64) -> None:
        """Add to each hash its mask (a row)."""
        np.bitwise_or.at(self.masks, (hashes >> np.uint64(64 - MASK_BITS)).astype(np.int64), masks)

    def look_up(self, hashes: Words64) -> Words64:
        """Give the mask of each hash, a row each."""
        return np.asarray(self.masks[(hashes >> np.uint64(64 - MASK_BITS)).astype(np.int64)])


def mask_rows(masks: Sequence[int]) -> Words64:
    """Write masks as rows of 64-bit words."""
    return np.frombuffer(b"".join(mask.to_bytes(8 * LANES, "little") for mask in masks), dtype="<u8").reshape(-1, LANES)


class FlagTable:
    """A set of hashes with flags: says yes wrongly once in some thousands, never no wrongly."""

    def __init__(self) -> None:
        """Start empty."""
        self.first = np.zeros(1 << BITS, dtype=np.uint8)
        self.second = np.zeros(1 << BITS, dtype=np.uint8)

    @staticmethod
    def _places(hashes: Words64) -> tuple[Places, Places]:
        """Give each hash's place in both tables."""
        one = (hashes >> np.uint64(64 - BITS)).astype(np.int64)
        two = ((hashes >> np.uint64(64 - 2 * BITS)) & np.uint64((1 << BITS) - 1)).astype(np.int64)
        return one, two

    def add(self, hashes: Words64, flag: int) -> None:
        """Add hashes under a flag (one bit)."""
        one, two = self._places(hashes)
        np.bitwise_or.at(self.first, one, np.uint8(flag))
        np.bitwise_or.at(self.second, two, np.uint8(flag))

    def look_up(self, hashes: Words64) -> NDArray[np.uint8]:
        """Give the flags of each hash."""
        one = (hashes >> np.uint64(64 - BITS)).astype(np.int64)
        flags = self.first[one]
        hit = np.flatnonzero(flags)
        if len(hit):
            flags[hit] &= self.second[self._places(hashes[hit])[1]]
        return flags
