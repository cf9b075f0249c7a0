"""Forums and complaint sites in plain HTML, read by the card's selectors."""

from collections.abc import Iterable

from crawlers.kinds import selected
from crawlers.pages import Look, Posts
from crawlers.walking import Walker
from warehouse import Link


class ForumSpider(Walker):
    """Walks from the start page over boards to threads, and through their pages."""

    kind = "forum"

    def starts(self) -> Iterable[Link]:
        """Begin with the card's address."""
        return (Link(url=self.order.card.address, kind="start"),)

    def parse_page(self, body: bytes, url: str, look: Look) -> Posts:
        """Read a page by the selectors."""
        return selected.parse(body, url, look)
