"""Pages whose posts appear only through JavaScript: the same selectors, after a real browser drew the page."""

from collections.abc import Iterable
from typing import Any

from scrapy.http import Response
from scrapy_playwright.page import PageMethod

from crawlers.browsing import open_page
from crawlers.kinds import selected
from crawlers.pages import Look, Posts
from crawlers.walking import Walker
from warehouse import Link


class BrowserSpider(Walker):
    """Opens each page in Chromium, waits for `ready`, clicks `more`, then reads it like a forum."""

    kind = "browser"

    def starts(self) -> Iterable[Link]:
        """Begin with the card's address."""
        return (Link(url=self.order.card.address, kind="start"),)

    def parse_page(self, body: bytes, url: str, look: Look) -> Posts:
        """Read a page by the selectors."""
        return selected.parse(body, url, look)

    def notes_on(self, response: Response) -> list[str]:
        """Say what didn't work while the page was opened."""
        return next((opening.result or [] for opening in response.meta.get("playwright_page_methods", ())), [])

    def request_meta(self) -> dict[str, Any]:
        """Have the page drawn by the browser."""
        opening = PageMethod(open_page, self.order.card.selectors)
        return {"playwright": True, "playwright_page_methods": [opening], "autothrottle_dont_adjust_delay": True}
