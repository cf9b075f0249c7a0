"""A picture of the post in which only reviewed words can be seen.

Not a photograph with boxes on it but the other way round: an empty sheet on which the reviewed words' own pixels are
laid, so that a child's photo or a word nobody looked at can't slip through. Masked words are black, words that nobody
reviewed (a button, a quoted reply) grey. No blur, which can be undone; no metadata, no transparency.
"""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw

from takedown.errors import EvidenceError
from takedown.evidence.masks import Masks, folded

POST_PICTURE = "bericht.png"
WORDS_NAME = "woorden.json"
SHEET, BLACK, GREY = (246, 247, 249), (0, 0, 0), (200, 205, 211)
PADDING = 2
"""Pixels that a cover is larger than its word on each side: glyphs may stand out of their rectangle."""

SLACK = 2
"""Pixels by which the picture and the post's rectangle may differ by rounding."""


def blacken_picture(
    picture: bytes, words: Mapping[str, Any], box: Sequence[float], masks: Masks, reviewed: str
) -> bytes | None:
    """Give the picture with only reviewed words; None when words and picture don't belong together.

    `words` is `woorden.json`: page pixels; `box` the post's rectangle [x, y, width, height] on the page.

    Raises:
        EvidenceError: the picture can't be read.

    """
    try:
        original = Image.open(BytesIO(picture)).convert("RGB")
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        message = f"The post's picture can't be read ({error})."
        raise EvidenceError(message) from error
    if len(box) != 4 or abs(original.width - box[2]) > SLACK or abs(original.height - box[3]) > SLACK:  # noqa: PLR2004 - a rectangle
        return None
    inside = [word for word in words.get("woorden", ()) if word.get("b")]
    if not inside:
        return None
    known = {folded(word)[0] for word in reviewed.split()} - {""}
    black = _masked_numbers([str(word["w"]) for word in inside], masks)
    sheet = Image.new("RGB", original.size, SHEET)
    covers: list[tuple[tuple[int, int, int, int], tuple[int, int, int]]] = []
    for number, word in enumerate(inside):
        for rectangle in _rectangles(word["k"], box, original.size):
            if number in black:
                covers.append((rectangle, BLACK))
            elif (plain := folded(str(word["w"]))[0]) and plain not in known:
                covers.append((rectangle, GREY))
            elif plain or len(str(word["w"])) == 1:
                sheet.paste(original.crop(rectangle), rectangle[:2])
    draw = ImageDraw.Draw(sheet)
    for rectangle, colour in sorted(covers, key=lambda cover: cover[1], reverse=True):
        left, top, right, bottom = rectangle
        draw.rectangle((left - PADDING, top - PADDING, right + PADDING - 1, bottom + PADDING - 1), fill=colour)
    target = BytesIO()
    sheet.save(target, "PNG")
    return target.getvalue()


def _masked_numbers(words: Sequence[str], masks: Masks) -> set[int]:
    """Give the numbers of the words that a masked text touches, also one broken over several words."""
    starts: list[int] = []
    text = ""
    for word in words:
        starts.append(len(text))
        text += word + " "
    spans = masks.spans(text)
    return {
        number
        for number, (start, word) in enumerate(zip(starts, words, strict=True))
        if any(start < end and begin < start + len(word) for begin, end in spans)
    }


def _rectangles(
    found: Sequence[Sequence[float]], box: Sequence[float], size: tuple[int, int]
) -> list[tuple[int, int, int, int]]:
    """Give a word's rectangles in the picture's own pixels, rounded outwards, cut to the picture."""
    placed = []
    for x, y, width, height in found:
        left, top = int(x - box[0]), int(y - box[1])
        right, bottom = int(x - box[0] + width + 1), int(y - box[1] + height + 1)
        left, top, right, bottom = max(0, left), max(0, top), min(size[0], right), min(size[1], bottom)
        if left < right and top < bottom:
            placed.append((left, top, right, bottom))
    return placed
