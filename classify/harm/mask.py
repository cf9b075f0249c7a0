"""Replacing names, so that the model reads what is done to somebody and not to whom."""

import re
import unicodedata
from functools import lru_cache

from classify.harm.disguise import undisguised
from classify.harm.items import Item, Span
from classify.harm.policy import Masks

_SPACES = re.compile(r"\s+")


@lru_cache(maxsize=4096)
def _readable(character: str) -> str:
    """Give what the model reads for one character: formats (bidi marks, zero width) vanish, controls become spaces."""
    category = unicodedata.category(character)
    if category in {"Cf", "Cs"}:  # Cs: lone surrogates, which the tokenizer can't encode
        return ""
    return " " if category in {"Cc", "Zl", "Zp"} else character


def clean(text: str) -> str:
    """Undo what hides words from the model: control, bidirectional and zero-width characters, runs of space, disguise."""
    if not text.isprintable():
        text = "".join(map(_readable, text))
    return undisguised(_SPACES.sub(" ", text).strip())


def join_spans(spans: tuple[Span, ...]) -> list[Span]:
    """Give the spans in order, those that touch or overlap made one."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def masked(item: Item, window: Span, masks: Masks, *, without: Span | None = None) -> str:
    """Give a window of the post as the model reads it: names replaced, cleaned, and `without` cut out.

    Where a target's name and another's overlap, the target's stands. A name that is cut by the window's edge or by
    `without` is left whole inside if any of it is inside.
    """
    marks = _marks(item, masks)
    if without is None:
        pieces = [_mask_part(item.text, window, marks)]
    else:
        before, after = (window[0], without[0]), (without[1], window[1])
        pieces = [_mask_part(item.text, part, marks) for part in (before, after) if part[0] < part[1]]
    return clean(" ".join(pieces))


def _marks(item: Item, masks: Masks) -> list[tuple[int, int, str]]:
    targets = join_spans(item.spans)
    others = [
        (start, end)
        for start, end in join_spans(item.other_spans)
        if not any(start < t_end and t_start < end for t_start, t_end in targets)
    ]
    marks = [(*span, masks.target) for span in targets] + [(*span, masks.other) for span in others]
    return sorted(marks)


def _mask_part(text: str, part: Span, marks: list[tuple[int, int, str]]) -> str:
    at, end_of_part = part
    pieces = []
    for start, end, word in marks:
        if end <= part[0] or start >= end_of_part:
            continue
        pieces += [text[at : max(at, start)], word]
        at = min(end, end_of_part)
    pieces.append(text[at:end_of_part])
    return "".join(pieces)
