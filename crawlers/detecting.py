"""Finding out what kind of site stands at an address, and drafting its card."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from parsel import Selector

from crawlers.asking import Reply, Visitor
from crawlers.cards import Card, make_card
from crawlers.errors import RobotsForbid, UnknownSite
from crawlers.kinds import bluesky, feed, mastodon, wordpress
from crawlers.kinds.answers import read_json, table, tables, word
from crawlers.pages import Look, Posts, decode
from warehouse import Post

SHOWN = 5
"""Posts shown before a card is written."""
_FEED_TYPES = {"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/xml", "text/xml"}
_API = "https://api.w.org/"
_APPVIEW = "https://api.bsky.app"


@dataclass(frozen=True, slots=True, kw_only=True)
class Detected:
    """What was found at an address."""

    kind: str
    card: Card
    """A draft: a person reads it, and says yes, before `write_card`."""
    posts: tuple[Post, ...]
    """The first posts, at most `SHOWN`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Find:
    kind: str
    address: str
    body: Reply
    parse: Callable[[bytes, str, Look], Posts]
    more: Mapping[str, Any]
    """Further keys of the card."""


def detect(url: str, *, allow_loopback: bool = False, contact: str = "") -> Detected:
    """Find the kind of the site at `url`, asking it a handful of questions.

    Bluesky by its addresses or its search; WordPress by its REST API; Mastodon by nodeinfo; a feed by its own form or by the
    page's link to it. Raises `UnknownSite` with the way to write a card by hand, `OutOfBounds` or `RobotsForbid`.
    """
    address = url if "://" in url else f"https://{url}"
    if not _is_web_address(address):
        message = f"{url!r} is not a web address. Give one like https://some.site/forum."
        raise UnknownSite(message)
    if (urlsplit(address).hostname or "").removeprefix("www.") in {"bsky.app", "bsky.social", "public.api.bsky.app"}:
        address = _APPVIEW
    visitor = Visitor(address, allow_loopback=allow_loopback, contact=contact)
    page = visitor.ask(address)
    for find in (_wordpress, _mastodon, _bluesky, _feed):
        try:
            found = find(visitor, page)
        except (RobotsForbid, UnknownSite):  # this door is shut: try the next
            continue
        if found is not None:
            return _draft(found, allow_loopback=allow_loopback)
    raise UnknownSite(_by_hand(page))


def _is_web_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:  # such as http://[x
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _draft(found: _Find, *, allow_loopback: bool) -> Detected:
    """Read the first posts, and make the card that fits."""
    name = re.sub(r"[^a-z0-9]+", "-", (urlsplit(found.address).hostname or "").removeprefix("www.").lower()).strip("-")
    facts: dict[str, Any] = {
        "kind": found.kind,
        "address": found.address,
        "purpose": f"Write here in a sentence why {name} is watched.",
        "allow_loopback": allow_loopback,
        **found.more,
    }
    card = make_card(name, facts, where=f"the draft for {found.address}")
    look = Look(source=name, fetched_at=datetime.now(UTC), language=card.language, headers=found.body.headers)
    posts = found.parse(found.body.body, found.body.url, look).posts
    return Detected(kind=found.kind, card=card, posts=posts[:SHOWN])


def _html(page: Reply) -> Selector | None:
    """Give the page as HTML, where it is."""
    if not page.is_ok or "html" not in page.content_type:
        return None
    return Selector(
        text=decode(page.body, page.headers.get("content-type", "")).replace("\x00", "") or "<p/>", type="html"
    )


def _wordpress(visitor: Visitor, page: Reply) -> _Find | None:
    """Follow the link to the REST API that WordPress puts in a header and in the page."""
    in_header = re.search(rf'<([^>]+)>;\s*rel="?{re.escape(_API)}', page.headers.get("link", ""))
    root = _html(page)
    link = (
        in_header[1] if in_header else (root.css(f"link[rel='{_API}']::attr(href)").get("") if root is not None else "")
    )
    if not link:
        return None
    api = urljoin(page.url, link).rstrip("/")
    reply = visitor.ask(f"{api}/wp/v2/posts?per_page={SHOWN}&_embed=author")
    if not reply.is_ok or not isinstance(read_json(reply.body), list):
        return None
    site = api.removesuffix("/wp-json") if "rest_route=" not in api else api
    return _Find(kind="wordpress", address=site, body=reply, parse=wordpress.parse, more={"most_posts": 100_000})


def _mastodon(visitor: Visitor, page: Reply) -> _Find | None:
    """Ask the well-known nodeinfo whether the server speaks Mastodon's API, then for its public timeline."""
    site = "{0.scheme}://{0.netloc}".format(urlsplit(page.url))
    known = visitor.ask(f"{site}/.well-known/nodeinfo")
    links = (
        [word(link.get("href")) for link in tables(table(read_json(known.body)).get("links"))] if known.is_ok else []
    )
    if links:
        software = word(table(table(read_json(visitor.ask(links[-1]).body)).get("software")).get("name")).lower()
        if software not in {
            "mastodon",
            "hometown",
            "glitch",
            "akkoma",
            "pleroma",
            "gotosocial",
            "mitra",
            "pixelfed",
            "friendica",
        }:
            return None
    elif not visitor.ask(f"{site}/api/v2/instance").is_ok:
        return None
    reply = visitor.ask(f"{site}/api/v1/timelines/public?local=true&limit={SHOWN}")
    is_timeline = reply.is_ok and isinstance(read_json(reply.body), list)
    return (
        _Find(kind="mastodon", address=site, body=reply, parse=mastodon.parse, more={"max_pages": 20})
        if is_timeline
        else None
    )


def _bluesky(visitor: Visitor, page: Reply) -> _Find | None:
    """Ask for a search, as an AppView answers it."""
    site = "{0.scheme}://{0.netloc}".format(urlsplit(page.url))
    reply = visitor.ask(f"{site}/xrpc/app.bsky.feed.searchPosts?q={quote('de')}&limit={SHOWN}")
    if not reply.is_ok or "posts" not in table(read_json(reply.body)):
        return None
    return _Find(kind="bluesky", address=site, body=reply, parse=bluesky.parse, more={"searches": True, "max_pages": 5})


def _feed(visitor: Visitor, page: Reply) -> _Find | None:
    """Take the address itself where it is a feed, else the page's first link to one that holds posts."""
    root = _html(page)
    if root is None:
        is_xml = page.content_type in _FEED_TYPES or page.body.lstrip()[:200].lower().startswith(
            (b"<?xml", b"<rss", b"<feed")
        )
        return (
            _Find(kind="feed", address=page.url, body=page, parse=feed.parse, more={})
            if page.is_ok and is_xml and _entries(page)
            else None
        )
    links = root.xpath("//link[contains(concat(' ', @rel, ' '), ' alternate ')][@type and @href]")
    for link in links:
        if link.attrib["type"].split(";")[0].strip().lower() in _FEED_TYPES:
            reply = visitor.ask(urljoin(page.url, link.attrib["href"]))
            if reply.is_ok and _entries(reply):
                return _Find(kind="feed", address=reply.url, body=reply, parse=feed.parse, more={})
    return None


def _entries(reply: Reply) -> bool:
    """Tell whether a feed holds a post."""
    look = Look(source="", fetched_at=datetime.now(UTC), headers=reply.headers)
    return bool(feed.parse(reply.body, reply.url, look).posts)


def _by_hand(page: Reply) -> str:
    """Say what to do where no kind was recognised."""
    said = "" if page.is_ok else f" (it answered {page.status})"
    return (
        f"{page.url} shows no feed, no WordPress, no Mastodon and no Bluesky{said}. If people post there in plain pages, "
        'write a card by hand: kind = "forum" (or "browser" where posts appear only with JavaScript), address, purpose, and under '
        "[selectors] at least post, text, permalink and time; crawlers/README.md shows one."
    )
