"""The words of one folded post, with the words somebody tried to hide put back together."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise, product
from typing import NamedTuple

from classify.names.fold import DOT, EURO
from classify.names.index import Index
from classify.names.lexicon import Lexicon, Likeness
from classify.names.tussen import PIECES

_SPACED = re.compile(r"(?<![a-z0-9@$])[a-z0-9@$](?:[^a-z0-9@$]{1,4}[a-z0-9@$](?![a-z0-9@$])){1,}")
_SPELLING = frozenset("abcdefghijklmnopqrstuvwxyz0123456789@$")
_LEET = re.compile(rf"(?=[^\s]*[a-z7])(?=[^\s]*[0-9@$!|+(\x{EURO:x}])[a-z0-9@$!|+(\x{EURO:x}]{{1,24}}")
_MASKED = re.compile(
    rf"(?<![a-z0-9@#])(?=[^\s]*[a-z])[a-z0-9@$!*#_\-\x{DOT:x}]*[*#_\-\x{DOT:x}][a-z0-9@$!*#_\-\x{DOT:x}]*"
)
_SUBSTITUTES = {
    "0": "o", "1": "il", "2": "z", "3": "e", "4": "a", "5": "s", "6": "gb", "7": "t", "8": "b", "9": "g", "@": "a",
    "$": "s", "!": "il", "|": "il", "+": "t", "(": "c", chr(EURO): "e",
}  # fmt: skip
LAST, FIRST = 1, 2
"""Flags of a word that may be a surname, or a first name."""
_RUN = re.compile(rf"[*#_\-\x{DOT:x}]{{4,}}")
SHORTEST_GLUED = 8
"""Letters of a first name and surname written as one."""
MOST_MASKED = 7
SHORTEST_MASKED = 3
"""Characters of a masked word from which a run of signs may stand for any number of letters."""
AS_SURNAME, AS_MISSPELT, AS_ABBREVIATED = 1, 2, 4
"""What an active word may be: a surname; a first name before a misspelt surname; one before a surname's initial."""
ANY_WAY = AS_SURNAME | AS_MISSPELT | AS_ABBREVIATED
Active = tuple[int, int]
"""A word's number, and what it may be."""
MOST_READINGS = 32
"""Ways of reading one disguised word that are tried."""


class Token(NamedTuple):
    """A word: its letters, its place in the folded text, and how it was hidden ("" when it wasn't)."""

    word: str
    start: int
    end: int
    hidden: str = ""
    likely: int = LAST | FIRST
    """What the first stage took it for; a plain word that resembles no name has 0."""
    surnames: tuple[tuple[int, Likeness], ...] = ()
    """For a masked word: the surnames that fit its pattern."""
    firsts: tuple[tuple[int, Likeness], ...] = ()


def repairs(text: str, index: Index) -> list[Token]:
    """Give the spaced, disguised and masked names of a folded text, put back together."""
    return [*_spaced(text, index), *_leet(text, index), *_masked(text, index)]


def restored(tokens: list[Token], repaired: list[Token]) -> list[Token]:
    """Give the words of a text with the repaired ones in their place."""
    taken: list[Token] = []
    starts: list[int] = []
    for token in sorted(repaired, key=lambda t: (t.start - t.end, t.start)):
        place = bisect_left(starts, token.end)
        if not place or taken[place - 1].end <= token.start:
            taken.insert(place, token)
            starts.insert(place, token.start)
    free = [t for t in tokens if not (place := bisect_left(starts, t.end)) or taken[place - 1].end <= t.start]
    return sorted([*free, *taken], key=lambda t: t.start)


def _doubt(word: str, index: Index) -> int:
    """Give how little a restored word resembles a name of the roster: 0 it is one, 9 it is none."""
    if word in PIECES or word in index.glued_cores:
        return 0
    if len(word) > SHORTEST_GLUED and index.parted(word):
        return 1
    found = [pair[1] for names in (index.firsts, index.surnames) for pair in names.look_up(word)[:1]]
    doubt = min(found, default=Likeness.FAR)
    return int(doubt) if doubt <= (Likeness.TYPO if len(word) > 4 else Likeness.SUFFIXED) else 9  # noqa: PLR2004


def _known(word: str, index: Index) -> bool:
    """Tell whether a restored word is a name of the roster."""
    return _doubt(word, index) < 9  # noqa: PLR2004


def _spaced(text: str, index: Index) -> Iterator[Token]:
    """Join letters that were pulled apart: "j.a.n d.e v.r.i.e.s", "L i e k e   K o o l"."""
    for match in _SPACED.finditer(text):
        letters = [i for i in range(match.start(), match.end()) if text[i] in _SPELLING]
        groups = _words_of_run(text, letters)
        for group in groups:
            written = "".join(text[i] for i in group)
            word = min(_readings(written), key=lambda reading: _doubt(reading, index))
            if (len(word) > 2 and _known(word, index)) or (len(word) == 2 and word in PIECES and len(groups) > 1):  # noqa: PLR2004
                yield Token(word, group[0], group[-1] + 1, "spaced")
            elif len(word) > 5:  # noqa: PLR2004
                yield from _split_run(word, group, index)


def _words_of_run(text: str, letters: list[int]) -> list[list[int]]:
    """Part the places of spaced letters into words: where the gap is wider, or a sign stands only there or is another."""
    gaps = [text[a + 1 : b] for a, b in pairwise(letters)]
    signed = bool(Counter(gaps).most_common(1)[0][0].strip())
    groups = [[letters[0]]]
    for i, place in enumerate(letters[1:]):
        gap, before, after = gaps[i], gaps[i - 1 : i] or gaps[i + 1 : i + 2], gaps[i + 1 : i + 2] or gaps[i - 1 : i]
        if (
            "  " in gap
            or (signed and not gap.strip())
            or (not signed and " " in gap and gap.strip())
            or (gap not in before and before == after and "".join(before).strip())
        ):
            groups.append([])
        groups[-1].append(place)
    return groups


def _split_run(word: str, places: list[int], index: Index) -> Iterator[Token]:
    """Part a run of letters without word breaks into first name and surname."""
    cut, surname = index.parted(word), ""
    if not cut:
        cut, surname = index.parted_before_v(word)
    if cut:
        yield Token(word[:cut], places[0], places[cut - 1] + 1, "spaced")
        yield Token(surname or word[cut:], places[cut], places[-1] + 1, "spaced")


def _readings(word: str) -> Iterator[str]:
    """Read digits and signs as the letters they stand for."""
    options = [_SUBSTITUTES.get(letter, letter) for letter in word]
    for number, letters in enumerate(product(*options)):
        if number >= MOST_READINGS:
            return
        yield "".join(letters)


def _leet(text: str, index: Index) -> Iterator[Token]:
    """Read words in which digits and signs stand for letters: "V3rm€ul3n"."""
    for match in _LEET.finditer(text):
        word, start = match.group(), match.start()
        if word[0] == "@" and word[1:].isalpha() and len(word) > 5:  # noqa: PLR2004
            continue
        if word in "07" and text[start - 1 : start] == "'":
            yield Token("t" if word == "7" else "o", start, start + 1, "leet")
            continue
        bare = word.rstrip("!0123456789")
        for shown in dict.fromkeys((word, word.rstrip("!"), bare, word.partition("@")[0])):
            if shown.isalpha() or len(shown) < 2:  # noqa: PLR2004
                continue
            best = min(((_doubt(r, index), r) for r in _readings(shown)), default=(9, ""))
            if best[0] < 9:  # noqa: PLR2004
                yield Token(best[1], start, start + len(shown), "leet")
                break


def _masked(text: str, index: Index) -> Iterator[Token]:
    """Find the names that a word with starred letters can be: "V••meul•n"."""
    for match in _MASKED.finditer(text):
        word, start = match.group(), match.start()
        for shown in dict.fromkeys((word, word.strip("-_"))):
            seen = sum("a" <= c <= "z" for c in shown)
            if len(shown) < SHORTEST_MASKED or shown.isalpha() or seen * 3 < len(_RUN.sub("***", shown)):
                continue
            surnames, firsts = _fitting(shown, index.surnames), _fitting(shown, index.firsts)
            if surnames or firsts:
                yield Token(shown, start, start + len(shown), "mask", LAST | FIRST, surnames, firsts)
                break
        else:
            if word[0] == "d" and len(word) <= 3:  # noqa: PLR2004
                yield Token("de" if len(word) == 2 else "den", start, match.end(), "mask")  # noqa: PLR2004


def _fitting(shown: str, lexicon: Lexicon) -> tuple[tuple[int, Likeness], ...]:
    """Give the names of the same length whose letters agree with those shown; under a long run, of any length."""
    runs = _RUN.split(shown)
    if len(runs) > 1 and len(runs[0]) > 1 and len(shown) > MOST_MASKED:
        numbers = lexicon.beginning(runs[0][0], "[a-z]+".join("".join(map(_shown, run)) for run in runs))
        return tuple((number, Likeness.EXACT) for number in numbers)
    found = [(n, Likeness.EXACT) for n in lexicon.matching("".join(map(_shown, shown)), len(shown))]
    stem = shown[:-1].rstrip("'")
    if not found and shown.endswith("s") and len(stem) > SHORTEST_MASKED and not stem.isalpha():
        found = [(n, Likeness.SUFFIXED) for n in lexicon.matching("".join(map(_shown, stem)), len(stem))]
    return tuple(found)


def _shown(letter: str) -> str:
    """Give the pattern of one character of a masked word: itself, what a digit stands for, or any letter."""
    return letter if "a" <= letter <= "z" else f"[{_SUBSTITUTES.get(letter, 'a-z')}]"
