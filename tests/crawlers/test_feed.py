"""The feed spider, in its subprocess."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # tests can't import from one another at run time
    from tests.crawlers.conftest import LookOnce, MakeCard, Town

FEED = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>Meldpunt</title><id>urn:meldpunt</id>{more}
<entry><id>urn:1</id><title>Klacht over &lt;b&gt;de gezinsvoogd&lt;/b&gt;</title><link href="/klacht/1"/>
<author><name>Anneke</name><uri>http://voorbeeld.test/anneke</uri></author><published>2026-11-20T10:00:00+01:00</published>
<content type="html">&lt;p&gt;Zij luistert niet.&lt;/p&gt;&lt;p&gt;{text}&lt;/p&gt;</content></entry></feed>"""


def test_a_feed_and_its_older_pages_are_read(town: Town, make_card: MakeCard, look: LookOnce) -> None:
    town.page(
        "/feed",
        FEED.format(more='<link rel="next" href="/feed?oud"/>', text="Nooit."),
        Content_Type="application/atom+xml",
    )
    town.page(
        "/feed?oud", FEED.format(more="", text="Oud.").replace("urn:1", "urn:2").replace("/klacht/1", "/klacht/2")
    )
    card = make_card(town.url + "/feed", "feed")
    night = look(card)
    assert night.end.outcome == "ok", night.end
    first, second = (post for fetch in night.fetches for post in fetch.posts)
    assert first.text == "Klacht over de gezinsvoogd\n\nZij luistert niet.\n\nNooit."
    assert first.permalink == f"{town.url}/klacht/1"
    assert (first.platform_id, first.author_name, first.author_profile) == (
        "urn:1",
        "Anneke",
        "http://voorbeeld.test/anneke",
    )
    assert first.posted_at == datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert second.permalink == f"{town.url}/klacht/2"

    town.asked.clear()
    later = look(card, night, now=datetime.now(UTC) + timedelta(days=2))
    assert later.end.outcome == "unchanged"
    assert town.paths() == ["/feed"]


def test_a_page_that_is_no_feed_fails_with_a_sentence(town: Town, make_card: MakeCard, look: LookOnce) -> None:
    town.page("/feed", "<h1>Verhuisd</h1>")
    night = look(make_card(town.url + "/feed", "feed"))
    assert night.end.outcome == "failed"
    assert "holds no RSS or Atom feed" in night.end.message
