"""Bluesky, through an AppView's public search."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from w3lib.url import add_or_replace_parameter

from crawlers.kinds import bluesky
from crawlers.pages import Look, Posts
from crawlers.walking import Walker
from warehouse import FrontierEntry, Link

_LATE = timedelta(days=1)
"""How much later than it says it was written a post may be found: `since` compares with the writer's clock."""


class BlueskySpider(Walker):
    """Asks for each name; the second time only for what came since."""

    kind = "bluesky"

    def starts(self) -> Iterable[Link]:
        """Begin with one search for each name."""
        search = f"{self.site()}/xrpc/app.bsky.feed.searchPosts?limit=100&sort=latest&q="
        return [Link(url=f"{search}{quote(name)}", kind="search") for name in self.order.searches]

    def request_url(self, link: Link, entry: FrontierEntry | None) -> str:
        """Ask only for what is newer than the mark, less a day."""
        mark = entry.last_modified if entry is not None and link.kind == "search" else ""
        if not mark[:1].isdigit():
            return link.url
        since = (datetime.fromisoformat(mark) - _LATE).astimezone(UTC)
        return add_or_replace_parameter(link.url, "since", since.strftime("%Y-%m-%dT%H:%M:%S.000Z"))

    def parse_page(self, body: bytes, url: str, look: Look) -> Posts:
        """Read search results."""
        return bluesky.parse(body, url, look)
