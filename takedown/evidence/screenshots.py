"""Pictures of a page through CDP: what stood in the window, the whole page in tiles, one element alone."""

import base64

from playwright.sync_api import CDPSession, Page

TILE = 4000
"""Pixels of height per tile. Chromium's one-piece shots go wrong silently on tall pages (measured: from 86,600 px
at scale 1); tiles of 8,000 were right up to 160,000, and half of that costs 50 MB less (measured)."""

MOST_TILES = 16
"""Tiles kept of one page: 64,000 px."""


def shoot(cdp: CDPSession, clip: tuple[float, float, float, float] | None = None) -> bytes:
    """Give a PNG of the window, or of the rectangle x, y, width, height in CSS pixels of the page."""
    order: dict[str, object] = {"format": "png", "optimizeForSpeed": True}
    if clip:
        x, y, width, height = clip
        order["captureBeyondViewport"] = True
        order["clip"] = {"x": x, "y": y, "width": max(width, 1), "height": min(max(height, 1), TILE), "scale": 1}
    return base64.b64decode(cdp.send("Page.captureScreenshot", order)["data"])


def page_size(page: Page) -> tuple[int, int]:
    """Give the page's width and height in CSS pixels."""
    script = "() => [document.documentElement.clientWidth, Math.max(document.documentElement.scrollHeight, 1)]"
    width, height = page.evaluate(script)
    return int(width), int(height)


def tiles(height: int, most: int = MOST_TILES) -> list[tuple[int, int]]:
    """Cut a page's height into (top, height) pieces of at most `TILE`, at most `most` of them."""
    tops = range(0, height, TILE)
    return [(top, min(TILE, height - top)) for top in list(tops)[:most]]
