"""Which parts of a post the model reads."""

import re
from itertools import pairwise

from classify.harm.items import Item, Span
from classify.harm.mask import join_spans

WHOLE = 700
"""A post of at most this many characters is read in one piece: about 200 tokens of Dutch, under the cap of 256."""
TILED = 2_800
"""Up to here a post is about the target throughout, so all of it is read. A longer one is an article, and only what
stands around each name counts: harm to somebody else in the same text doesn't (labels.md, border 6)."""
AROUND = 300
"""Characters on each side of a name: the sentence or two around it."""
MOST = 32
"""Windows of one post. 32 of 256 tokens take about 2.7 s on one core; a million characters must not hold up a night."""
_EDGE = re.compile(r"(?<=[.!?…])\s+|\n+")


def windows(item: Item) -> list[Span]:
    """Give the parts of the post to read, in order; the scores are joined by their maximum.

    Windows may overlap by a few words. What would need more than `MOST` windows is sampled at even steps. A blank
    text has none.
    """
    length = len(item.text)
    if not item.text.strip():
        return []
    if length <= WHOLE:
        return [(0, length)]
    if item.spans and length > TILED:
        around = [(max(0, start - AROUND), min(length, end + AROUND)) for start, end in item.spans]
        found = [tile for start, end in join_spans(tuple(around)) for tile in _tiles(start, end)]
    else:
        found = _tiles(0, length)
    snapped = [_snap(item.text, window) for window in _spread(found)]
    return list(dict.fromkeys(snapped))


def _tiles(start: int, end: int) -> list[Span]:
    """Cut a stretch into equal pieces of at most `WHOLE` characters."""
    count = -(-(end - start) // WHOLE)
    edges = [start + (end - start) * n // count for n in range(count + 1)]
    return list(pairwise(edges))


def _spread(found: list[Span]) -> list[Span]:
    if len(found) <= MOST:
        return found
    return [found[n * (len(found) - 1) // (MOST - 1)] for n in range(MOST)]


def _snap(text: str, window: Span) -> Span:
    """Widen a window to the nearest sentence edges, else spaces, within 80 characters, so that no word is cut."""
    reach = 80
    start, end = window
    if start > 0:
        first = max(0, start - reach)
        edges = [match.end() for match in _EDGE.finditer(text, first, start)]
        space = text.rfind(" ", first, start)
        start = edges[-1] if edges else space + 1 if space >= 0 else start
    if end < len(text):
        last = min(len(text), end + reach)
        edge = _EDGE.search(text, end, last)
        space = text.find(" ", end, last)
        end = edge.start() if edge else space if space >= 0 else end
    return start, end
