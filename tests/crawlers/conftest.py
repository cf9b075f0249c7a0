"""A small real web server that misbehaves in every way we know, and what the tests of this room share."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from crawlers import Card
from crawlers.orders import Budget
from crawlers.running import crawl
from warehouse import CrawlEnd, Fetch, FrontierEntry

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)

Answer = tuple[int, dict[str, str], bytes]
Page = Callable[[BaseHTTPRequestHandler], Answer]
MakeCard = Callable[..., Card]
Draw = Callable[..., str]


class Town(ThreadingHTTPServer):
    """A server whose pages are functions from a request to (status, headers, body)."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Desk)
        self.pages: dict[str, Page] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def page(self, path: str, body: str | bytes = b"", status: int = 200, **headers: str) -> None:
        """Serve `body` at `path` (without its query)."""
        raw = body.encode() if isinstance(body, str) else body
        kept = {"Content-Type": "text/html; charset=utf-8"} | {k.replace("_", "-"): v for k, v in headers.items()}
        self.pages[path] = lambda _: (status, kept, raw)

    def paths(self) -> list[str]:
        """Give the addresses asked for, robots.txt left out."""
        return [path for path, _ in self.asked if path != "/robots.txt"]


class _Desk(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Town

    def do_GET(self) -> None:
        self.server.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
        page = self.server.pages.get(self.path) or self.server.pages.get(self.path.split("?")[0])
        status, headers, body = page(self) if page else (404, {}, b"niets")
        if status == 0:  # the page has answered by itself
            return
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def town() -> Iterator[Town]:
    server = Town()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


SELECTORS = {
    "list_pages": "a.thread",
    "next_page": "a[rel=next]",
    "post": "article.post",
    "permalink": "a.permalink",
    "author": ".author",
    "author_profile": ".author",
    "time": "time",
    "text": ".body",
    "title": "h1",
    "parent": "a.parent",
}


@pytest.fixture
def make_card() -> MakeCard:
    """Make a card for a site on loopback."""

    def make(address: str, kind: str = "forum", **more: Any) -> Card:
        facts: dict[str, Any] = {
            "name": "proef",
            "kind": kind,
            "address": address,
            "purpose": "A site made up for this test.",
            "allow_loopback": True,
            "delay_seconds": 0,
        }
        if kind in {"forum", "browser"}:
            facts["selectors"] = SELECTORS | more.pop("selectors", {})
        return Card(**facts | more)

    return make


class Night:
    """What a crawl handed over, and the frontier a caller keeps of it."""

    def __init__(self) -> None:
        self.frontier: dict[str, FrontierEntry] = {}
        self.fetches: list[Fetch] = []
        self.ended: CrawlEnd | None = None

    @property
    def end(self) -> CrawlEnd:
        """The end of the crawl, which `look` has seen come."""
        assert self.ended is not None, "a crawl ends"
        return self.ended

    @property
    def texts(self) -> list[str]:
        return [post.text for fetch in self.fetches for post in fetch.posts]

    @property
    def messages(self) -> str:
        said = [*(fetch.message for fetch in self.fetches), self.ended.message if self.ended else ""]
        return " ".join(sentence for sentence in said if sentence)

    def keep(self, fetch: Fetch, every_minutes: int) -> None:
        """Store what a caller stores: the entry of the fetch, and its links when they are new."""
        from datetime import timedelta

        again = fetch.again_minutes or every_minutes
        old = self.frontier.get(fetch.url)
        self.frontier[fetch.url] = FrontierEntry(
            source=fetch.source,
            url=fetch.url,
            kind=fetch.kind,
            depth=fetch.depth,
            due_at=fetch.fetched_at + timedelta(minutes=again),
            etag=fetch.etag,
            last_modified=fetch.last_modified,
            content_hash=fetch.content_hash,
            fails=(old.fails if old else 0) + 1 if fetch.outcome == "failed" else 0,
        )
        for link in fetch.links:
            self.frontier.setdefault(
                link.url, FrontierEntry(source=fetch.source, url=link.url, kind=link.kind, depth=link.depth)
            )


LookOnce = Callable[..., Night]


@pytest.fixture
def look() -> LookOnce:
    """Crawl a card once, keeping the frontier; give the night before to look again later."""

    def run(card: Card, before: Night | None = None, *, now: datetime | None = None, **more: Any) -> Night:
        night = Night()
        night.frontier = dict(before.frontier) if before else {}
        frontier = tuple(night.frontier.values())
        more.setdefault("budget", Budget(pages=300, seconds=90))
        for record in crawl(card, frontier=frontier, now=now or datetime.now(UTC), **more):
            if isinstance(record, Fetch):
                night.fetches.append(record)
                night.keep(record, card.every_minutes)
            else:
                assert night.ended is None, "a crawl ends once"
                night.ended = record
        assert night.ended is not None
        return night

    return run


@pytest.fixture
def chromium() -> str:
    for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"):
        if Path(path).exists():
            return path
    pytest.skip("no Chromium is installed at a usual place")


def thread_page(posts: list[tuple[str, str, str, str]], following: str = "", title: str = "Draadje") -> str:
    """Draw a thread: posts are (id, author, time, body)."""
    articles = "".join(
        f'<article class="post" id="{number}"><a class="permalink" href="#{number}">#</a>'
        f'<a class="author" href="/u/{author}">{author}</a><time datetime="{time}">toen</time><div class="body">{body}</div></article>'
        for number, author, time, body in posts
    )
    further = f'<a rel="next" href="{following}">verder</a>' if following else ""
    return f"<!doctype html><html lang=nl><meta charset=utf-8><h1>{title}</h1>{articles}{further}</html>"


@pytest.fixture
def draw() -> Draw:
    return thread_page
