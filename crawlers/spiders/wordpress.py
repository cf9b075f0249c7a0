"""WordPress sites: articles and comments through wp-json."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from w3lib.url import add_or_replace_parameter

from crawlers.kinds import wordpress
from crawlers.pages import Look, Posts
from crawlers.walking import Walker
from warehouse import FrontierEntry, Link

_MODERATED = timedelta(days=7)
"""How long after it was written a comment may still appear: it carries the day it was written, not approved."""
_POSTS = "posts?per_page=100&orderby=modified&order=desc&_embed=author"
_COMMENTS = "comments?per_page=100&orderby=date_gmt&order=desc"


class WordpressSpider(Walker):
    """Reads all articles and comments once, then what is newer than the mark; or asks for names only (`searches`)."""

    kind = "wordpress"

    def starts(self) -> Iterable[Link]:
        """Begin with both lists, or with both for each name."""
        names = [f"&search={quote(name)}" for name in self.order.searches] if self.order.card.searches else [""]
        kind = "search" if self.order.card.searches else "start"
        return [Link(url=f"{self.api()}{what}{name}", kind=kind) for name in names for what in (_POSTS, _COMMENTS)]

    def api(self) -> str:
        """Give the root of the REST API: the card's address where it names it, else below the site."""
        address = self.order.card.address
        if "/wp-json" in address or "rest_route=" in address:
            return f"{address.rstrip('/')}/wp/v2/"
        return f"{address.rstrip('/')}/wp-json/wp/v2/"

    def request_url(self, link: Link, entry: FrontierEntry | None) -> str:
        """Ask only for what is newer than the mark, where there is one."""
        mark = entry.last_modified if entry is not None and link.kind != "next" else ""
        if not mark[:1].isdigit():
            return link.url
        if "/comments?" not in link.url:
            return add_or_replace_parameter(link.url, "modified_after", mark)
        since = datetime.fromisoformat(mark).replace(tzinfo=UTC) - _MODERATED
        return add_or_replace_parameter(link.url, "after", since.strftime("%Y-%m-%dT%H:%M:%S"))

    def parse_page(self, body: bytes, url: str, look: Look) -> Posts:
        """Read a list."""
        return wordpress.parse(body, url, look)
