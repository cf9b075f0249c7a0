"""Mastodon's client API: timelines, search, and the replies to a status."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from crawlers.dates import read_time
from crawlers.kinds.answers import next_link, read_json, table, tables, word
from crawlers.languages import tell_language
from crawlers.pages import NEVER_AGAIN, RARELY, Look, Posts
from crawlers.texts import clean, html_text, one_line
from warehouse import Link, Post

_FRESH = timedelta(days=14)
"""How long a conversation is looked at each time; later once a week, after ten weeks never."""


def parse(body: bytes, url: str, look: Look) -> Posts:
    """Read a timeline (a list), a search (`statuses`) or a context (`ancestors`, `descendants`).

    A boost counts as the status it repeats. Statuses with replies give a `context` link, since a timeline leaves
    replies out. The mark is the newest id of a timeline's first page.
    """
    answer = read_json(body)
    if answer is None or (isinstance(answer, dict) and "error" in answer):
        said = word(table(answer).get("error"))
        return Posts(notes=(f"{url} gave no statuses{f' but said: {said[:200]}' if said else ''}.",))
    raw = answer
    if isinstance(answer, dict):
        raw = [item for part in ("statuses", "ancestors", "descendants") for item in tables(answer.get(part))]
    statuses = [table(status.get("reblog")) or status for status in tables(raw)]
    posts = tuple(post for status in statuses if (post := _post(status, look)) is not None)
    following = next_link(look.headers.get("link", "")) if isinstance(answer, list) and statuses else ""
    links = [Link(url=urljoin(url, following), kind="next", depth=look.depth + 1)] if following else []
    if look.kind != "context":
        links += [
            _context(status, url) for status in statuses if status.get("replies_count") and word(status.get("id"))
        ]
    return Posts(
        posts=posts,
        links=tuple(links),
        mark=_newest(tables(answer)) if look.kind != "next" else "",
        again_minutes=_again(posts, look),
    )


def _newest(statuses: list[dict[str, Any]]) -> str:
    """Give the greatest id; ids are numbers in text (snowflakes), so the longer is the greater."""
    return max((word(status.get("id")) for status in statuses), key=lambda number: (len(number), number), default="")


def _context(status: dict[str, Any], url: str) -> Link:
    parts = urlsplit(url)
    number = quote(word(status["id"]), safe="")
    return Link(url=f"{parts.scheme}://{parts.netloc}/api/v1/statuses/{number}/context", kind="context")


def _again(posts: tuple[Post, ...], look: Look) -> int:
    if look.kind == "next":
        return NEVER_AGAIN
    if look.kind != "context":
        return 0
    newest = max((post.posted_at for post in posts if post.posted_at), default=None)
    return _by_age(newest, look.fetched_at)


def _by_age(newest: datetime | None, now: datetime) -> int:
    age = now - newest if newest else timedelta()
    if age < _FRESH:
        return 0
    return RARELY if age < 5 * _FRESH else NEVER_AGAIN


def _post(status: dict[str, Any], look: Look) -> Post | None:
    warning, body = one_line(word(status.get("spoiler_text"))), html_text(word(status.get("content")))
    options = [one_line(word(option.get("title"))) for option in tables(table(status.get("poll")).get("options"))]
    text = "\n\n".join(part for part in (warning, body, "\n".join(options)) if part)
    permalink = word(status.get("url")) or word(status.get("uri"))
    if not permalink or not text:
        return None
    account, literal = table(status.get("account")), word(status.get("created_at"))
    posted_at, how = read_time(literal, look.fetched_at)
    return Post(
        source=look.source,
        permalink=permalink,
        platform_id=word(status.get("id")),
        text=text,
        fetched_at=look.fetched_at,
        author_handle=word(account.get("acct")),
        author_name=clean(word(account.get("display_name"))),
        author_profile=word(account.get("url")),
        posted_at=posted_at,
        posted_at_literal=literal,
        posted_at_how="api" if how == "attribute" else how,
        language=tell_language(text, platform=word(status.get("language")), card=look.language),
        parent=word(status.get("in_reply_to_id")),
        media=tuple(word(file.get("url")) for file in tables(status.get("media_attachments")) if file.get("url")),
    )
