"""From one HTTP answer to one `Fetch`: status, walls, charset, what stood there, whether it is new."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from urllib.parse import urlsplit

from scrapy.http import Response

from crawlers.middlewares import asked_pause
from crawlers.orders import Order, headers_of
from crawlers.pages import LONG_POST, LONGEST_POST, NEVER_AGAIN, Look, Posts
from crawlers.politeness import MOST_BYTES
from crawlers.trouble import explain_status
from warehouse import Fetch, FrontierEntry, Link

_LOGIN_PATHS = re.compile(
    r"/(log[-_]?in|sign[-_]?in|inloggen|aanmelden|auth|sso|wp-login\.php|ucp\.php)\b", re.IGNORECASE
)
_GONE = {404, 410}
_WALLS = {401, 403, 407, 451}
_BUSY = {429, 503}
_UNREAD = 304


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request, as the walker meant it."""

    link: Link
    entry: FrontierEntry | None
    """What the frontier knew of it."""
    is_start: bool
    previous: str
    """`Posts.sameness` of the page that led here by `next`; empty for other links."""

    def fetch(self, order: Order, *, status: int, outcome: str, message: str = "", again_minutes: int = 0) -> Fetch:
        """Make the record of a fetch that brought no page; what the frontier knew of the page is kept."""
        return Fetch(
            source=order.card.name,
            url=self.link.url,
            kind=self.link.kind,
            depth=self.link.depth,
            status=status,
            fetched_at=datetime.now(UTC),
            outcome=outcome,
            message=message,
            etag=self.entry.etag if self.entry else "",
            last_modified=self.entry.last_modified if self.entry else "",
            content_hash=self.entry.content_hash if self.entry else "",
            again_minutes=again_minutes,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an answer came to."""

    fetch: Fetch
    follow: tuple[Link, ...] = ()
    sameness: str = ""
    stop: str = ""
    """Why the source is to be left alone, when this was one of its starts."""
    stop_at_once: bool = False
    """Leave it alone whatever page this was."""


def read_answer(response: Response, asked: Asked, order: Order, parse: Callable[[bytes, str, Look], Posts]) -> Answer:
    """Judge `response` by its status, then read it with `parse`. Never raises: what goes wrong is said in the fetch."""
    status = response.status
    if status == _UNREAD:
        return Answer(fetch=asked.fetch(order, status=status, outcome="unchanged", again_minutes=_as_before(asked)))
    if status in _BUSY:
        return _busy(response, asked, order)
    if not 200 <= status < 300:  # noqa: PLR2004 - HTTP success
        return _refused(response, asked, order)
    if len(response.body) > MOST_BYTES:
        said = f"{response.url} is larger than 10 MB; it was not read."
        return Answer(fetch=asked.fetch(order, status=status, outcome="failed", message=said))
    if _is_login(response, asked):
        return _wall(response, asked, order, f"sends us to a login page ({response.url})")
    return _parse(response, asked, order, parse)


def _parse(response: Response, asked: Asked, order: Order, parse: Callable[[bytes, str, Look], Posts]) -> Answer:
    """Read a page that came whole, and say it where it can't be read."""
    look = Look(
        source=order.card.name,
        fetched_at=datetime.now(UTC),
        language=order.card.language,
        selectors=order.card.selectors,
        kind=asked.link.kind,
        depth=asked.link.depth,
        headers=headers_of(response.headers),
    )
    try:
        page = parse(response.body, response.url, look)
    except Exception as error:  # noqa: BLE001 - hostile pages find holes in any parser; one page must not end the source
        said = f"{response.url} could not be read ({type(error).__name__}: {str(error)[:200]}). Please report it with the address."
        return Answer(fetch=asked.fetch(order, status=response.status, outcome="failed", message=said))
    if page.login_form and not page.posts and not page.links:
        return _wall(response, asked, order, "shows a login form and no posts")
    if page.notes and not page.posts and not page.links and asked.is_start:
        return Answer(fetch=asked.fetch(order, status=response.status, outcome="failed", message=page.notes[0]))
    return _read(response, asked, order, look, page)


def _wall(response: Response, asked: Asked, order: Order, what: str) -> Answer:
    said = f"{asked.link.url} {what}. Handenaf reads public pages only and goes no further."
    return Answer(fetch=asked.fetch(order, status=response.status, outcome="blocked", message=said), stop=said)


def _read(response: Response, asked: Asked, order: Order, look: Look, page: Posts) -> Answer:
    """Put what `parse` found into a fetch: whether it is new, and where it leads."""
    links, note = _go_on(response, asked, order, page)
    digest = page.digest()
    before = asked.entry.content_hash if asked.entry else ""
    outcome = "new" if not before else "unchanged" if before == digest else "changed"
    went_on = asked.entry is not None and asked.entry.last_modified[:1].isdigit()
    if went_on and not page.posts and not page.links:
        outcome, digest = "unchanged", before  # an API that was asked for what is newer than our mark
    fetch = Fetch(
        source=order.card.name,
        url=asked.link.url,
        kind=asked.link.kind,
        depth=asked.link.depth,
        status=response.status,
        fetched_at=look.fetched_at,
        outcome=outcome,
        etag=look.headers.get("etag", ""),
        last_modified=page.mark or _last_modified(asked, look),
        content_hash=digest,
        bytes=len(response.body),
        message=" ".join([*page.notes, *_remarks(page), *note]),
        posts=() if outcome == "unchanged" else page.posts,
        links=links,
        again_minutes=page.again_minutes,
    )
    return Answer(fetch=fetch, follow=links, sameness=page.sameness())


def _go_on(response: Response, asked: Asked, order: Order, page: Posts) -> tuple[tuple[Link, ...], list[str]]:
    """Choose the links to follow: all, but no next page of a list that has no end."""
    onward = tuple(link for link in page.links if link.kind != "next")
    following = tuple(link for link in page.links if link.kind == "next")
    same = page.sameness()
    if following and same and same == asked.previous:
        return onward, [f"{response.url} shows the same as the page before it: the list has no end, so we stop here."]
    most = order.card.max_pages
    if any(link.depth >= most for link in following):
        return onward, [f"{asked.link.url} goes on after {most} pages; raise max_pages in the card to read further."]
    return page.links, []


def _last_modified(asked: Asked, look: Look) -> str:
    """Give the answer's Last-Modified, but rather the mark that was known: it says how far we read."""
    known = asked.entry.last_modified if asked.entry else ""
    return known if known[:1].isdigit() else look.headers.get("last-modified", "")


def _remarks(page: Posts) -> list[str]:
    """Say what is odd about the posts themselves."""
    long = [post for post in page.posts if len(post.text) >= LONG_POST]
    cut = sum(len(post.text) >= LONGEST_POST for post in long)
    kept = "up to there" if cut else "whole"
    return [f"{post.permalink} is {len(post.text):,} characters long; it was kept {kept}." for post in long[:1]]


def _is_login(response: Response, asked: Asked) -> bool:
    """Tell whether we were sent to a login page instead of what we asked for."""
    return bool(_LOGIN_PATHS.search(urlsplit(response.url).path)) and not _LOGIN_PATHS.search(
        urlsplit(asked.link.url).path
    )


def _as_before(asked: Asked) -> int:
    """Give the pause for a page that the site says is unchanged: cursors mean nothing later, the rest as the card says."""
    return NEVER_AGAIN if asked.link.kind == "next" and not asked.entry else 0


def _busy(response: Response, asked: Asked, order: Order) -> Answer:
    pause = asked_pause(response)
    minutes = ceil(pause / 60) if pause else 60
    said = f"{order.card.name} asks us to come back later ({response.status} at {response.url}): not before {minutes} minutes from now."
    fetch = asked.fetch(order, status=response.status, outcome="failed", message=said, again_minutes=max(1, minutes))
    return Answer(fetch=fetch, stop=said, stop_at_once=True)


def _refused(response: Response, asked: Asked, order: Order) -> Answer:
    status = response.status
    said = explain_status(status, response.url)
    outcome = "gone" if status in _GONE else "blocked" if status in _WALLS else "failed"
    if status in _GONE and asked.is_start:
        outcome = "failed"
    fetch = asked.fetch(order, status=status, outcome=outcome, message=said)
    return Answer(fetch=fetch, stop=said if status in _WALLS else "")
