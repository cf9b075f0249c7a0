"""A key of how a name sounds to a Dutch ear: names that are often confused in spelling get the same key.

The rules are applied alike to the roster and, in bulk, to a folded batch of posts, so they only ever replace
letters by letters and never remove a whole word: the n-th word of the text stays the n-th word of the keys.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

RESPELLINGS = (
    ("tsch", "q"), ("tsj", "q"), ("tch", "q"), ("tj", "q"), ("cz", "q"), ("dzj", "j"), ("zj", "j"), ("dj", "j"), ("sch", "s"),
    ("sj", "s"), ("sh", "s"), ("sz", "s"), ("kh", "g"), ("gh", "g"), ("ch", "g"), ("ph", "f"), ("th", "t"),
    ("ck", "k"), ("x", "ks"), ("oe", "u"), ("ou", "u"), ("ue", "u"), ("au", "o"), ("ie", "i"), ("dt", "t"),
)  # fmt: skip
"""Pairs of spellings of one sound, applied from left to right (Dutch, and Turkish, Arabic, Hindustani, Polish in Dutch)."""

_FROM = b"czvwyj"
_TO = b"ksffii"
_TABLE = bytes.maketrans(_FROM, _TO)


def sound_keys(codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Respell a whole folded text to keys: same words in the same order, doubled letters once."""
    raw = codes.tobytes()
    for old, new in RESPELLINGS:
        raw = raw.replace(old.encode(), new.encode())
    keys = np.frombuffer(raw.translate(_TABLE), dtype=np.uint8)
    if len(keys) == 0:
        return keys
    repeated = np.zeros(len(keys), dtype=np.bool_)
    repeated[1:] = (keys[1:] == keys[:-1]) & ((keys[1:] - np.uint8(97)) < 26)  # noqa: PLR2004
    return keys[~repeated]


def sound_keys_of(words: Sequence[str]) -> list[str]:
    """Give the keys of many folded words (letters a-z, none empty) at once."""
    if not words:
        return []
    joined = np.frombuffer(" ".join(words).encode("ascii"), dtype=np.uint8)
    return sound_keys(joined).tobytes().decode("ascii").split(" ")


@lru_cache(maxsize=50_000)
def sound_key(word: str) -> str:
    """Respell one folded word to its key."""
    for old, new in RESPELLINGS:
        if old in word:
            word = word.replace(old, new)
    word = word.translate(_TRANSLATION)
    return "".join(letter for i, letter in enumerate(word) if i == 0 or letter != word[i - 1])


_TRANSLATION = str.maketrans(_FROM.decode(), _TO.decode())
