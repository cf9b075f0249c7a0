"""Mastodon and what speaks its API: hashtags, searches, the public timeline."""

from collections.abc import Iterable
from urllib.parse import quote

from w3lib.url import add_or_replace_parameter

from crawlers.kinds import mastodon
from crawlers.pages import Look, Posts
from crawlers.walking import Walker
from warehouse import FrontierEntry, Link


class MastodonSpider(Walker):
    """Looks at the card's hashtags and asks for names; with neither, at all that the instance's people say in public."""

    kind = "mastodon"

    def starts(self) -> Iterable[Link]:
        """Begin with hashtags and searches, else with the local public timeline."""
        card, names = self.order.card, self.order.searches if self.order.card.searches else ()
        tags = [f"timelines/tag/{quote(tag.lstrip('#'))}?limit=40" for tag in card.hashtags]
        links = [Link(url=f"{self.site()}/api/v1/{tag}", kind="start") for tag in tags]
        # a server gives people who aren't logged in one page of a search, and refuses the second
        asked = [f"/api/v2/search?q={quote(name)}&type=statuses&resolve=false&limit=40" for name in names]
        links += [Link(url=f"{self.site()}{question}", kind="search") for question in asked]
        if links or card.searches:
            return links
        return [Link(url=f"{self.site()}/api/v1/timelines/public?local=true&limit=40", kind="start")]

    def request_url(self, link: Link, entry: FrontierEntry | None) -> str:
        """Ask a timeline only for what came after the newest status seen."""
        mark = entry.last_modified if entry is not None and link.kind == "start" else ""
        return add_or_replace_parameter(link.url, "since_id", mark) if mark[:1].isdigit() else link.url

    def parse_page(self, body: bytes, url: str, look: Look) -> Posts:
        """Read statuses."""
        return mastodon.parse(body, url, look)
