"""The nouns of crawling: what a spider is asked for, and what it hands over."""

from dataclasses import dataclass
from datetime import datetime

from warehouse.records import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontierEntry:
    """One URL of a source: what we know of it, and when to look again."""

    source: str
    url: str
    kind: str
    """What the spider asked for it as: start, list, thread, search, …; the spider's own word."""
    depth: int = 0
    due_at: datetime | None = None
    """None: never fetched, due now."""
    etag: str = ""
    last_modified: str = ""
    content_hash: str = ""
    fails: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A URL a page led to, for the frontier."""

    url: str
    kind: str
    depth: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """One look at one URL: what came back and what stood in it. What a spider hands over."""

    source: str
    url: str
    kind: str
    status: int
    """HTTP status; 0 when no answer came."""
    fetched_at: datetime
    outcome: str
    """new, changed, unchanged, failed, gone or blocked."""
    etag: str = ""
    last_modified: str = ""
    content_hash: str = ""
    bytes: int = 0
    message: str = ""
    """For a person, when something went wrong: what, where, what to do."""
    posts: tuple[Post, ...] = ()
    links: tuple[Link, ...] = ()
    depth: int = 0
    again_minutes: int = 0
    """When to look again; 0: as often as the source's card says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlEnd:
    """How a source's crawl ended; the last thing a spider hands over."""

    source: str
    outcome: str
    """ok, empty, unchanged, failed or stopped (login wall, block, robots)."""
    message: str
    requests: int = 0
    posts: int = 0
