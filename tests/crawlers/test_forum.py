"""The forum spider, in its subprocess, against a real web server on loopback."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # tests can't import from one another at run time
    from tests.crawlers.conftest import Answer, Draw, LookOnce, MakeCard, Town


def forum(town: Town, draw: Draw) -> None:
    town.page("/", '<a class="thread" href="/t/1">een</a><a class="thread" href="/t/2">twee</a>')
    first = [
        (f"p{i}", "anneke", "2026-11-20T10:00:00+01:00", f"<p>Bericht {i}.</p><p>Tweede &amp; laatste.</p>")
        for i in range(3)
    ]
    town.page("/t/1", draw(first, "/t/1?page=2", "Over de jeugdzorg"))
    town.page(
        "/t/1?page=2", draw([("p9", "kees", "2026-11-21T10:00:00+01:00", "<blockquote>Bericht 1</blockquote>Daarom.")])
    )
    town.page(
        "/t/2", draw([("p20", "piet", "2026-11-22T09:30:00", "Hoi<br>daar<script>alert(1)</script>")], title="Twee")
    )


def test_every_thread_and_page_is_read_once(town: Town, draw: Draw, make_card: MakeCard, look: LookOnce) -> None:
    forum(town, draw)
    night = look(make_card(town.url + "/"))
    assert night.end.outcome == "ok", night.end
    assert not night.messages
    assert sorted(night.texts) == sorted(
        [
            "Over de jeugdzorg\n\nBericht 0.\n\nTweede & laatste.",
            "Bericht 1.\n\nTweede & laatste.",
            "Bericht 2.\n\nTweede & laatste.",
            "Daarom.",
            "Twee\n\nHoi\ndaar",
        ]
    )
    assert len(town.paths()) == len(set(town.paths())) == 4
    post = next(post for fetch in night.fetches for post in fetch.posts if post.text.startswith("Twee"))
    assert post.permalink == f"{town.url}/t/2#p20"
    assert (post.author_name, post.author_profile) == ("piet", f"{town.url}/u/piet")
    assert post.posted_at == datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
    assert (post.posted_at_literal, post.posted_at_how) == ("toen", "attribute")


def test_a_second_night_brings_only_what_changed(town: Town, draw: Draw, make_card: MakeCard, look: LookOnce) -> None:
    forum(town, draw)
    card = make_card(town.url + "/")
    night = look(card)
    tomorrow = datetime.now(UTC) + timedelta(days=1, hours=1)
    town.asked.clear()
    quiet = look(card, night, now=tomorrow)
    assert quiet.end.outcome == "unchanged", quiet.end
    assert not quiet.texts
    assert "/t/1" not in town.paths(), "a full page of a thread is looked at rarely"

    town.page(
        "/t/1?page=2",
        draw(
            [
                ("p9", "kees", "2026-11-21T10:00:00+01:00", "Daarom."),
                ("p10", "jo", "2026-11-24T10:00:00+01:00", "Nieuw!"),
            ]
        ),
    )
    busy = look(card, quiet, now=tomorrow + timedelta(days=1))
    assert busy.end.outcome == "ok"
    assert "Nieuw!" in busy.texts
    assert len([fetch for fetch in busy.fetches if fetch.posts]) == 1


def test_what_is_not_due_is_left_alone(town: Town, draw: Draw, make_card: MakeCard, look: LookOnce) -> None:
    forum(town, draw)
    card = make_card(town.url + "/")
    night = look(card)
    town.asked.clear()
    at_once = look(card, night)
    assert at_once.end.outcome == "unchanged"
    assert not town.paths()


def test_an_etag_saves_the_page(town: Town, draw: Draw, make_card: MakeCard, look: LookOnce) -> None:
    body = draw([("p1", "anneke", "2026-11-20T10:00:00Z", "Hallo.")]).encode()

    def page(desk: BaseHTTPRequestHandler) -> Answer:
        same = desk.headers.get("If-None-Match") == '"a1"'
        return (304, {"ETag": '"a1"'}, b"") if same else (200, {"ETag": '"a1"', "Content-Type": "text/html"}, body)

    town.pages["/"] = page
    card = make_card(town.url + "/")
    night = look(card)
    assert len(night.texts) == 1
    again = look(card, night, now=datetime.now(UTC) + timedelta(days=2))
    assert [(fetch.status, fetch.outcome) for fetch in again.fetches] == [(304, "unchanged")]
    assert again.fetches[0].etag == '"a1"'
    assert again.fetches[0].content_hash == night.fetches[0].content_hash
    assert again.end.outcome == "unchanged"


def test_a_killed_crawl_goes_on_where_it_was(town: Town, draw: Draw, make_card: MakeCard, look: LookOnce) -> None:
    forum(town, draw)
    card = make_card(town.url + "/")
    from crawlers.orders import Budget

    half = look(card, budget=Budget(pages=2, seconds=60))
    assert "budget of pages" in half.end.message
    rest = look(card, half)
    assert len(half.texts) + len(rest.texts) == 5
    assert len(town.paths()) == 4, "no page twice"
