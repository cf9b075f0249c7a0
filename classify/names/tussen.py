"""Tussenvoegsels: the small words before a surname, in all the ways they are written."""

from enum import IntEnum

_ARABIC = ("el", "al", "ben", "bin", "ibn", "bel", "ould", "oulad", "ait", "ayt", "abou", "abu")
PIECES = frozenset(
    (
        "van", "von", "de", "den", "der", "het", "t", "ter", "ten", "te", "op", "aan", "in", "uit", "bij", "voor", "onder",
        "over", "le", "la", "du", "da", "del", "dos", "d", "v", "vd", "vdr", "vdn", "vde", "vder", "vden", "vande", "vanden",
        "vander", "vant", "opt", "opde", "opden", "int", "inde", "inden", "aande", "aanden", "uitde", "uitden", "uijt",
        "uyt", "zum", "zur", "af", "s", "tot", "thoe", *_ARABIC,
    )
)  # fmt: skip
"""Words that may stand between a first name and a surname, Arabic prefixes among them."""

ARABIC = frozenset(_ARABIC)

_ABBREVIATED = {
    "vd": "vande", "vdr": "vander", "vdn": "vanden", "vde": "vande", "vder": "vander", "vden": "vanden", "al": "el",
    "bin": "ben", "ibn": "ben", "uyt": "uit", "uijt": "uit", "abu": "abou", "ayt": "ait",
}  # fmt: skip
_FAMILIES = (
    frozenset({"van", "vande", "vanden", "vander", "vant", "vanhet"}), frozenset({"de", "den", "der", "d"}),
    frozenset({"te", "ten", "ter", "t", "het"}), frozenset({"opde", "opden", "opt", "op"}),
    frozenset({"in", "inde", "int", "inden"}), frozenset({"vande", "de"}), frozenset({"vanden", "den"}), frozenset({"vander", "der"}),
)  # fmt: skip
"""Tussenvoegsels that writers mix up."""


class Fit(IntEnum):
    """How a written tussenvoegsel agrees with the roster's."""

    SAME = 0
    SHORT = 1
    """Abbreviated: v.d., v/d, vd, d."""
    MIXED = 2
    """One of the same family: van der for van den."""
    DROPPED = 3
    """Left out, or one too many."""
    OTHER = 4


def canonical(pieces: tuple[str, ...]) -> str:
    """Join the written pieces to one word ("van", "der" → "vander")."""
    joined = "".join(pieces).replace("het", "t")
    return _ABBREVIATED.get(joined, joined)


def split_prefix(words: list[str]) -> tuple[tuple[str, ...], list[str]]:
    """Part a surname's words into tussenvoegsel and core; the last word is always core."""
    i = 0
    while i < len(words) - 1 and words[i] in PIECES:
        i += 1
    return tuple(words[:i]), words[i:]


def fit(written: tuple[str, ...], known: tuple[str, ...]) -> Fit:
    """Compare a written tussenvoegsel with the one on the roster."""
    if written == known:
        return Fit.SAME
    text, roster = canonical(written), canonical(known)
    if text == roster:
        return Fit.SAME
    if not text or not roster:
        return Fit.DROPPED
    if text[0] == roster[0] and all(len(p) <= 3 for p in written) and _is_subsequence("".join(written), roster):  # noqa: PLR2004
        short = any(p not in {"van", "de", "den", "der", "op", "in", "te", "ter", "ten"} for p in written)
        return Fit.SHORT if short else Fit.MIXED
    if any(text in family and roster in family for family in _FAMILIES):
        return Fit.MIXED
    return Fit.OTHER


def _is_subsequence(short: str, long: str) -> bool:
    """Tell whether the letters of `short` stand in `long` in the same order."""
    letters = iter(long)
    return all(letter in letters for letter in short)
