"""Folding: many ways to write a letter become one byte, and every byte knows where it came from."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Offsets = NDArray[np.int64]

OTHER = 0x7F
"""Emoji and everything else that is neither a letter, a digit nor known punctuation."""
DOT = 0xB7
"""Bullets and middle dots of all sizes."""
EURO = 0x80

_DOUBLE = {1: "ss", 2: "ae", 3: "oe", 4: "th", 5: "ij", 6: "dz", 7: "yu", 8: "ya", 9: "sh", 11: "ch"}
"""Marks for characters that stand for two letters."""
_DOUBLE_OF = {
    "ß": 1,
    "ẞ": 1,
    "æ": 2,
    "Æ": 2,
    "œ": 3,
    "Œ": 3,
    "þ": 4,
    "Þ": 4,
    "ĳ": 5,
    "Ĳ": 5,
    "ю": 7,
    "я": 8,
    "ш": 9,
    "ч": 11,
}

_LOOKALIKES = {
    "a": "аαɑΑА∂ǝ", "b": "ЬВΒвьƄ", "c": "сϲСϹᴄ", "d": "ԁɗժԀđĐðÐ", "e": "еЕΕєҽəεЭэ", "f": "ϝ", "g": "ɡցԌɢ",  # noqa: RUF001
    "h": "һНΗհнʜ", "i": "іΙІıιɩįӏ", "j": "јЈϳ", "k": "κкКΚᴋ", "l": "ⅼӀłŁɭ", "m": "мМΜᴍ", "n": "ոпΝиɴηη",  # noqa: RUF001
    "o": "оοОΟօøØσɵ", "p": "рρРΡ", "q": "ԛգ", "r": "гᴦɾʀ", "s": "ѕЅꜱ", "t": "тТΤτ", "u": "υսцʋ", "v": "νѵᴠ",  # noqa: RUF001
    "w": "ԝшωᴡ", "x": "хХΧχ", "y": "уΥҮγүУ", "z": "ᴢΖʐ",  # noqa: RUF001
}  # fmt: skip
_PUNCTUATION = {
    "'": "’‘ʼ`´ʹ′＇", '"': "“”„«»", "-": "‐‑‒–—―−﹣", "*": "∗＊✱٭", ".": "․。．", "/": "⁄∕",  # noqa: RUF001
    chr(DOT): "•●∙⋅·‧◦▪■█░▓○", chr(EURO): "€", "_": "＿‗", " ": "\u00a0\u3000\t",  # noqa: RUF001
}  # fmt: skip
_RANGES = ((0, 0x3100), (0xA720, 0xA800), (0xFB00, 0xFB07), (0xFE00, 0xFF70), (0x1D400, 0x1D800), (0x1F130, 0x1F18A))
"""Where Unicode keeps letters that look Latin, and marks; elsewhere a character folds to `OTHER`."""
_WHITE_ON_BLACK = (0x1F150, 0x1F170)
"""Where the negative circled and the negative squared letters begin (🅐, 🅰), which have no plain form in Unicode's tables."""
_REGIONAL = np.uint32(0x1F1E6)
"""Where the letters begin of which two make a flag."""
_ALPHABET = 26


def _fold_character(character: str) -> int:
    """Give the byte for one character; 0 drops it (marks, zero-width characters, controls)."""
    category = unicodedata.category(character)
    if character in "\n\v\f\x85\u2028\u2029":
        return ord("\n")
    if category in ("Mn", "Me", "Cf", "Cc") and character != "\t":
        return 0
    plain = unicodedata.normalize("NFKD", character)
    letters = "".join(c for c in plain if not unicodedata.combining(c)).lower()
    if len(letters) == 1 and letters.isascii():
        return ord(letters)
    if category == "Zs":
        return ord(" ")
    if len(letters) == 3 and letters[0] == "(" and letters[1].isascii():  # noqa: PLR2004
        return ord(letters[1])
    return OTHER


@lru_cache(maxsize=1)
def fold_table() -> Bytes:
    """Build the table from code point to byte (1.1 million bytes, some 30 ms, once a process)."""
    table = np.full(0x110000, OTHER, dtype=np.uint8)
    for first, last in _RANGES:
        table[first:last] = [_fold_character(chr(code)) for code in range(first, last)]
    for first in _WHITE_ON_BLACK:
        table[first : first + _ALPHABET] = np.arange(ord("a"), ord("a") + _ALPHABET)
    table[ord("\r")] = ord(" ")
    table[0xE0000:0xE01F0] = 0
    for byte, alike in [*_LOOKALIKES.items(), *_PUNCTUATION.items()]:
        for character in alike:
            table[ord(character)] = ord(byte)
    for character, mark in _DOUBLE_OF.items():
        table[ord(character)] = mark
    return table


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text: `codes[i]` came from character `origin[i]` of the original."""

    codes: Bytes
    origin: Offsets

    @property
    def text(self) -> str:
        """The folded text as a string of one character per byte."""
        return self.codes.tobytes().decode("latin-1")


def _letters(codes: Bytes) -> NDArray[np.bool_]:
    """Mark the bytes a-z."""
    return np.asarray((codes - np.uint8(97)) < 26, dtype=np.bool_)  # noqa: PLR2004


def _join_hyphenated(codes: Bytes, large: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mark the hyphen and line break inside a word that was split over two lines ("Soer-, odimedjo")."""
    drop = np.zeros(len(codes), dtype=np.bool_)
    breaks = np.flatnonzero((codes[1:-2] == ord("-")) & (codes[2:-1] == ord("\n"))) + 1
    letters = _letters(codes)
    shouted = large[breaks - 1] & large[breaks - 2] & large[np.minimum(breaks + 3, len(codes) - 1)]
    breaks = breaks[letters[breaks - 1] & letters[breaks + 2] & (~large[breaks + 2] | shouted)]
    drop[breaks] = True
    drop[breaks + 1] = True
    return drop


def _without_flags(codes: Bytes, points: NDArray[np.uint32], places: Offsets) -> Bytes:
    """Read regional letters as letters, where they stand single or inside a word; two side by side are a flag."""
    first = np.flatnonzero(np.diff(places, prepend=-2) > 1)
    sizes = np.diff(first, append=len(places))
    starts = places[first]
    letters = np.zeros(len(codes) + 2, dtype=np.bool_)
    letters[1:-1] = _letters(codes)
    inside = letters[starts] & letters[starts + sizes + 1]
    read = codes.copy()
    named = places[np.repeat(inside | (sizes % 2 == 1), sizes)]
    read[named] = points[named] - _REGIONAL + ord("a")
    return read


def fold(text: str) -> Folded:
    """Fold a text; the result has one byte per kept letter and the place each came from."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    codes = fold_table()[points]
    flags = np.flatnonzero(points - _REGIONAL < _ALPHABET)
    if len(flags):
        codes = _without_flags(codes, points, flags)
    keep = codes != 0
    if np.count_nonzero(codes == ord("-")):
        large = (points >= ord("A")) & (points <= ord("Z"))
        keep &= ~_join_hyphenated(codes, np.asarray(large))
    origin = np.flatnonzero(keep)
    if len(origin) != len(codes):
        codes = codes[origin]
    if np.count_nonzero(codes < 10) or np.count_nonzero(codes == 11):  # noqa: PLR2004
        return _spread_doubles(codes, origin)
    return Folded(codes, origin)


def _spread_doubles(codes: Bytes, origin: Offsets) -> Folded:
    """Write out the characters that stand for two letters; both come from the same place."""
    double = (codes < 10) | (codes == 11)  # noqa: PLR2004
    repeat = np.where(double, 2, 1)
    wide = np.repeat(codes, repeat)
    places = np.flatnonzero(double)
    first = places + np.arange(len(places))
    for mark, letters in _DOUBLE.items():
        here = first[codes[places] == mark]
        wide[here] = ord(letters[0])
        wide[here + 1] = ord(letters[1])
    return Folded(wide, np.repeat(origin, repeat))


def fold_word(text: str) -> str:
    """Fold a short text to a plain string, for names of the roster and words of the lists."""
    if text.isascii() and text.isprintable():
        return text.lower()
    return fold(text).text if text else ""
