"""`sources add`: what a site is, found out by asking it a handful of questions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crawlers import UnknownSite, detect, write_card
from crawlers.cards import read_card
from crawlers.errors import CrawlError

if TYPE_CHECKING:  # tests can't import from one another at run time
    from tests.crawlers.conftest import Town

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Klachten</title><link>{url}/</link>
<item><title>Over mijn voogd</title><link>{url}/1</link><guid>{url}/1</guid><description>Ze belt niet terug.</description>
<pubDate>Tue, 24 Nov 2026 08:00:00 GMT</pubDate></item></channel></rss>"""


def test_a_page_that_names_its_feed_is_a_feed(town: Town, tmp_path: Path) -> None:
    town.page("/", '<html><link rel="alternate" type="application/rss+xml" href="/rss"><p>Welkom</p></html>')
    town.page("/rss", FEED.format(url=town.url), Content_Type="application/rss+xml")
    found = detect(town.url, allow_loopback=True)
    assert (found.kind, found.card.address) == ("feed", f"{town.url}/rss")
    assert [post.text for post in found.posts] == ["Over mijn voogd\n\nZe belt niet terug."]
    written = read_card(write_card(found.card, tmp_path))
    assert written == found.card


def test_the_address_of_a_feed_itself_will_do(town: Town) -> None:
    town.page("/rss", FEED.format(url=town.url), Content_Type="text/xml")
    assert detect(f"{town.url}/rss", allow_loopback=True).kind == "feed"


def test_wordpress_shows_itself_by_its_rest_api(town: Town) -> None:
    town.page("/", '<link rel="https://api.w.org/" href="/wp-json/">')
    post = {
        "id": 7,
        "link": f"{town.url}/7",
        "date_gmt": "2026-11-20T10:00:00",
        "title": {"rendered": "Klacht"},
        "content": {"rendered": "<p>Drie jaar wachten.</p>"},
    }
    town.page("/wp-json/wp/v2/posts", json.dumps([post]), Content_Type="application/json")
    found = detect(town.url, allow_loopback=True)
    assert (found.kind, found.card.address) == ("wordpress", town.url)
    assert "Drie jaar wachten." in found.posts[0].text


def test_mastodon_shows_itself_by_nodeinfo(town: Town) -> None:
    town.page("/", "<p>Een server</p>")
    town.page("/.well-known/nodeinfo", json.dumps({"links": [{"href": f"{town.url}/nodeinfo/2.0"}]}))
    town.page("/nodeinfo/2.0", json.dumps({"software": {"name": "mastodon"}}))
    status = {"id": "9", "url": f"{town.url}/@a/9", "content": "<p>Hoi</p>", "created_at": "2026-11-20T10:00:00Z"}
    town.page("/api/v1/timelines/public", json.dumps([status | {"account": {"acct": "a", "display_name": "A"}}]))
    found = detect(town.url, allow_loopback=True)
    assert (found.kind, [post.text for post in found.posts]) == ("mastodon", ["Hoi"])


def test_a_plain_page_says_how_to_write_a_card_by_hand(town: Town) -> None:
    town.page("/", "<p>Een forum</p>")
    with pytest.raises(UnknownSite, match="write a card by hand"):
        detect(town.url, allow_loopback=True)


def test_robots_that_forbid_are_obeyed(town: Town) -> None:
    town.page("/robots.txt", "User-agent: *\nDisallow: /\n", Content_Type="text/plain")
    town.page("/", '<link rel="alternate" type="application/rss+xml" href="/rss">')
    with pytest.raises(CrawlError, match=r"robots\.txt"):
        detect(town.url, allow_loopback=True)
    assert town.paths() == []


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/", "http://[::1]:9/", "http://localhost:9/"])
def test_an_address_inside_is_refused(address: str) -> None:
    with pytest.raises(CrawlError):
        detect(address)


def test_a_card_is_never_overwritten(town: Town, tmp_path: Path) -> None:
    town.page("/rss", FEED.format(url=town.url), Content_Type="text/xml")
    card = detect(f"{town.url}/rss", allow_loopback=True).card
    before = write_card(card, tmp_path).read_bytes()
    with pytest.raises(CrawlError, match="not overwritten"):
        write_card(card, tmp_path)
    assert (tmp_path / f"{card.name}.toml").read_bytes() == before
