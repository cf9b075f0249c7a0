"""RSS and Atom, read by feedparser."""

import re
import sys
from calendar import timegm
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

import feedparser

from crawlers.dates import read_time
from crawlers.languages import tell_language
from crawlers.pages import NEVER_AGAIN, Look, Posts, decode
from crawlers.texts import html_text, one_line
from warehouse import Link, Post

_REFERENCE = re.compile(r"&#(?:x([0-9a-f]{1,8})|(\d{1,8}));?", re.IGNORECASE)


def parse(body: bytes, url: str, look: Look) -> Posts:
    """Read a feed's entries, and the link to its next page where it has one (RFC 5005)."""
    text = _REFERENCE.sub(_harmless, decode(body, look.headers.get("content-type", "")))
    found = feedparser.parse(
        text.encode("utf-8"),
        response_headers={"content-type": "application/xml; charset=utf-8", "content-location": url},
    )
    if not found.get("version") and not found.entries:
        return Posts(notes=(f"{url} holds no RSS or Atom feed. Look at the address in the card.",))
    posts = tuple(post for entry in found.entries if (post := _post(entry, url, look, found.feed)) is not None)
    later = [link.href for link in found.feed.get("links", ()) if link.get("rel") == "next" and link.get("href")]
    return Posts(
        posts=posts,
        links=tuple(Link(url=urljoin(url, link), kind="next", depth=look.depth + 1) for link in later[:1]),
        again_minutes=NEVER_AGAIN if look.kind == "next" else 0,
    )


_SURROGATES = range(0xD800, 0xE000)
"""Halves of UTF-16 pairs: no characters by themselves (Unicode 16, §23.6)."""


def _harmless(reference: re.Match[str]) -> str:
    """Give a character reference as it stands, or U+FFFD where it names no character: feedparser dies of those."""
    number = int(reference[1], 16) if reference[1] else int(reference[2])
    return reference[0] if number <= sys.maxunicode and number not in _SURROGATES else "\ufffd"


def _post(entry: Any, url: str, look: Look, feed: Any) -> Post | None:
    permalink = urljoin(url, entry.get("link") or entry.get("id") or "")
    title = one_line(html_text(entry.get("title", "")))
    contents = [part.value for part in entry.get("content", ()) if part.get("value")] or [entry.get("summary", "")]
    text = html_text(max(contents, key=len))
    if not text.startswith(title[:40].rstrip("…. ")):
        text = f"{title}\n\n{text}".strip()
    literal = entry.get("published") or entry.get("updated") or ""
    clock = entry.get("published_parsed") or entry.get("updated_parsed")
    posted_at, how = (
        (datetime.fromtimestamp(timegm(clock), UTC), "api") if clock else read_time(literal, look.fetched_at)
    )
    if permalink == url or not text:
        return None
    author = entry.get("author_detail", {})
    return Post(
        source=look.source,
        permalink=permalink,
        platform_id=entry.get("id") or permalink,
        text=text,
        title=title,
        fetched_at=look.fetched_at,
        author_name=one_line(author.get("name") or entry.get("author", "")),
        author_profile=author.get("href", ""),
        posted_at=posted_at,
        posted_at_literal=literal,
        posted_at_how=how,
        language=tell_language(text, platform=feed.get("language", ""), card=look.language),
        thread=permalink.split("#", maxsplit=1)[0],
        media=tuple(urljoin(url, file.href) for file in entry.get("enclosures", ()) if file.get("href")),
    )
