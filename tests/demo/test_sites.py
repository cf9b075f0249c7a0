"""Each site serves all its posts, as its card says they are to be found."""

import re
from html import unescape
from urllib.robotparser import RobotFileParser

import feedparser
import httpx
import pytest

from demo.cards import town_cards
from demo.messages import SITES, TownPost, load_posts
from demo.town import Town

POSTS = load_posts()


def posts_of(site: str) -> list[TownPost]:
    return [post for post in POSTS if post.site == site]


def walk(client: httpx.Client, start: str, links: str) -> list[str]:
    """Read a threaded site as a crawler would: lists, next pages, threads."""
    home = re.match(r"http://[^/]+", start)
    assert home
    todo, seen, bodies = [start], set[str](), []
    while todo:
        url = todo.pop()
        if url in seen:
            continue
        seen.add(url)
        body = client.get(url).raise_for_status().text
        bodies.append(body)
        found = re.findall(rf'<a class="{links}" href="([^"]+)"', body)
        found += re.findall(r'<a rel="next" href="([^"]+)"', body)
        todo += [home[0] + unescape(link) for link in found]
    return bodies


@pytest.mark.parametrize(("site", "links"), [("forum", "onderwerp"), ("klachten", "klacht")])
def test_every_post_of_a_threaded_site_stands_on_one_page(
    town: Town, browser_like: httpx.Client, site: str, links: str
) -> None:
    bodies = walk(browser_like, town.sites[site] + "/", links)
    texts = [unescape(text) for body in bodies for text in re.findall(r'<div class="tekst"><p>(.*?)</p>', body)]
    assert sorted(texts) == sorted(post.text for post in posts_of(site))


def test_a_long_thread_has_ten_posts_a_page(town: Town, browser_like: httpx.Client) -> None:
    counts = [browser_like.get(f"{town.sites['forum']}/t/1?page={page}").text.count("<article") for page in (1, 2, 3)]
    assert counts == [10, 10, 3]
    assert browser_like.get(f"{town.sites['forum']}/t/1?page=4").status_code == 404


@pytest.mark.parametrize("site", ["forum", "klachten", "blog"])
def test_a_permalink_alone_shows_the_post(town: Town, browser_like: httpx.Client, site: str) -> None:
    post = posts_of(site)[0]
    body = browser_like.get(town.sites[site] + post.path).raise_for_status().text
    assert body.count("<article") == 1
    assert post.text in unescape(body)
    assert f'datetime="{post.posted_at.isoformat()}"' in body


@pytest.mark.parametrize("path", ["/bericht/1", "/t/999", "/lid/niemand", "/?page=99", "/?page=x", "/?board=geen"])
def test_what_is_not_there_is_404(town: Town, browser_like: httpx.Client, path: str) -> None:
    assert browser_like.get(town.sites["forum"] + path).status_code == 404


@pytest.mark.parametrize(
    ("site", "path"),
    [("forum", "/"), ("forum", "/t/1?page=2"), ("klachten", "/klacht/1"), ("blog", "/rss.xml"), ("blog", "/atom.xml")],
)
def test_what_the_asker_has_is_304(town: Town, browser_like: httpx.Client, site: str, path: str) -> None:
    first = browser_like.get(town.sites[site] + path)
    again = browser_like.get(town.sites[site] + path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert browser_like.get(town.sites[site] + path, headers={"If-None-Match": '"old"'}).status_code == 200


def test_a_thread_unchanged_since_its_last_post_is_304(town: Town, browser_like: httpx.Client) -> None:
    url = town.sites["forum"] + "/t/1"
    since = browser_like.get(url).headers["last-modified"]
    assert browser_like.get(url, headers={"If-Modified-Since": since}).status_code == 304
    assert browser_like.get(url, headers={"If-Modified-Since": "Tue, 01 Sep 2026 00:00:00 GMT"}).status_code == 200
    assert browser_like.get(url, headers={"If-Modified-Since": "gisteren"}).status_code == 200


def test_every_site_has_robots_and_one_asks_for_a_short_delay(town: Town, browser_like: httpx.Client) -> None:
    delays = []
    for site in SITES:
        body = browser_like.get(town.sites[site] + "/robots.txt").raise_for_status().text
        robots = RobotFileParser()
        robots.parse(body.splitlines())
        assert robots.can_fetch("handenaf", "/bericht/1001")
        assert not robots.can_fetch("handenaf", "/zoeken?q=x")
        delays += [float(delay) for delay in re.findall(r"Crawl-delay: (\S+)", body)]
    assert len(delays) == 1
    assert 0 < delays[0] <= 1


def test_the_notice_board_s_html_holds_no_post(town: Town, browser_like: httpx.Client) -> None:
    posts = posts_of("prikbord")
    for path in ("/", posts[0].path):
        body = browser_like.get(town.sites["prikbord"] + path).raise_for_status().text
        assert "<article" not in body
        assert not any(post.text[:25] in unescape(body) for post in posts)


def test_the_notice_board_s_json_gives_every_post_in_parts(town: Town, browser_like: httpx.Client) -> None:
    texts: list[str] = []
    left = 1
    while left:
        part = browser_like.get(f"{town.sites['prikbord']}/berichten.json?vanaf={len(texts)}").json()
        texts += [row["tekst"] for row in part["berichten"]]
        left = part["nog"]
    assert sorted(texts) == sorted(post.text for post in posts_of("prikbord"))


@pytest.mark.parametrize("feed", ["rss.xml", "atom.xml"])
def test_a_feed_holds_every_post_whole(town: Town, browser_like: httpx.Client, feed: str) -> None:
    parsed = feedparser.parse(browser_like.get(f"{town.sites['blog']}/{feed}").content)
    assert not parsed.bozo
    posts = {town.sites["blog"] + post.path: post for post in posts_of("blog")}
    assert {entry.link for entry in parsed.entries} == set(posts)
    for entry in parsed.entries:
        assert unescape(entry.content[0].value) == f"<p>{posts[entry.link].text}</p>"
        assert entry.author == posts[entry.link].author


def test_there_is_a_card_for_every_site(town: Town) -> None:
    cards = town_cards(town)
    assert [card["name"] for card in cards] == [f"demo-{site}" for site in SITES]
    for card, site in zip(cards, SITES, strict=True):
        assert card["address"].startswith(town.sites[site])
        assert card["least_posts"] <= len(posts_of(site)) <= card["most_posts"]
        assert ("selectors" in card) == (card["kind"] in ("forum", "browser"))


def test_markup_in_a_post_is_shown_and_not_obeyed(town: Town, browser_like: httpx.Client) -> None:
    [post] = [post for post in POSTS if "<script>" in post.text]
    body = browser_like.get(town.sites[post.site] + post.path).text
    assert "<script>alert" not in body
    assert "&lt;script&gt;alert" in body
