"""A post's text in pieces: the name, the other names, the phrases of each label, and the rest."""

import random
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from warehouse import Label, Mention, Phrase

WINDOW = 700
"""Characters shown on each side of a marked span when a text is longer than `WHOLE`."""

WHOLE = 5000
"""Texts up to this many characters are shown whole at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A run of text with the same marks."""

    text: str
    name: bool = False
    """It names the person of the case."""
    other: bool = False
    """It names somebody else of the roster."""
    labels: tuple[Label, ...] = ()
    """The labels whose phrase it is part of."""
    skipped: int = 0
    """Characters left out here (then `text` is empty)."""


def pieces_of(text: str, mentions: Sequence[Mention], person_id: str, phrases: Sequence[Phrase]) -> tuple[Piece, ...]:
    """Cut `text` at every border of a mention or phrase; spans outside the text are cut to it."""
    borders = {0, len(text)}
    spans: list[Mention | Phrase] = [*mentions, *phrases]
    for span in spans:
        borders |= {min(max(span.start, 0), len(text)), min(max(span.end, 0), len(text))}
    marks = sorted(borders)
    pieces = []
    for start, end in pairwise(marks):
        inside = [mention for mention in mentions if mention.start <= start and end <= mention.end]
        labels = {phrase.label for phrase in phrases if phrase.start <= start and end <= phrase.end}
        pieces.append(
            Piece(
                text=visible(text[start:end]),
                name=any(mention.person_id == person_id for mention in inside),
                other=any(mention.person_id != person_id for mention in inside),
                labels=tuple(label for label in Label if label in labels),
            )
        )
    return tuple(pieces)


def shortened(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Leave out the middle of long unmarked runs, so that a post of 100,000 characters opens at what matters."""
    if sum(len(piece.text) for piece in pieces) <= WHOLE:
        return tuple(pieces)
    return tuple(_cut(pieces))


def _cut(pieces: Sequence[Piece]) -> Iterator[Piece]:
    last = len(pieces) - 1
    for place, piece in enumerate(pieces):
        before = WINDOW if place else WINDOW * (0 if last else 1)
        after = WINDOW if place < last else 0
        if piece.name or piece.other or piece.labels or len(piece.text) <= before + after + 200:
            yield piece
            continue
        if before:
            yield replace(piece, text=piece.text[:before])
        yield Piece(text="", skipped=len(piece.text) - before - after)
        if after:
            yield replace(piece, text=piece.text[-after:])


def visible(text: str) -> str:
    """Write characters that would hide or reorder text as their code point: ⟨202E⟩ for a right-to-left override.

    Covers control and format characters (Unicode Cc, Cf) but newline, tab, the zero-width joiners that emoji and
    Arabic need, and tag characters' variation selectors, which are not Cf.
    """
    kept = "\n\t\u200c\u200d"
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        f"⟨{ord(sign):04X}⟩"
        if unicodedata.category(sign) in {"Cc", "Cf", "Cs"} and sign not in kept and sign != "\r"
        else sign
        for sign in text
    )


def covered(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Give pieces of the same shape whose words are made up, the name excepted: what a page shows before it is asked.

    The real words are not in the page until somebody asks for them, so that the audit log tells who read them.
    """
    dice = random.Random(sum(len(piece.text) for piece in pieces))  # noqa: S311 - looks, not secrets
    return tuple(piece if piece.name else replace(piece, text=_made_up(piece.text[:3000], dice)) for piece in pieces)


def _made_up(text: str, dice: random.Random) -> str:
    return "".join(dice.choice("aeionrstdlm") if sign.isalnum() else (sign if sign.isspace() else ".") for sign in text)
