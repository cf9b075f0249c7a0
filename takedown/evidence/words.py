"""Every visible word of a page with the rectangles it is drawn in: for marking, for finding a phrase, for redaction."""

from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Frame, Page

from takedown.evidence.files import canonical
from takedown.evidence.screenshots import TILE, page_size

SCHEMA = "handenaf/woorden/1"

MOST_WORDS = 60_000
"""Words kept of one document: a long thread has 10,000; a hostile page can have any number."""


def words_of(page: Page, post: Sequence[float] | None) -> tuple[bytes, int]:
    """Give `woorden.json` of the page as it stands, and the number of words.

    Each word is `{"w": text, "k": [[x, y, width, height], …]}` in CSS pixels of the whole page, which at scale 1 are
    the pixels of the tiles; two rectangles where it is broken over lines; `"b": 1` where its middle lies in `post`.
    Words inside pictures, and what style sheets write before and after an element, are not among them.
    """
    width, height = page_size(page)
    words: list[dict[str, Any]] = []
    for frame in page.frames:
        for word, *flat in _words_in(frame):
            boxes = [flat[n : n + 4] for n in range(0, len(flat), 4)]
            one: dict[str, Any] = {"w": word, "k": boxes}
            if post and _inside(boxes[0], post):
                one["b"] = 1
            words.append(one)
    whole = {"schema": SCHEMA, "breedte": width, "hoogte": height, "tegelhoogte": TILE, "woorden": words}
    return canonical(whole), len(words)


def _words_in(frame: Frame) -> list[list[Any]]:
    """Give the words of one frame, moved to where the frame stands on the page."""
    script = files("takedown.evidence").joinpath("words.js").read_text(encoding="utf-8")
    left = top = 0.0
    try:
        if frame.parent_frame is not None:
            box = frame.frame_element().bounding_box()
            if box is None:  # the frame itself is not to be seen
                return []
            left, top = box["x"], box["y"]
        found: list[list[Any]] = frame.evaluate(script, {"most": MOST_WORDS, "framed": frame.parent_frame is not None})
    except PlaywrightError:
        if frame.parent_frame is None:
            raise
        return []  # the frame went away
    if not (left or top):
        return found
    return [
        [word, *(round(value + (left, top, 0, 0)[place % 4]) for place, value in enumerate(flat))]
        for word, *flat in found
    ]


def _inside(box: Sequence[float], around: Sequence[float]) -> bool:
    """Say whether the middle of a rectangle lies in another."""
    x, y = box[0] + box[2] / 2, box[1] + box[3] / 2
    return around[0] <= x <= around[0] + around[2] and around[1] <= y <= around[1] + around[3]
