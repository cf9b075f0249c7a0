"""RSS and Atom feeds."""

from collections.abc import Iterable

from crawlers.kinds import feed
from crawlers.pages import Look, Posts
from crawlers.walking import Walker
from warehouse import Link


class FeedSpider(Walker):
    """Reads one feed, and its older pages where it has them."""

    kind = "feed"

    def starts(self) -> Iterable[Link]:
        """Begin with the feed."""
        return (Link(url=self.order.card.address, kind="start"),)

    def parse_page(self, body: bytes, url: str, look: Look) -> Posts:
        """Read the feed."""
        return feed.parse(body, url, look)
