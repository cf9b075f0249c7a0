"""The marked copy of a picture: frame and label drawn afterwards, never in the page itself."""

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from takedown.evidence.screenshots import TILE

MARGIN = 240
"""Pixels of the page shown above and below the post: enough to see whom it answers."""

RED = (200, 0, 30)
LABEL = 26
"""Pixels of height of the strip that says what this is; it is added, so that it covers nothing of the page."""

TEXT = "Kopie met kader, achteraf getekend. Het kader staat niet op de pagina."


def mark_post(tiles: Sequence[bytes], box: Sequence[float], *, margin: int = MARGIN) -> bytes | None:
    """Give a PNG of the page around the post with a red frame around it; None where no tile shows it.

    `tiles` are the page's pictures from the top down, each `TILE` high but the last; `box` is x, y, width, height of
    the post in pixels of the page. Nothing of the picture is covered but the frame's own 3 pixels.
    """
    x, y, width, height = (round(value) for value in box)
    top, bottom = max(0, y - margin), y + min(height, TILE) + margin
    first, last = top // TILE, min((bottom - 1) // TILE, len(tiles) - 1)
    if first >= len(tiles):
        return None
    pieces = [Image.open(BytesIO(tile)).convert("RGB") for tile in tiles[first : last + 1]]
    bottom = min(bottom, last * TILE + pieces[-1].height)
    wide = pieces[0].width
    made = Image.new("RGB", (wide, bottom - top + LABEL), "white")
    for number, piece in enumerate(pieces, start=first):
        made.paste(piece, (0, number * TILE - top + LABEL))
    draw = ImageDraw.Draw(made)
    draw.rectangle((0, 0, wide, LABEL - 1), fill=RED)
    draw.text((8, 5), TEXT, fill="white", font=ImageFont.load_default(14))
    shift = LABEL - top
    frame = (max(x - 4, 0), max(y - 4 + shift, LABEL), min(x + width + 4, wide - 1), y + height + 4 + shift)
    draw.rectangle(frame, outline=RED, width=3)
    written = BytesIO()
    made.save(written, "PNG", compress_level=3)
    return written.getvalue()
