"""Walking through one source, whatever its kind: what is due is fetched, what was found is handed over, then on."""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.http import Response
from twisted.python.failure import Failure

from crawlers.answering import Asked, read_answer
from crawlers.errors import CrawlError, OutOfBounds, RobotsForbid
from crawlers.orders import Order
from crawlers.pages import Look, Posts
from crawlers.tally import Tally
from crawlers.trouble import explain
from warehouse import Fetch, FrontierEntry, Link


class Walker(Spider, ABC):
    """A spider for one kind of site. A kind says where to start and how to read; the rest is the same for all."""

    name = "walker"
    kind: ClassVar[str]

    def __init__(self, *, order: Order, hand_over: Callable[[Fetch], None], tally: Tally, **_: object) -> None:
        """Take the order; `hand_over` is called with each fetch as it is made."""
        super().__init__(name=order.card.name)
        self.order = order
        self.hand_over = hand_over
        self.tally = tally
        self.known = {entry.url: entry for entry in order.frontier}
        self.asked: set[str] = set()
        self.waiting: deque[Request] = deque()
        self.under_way = 0
        self.shown: set[str] = set()
        """Ids of posts handed over in this crawl: a post that several searches find is handed over once."""

    @abstractmethod
    def starts(self) -> Iterable[Link]:
        """Give the addresses a look begins with."""

    @abstractmethod
    def parse_page(self, body: bytes, url: str, look: Look) -> Posts:
        """Read a page; raises `CrawlError` where the card is wrong."""

    def request_url(self, link: Link, entry: FrontierEntry | None) -> str:  # noqa: ARG002 - for kinds that go on from a mark
        """Give the address to ask for `link`; an API's kind adds where it was last time."""
        return link.url

    def request_meta(self) -> dict[str, Any]:
        """Give what Scrapy must know about every request of this kind."""
        return {}

    def notes_on(self, response: Response) -> list[str]:  # noqa: ARG002 - for kinds that know more than the answer shows
        """Give sentences about how an answer was got."""
        return []

    async def start(self) -> AsyncIterator[Request]:
        """Line up the starts, then all else that is due: the never fetched first, then the longest overdue."""
        starts = tuple(self.starts())
        never = datetime.min.replace(tzinfo=UTC)
        due = sorted((e for e in self.order.frontier if self.is_due(e.url)), key=lambda e: e.due_at or never)
        rest = (Link(url=entry.url, kind=entry.kind, depth=entry.depth) for entry in due)
        for place, link in enumerate((*starts, *rest)):
            if self.is_due(link.url):
                self.line_up(link, is_start=place < len(starts))
        for request in self.go_on():
            yield request

    def go_on(self) -> Iterator[Request]:
        """Give the next requests, as many as may be under way at once.

        The walker keeps its own queue: Scrapy's engine would have taken the next request out of its scheduler before
        we read the answer that says to stop.
        """
        at_once = self.crawler.settings.getint("CONCURRENT_REQUESTS")
        if self.tally.stopped or self.tally.is_hopeless:
            self.waiting.clear()
        while self.waiting and self.under_way < at_once:
            self.under_way += 1
            yield self.waiting.popleft()

    def is_due(self, url: str) -> bool:
        """Tell whether `url` may be fetched now: never fetched, or its time has come."""
        entry = self.known.get(url)
        return entry is None or entry.due_at is None or entry.due_at <= self.order.now

    def line_up(self, link: Link, *, previous: str = "", is_start: bool = False) -> None:
        """Put the request for `link` in the queue, once in a crawl."""
        if link.url in self.asked:
            return
        self.asked.add(link.url)
        entry = self.known.get(link.url)
        asked = Asked(link=link, entry=entry, is_start=is_start, previous=previous)
        headers = {}
        if entry is not None and entry.etag:
            headers["If-None-Match"] = entry.etag
        if entry is not None and entry.last_modified[:1].isalpha():  # a date (RFC 9110); marks begin with a digit
            headers["If-Modified-Since"] = entry.last_modified
        try:
            request = Request(
                self.request_url(link, entry),
                callback=self.look_at,
                errback=self.mourn,
                headers=headers,
                meta=self.request_meta(),
                cb_kwargs={"asked": asked},
                dont_filter=True,
            )
        except ValueError as error:
            self.fail(asked, f"{link.url[:200]!r} is not an address: {error}.")
        else:
            self.waiting.append(request)

    def look_at(self, response: Response, asked: Asked) -> Iterator[Request]:
        """Read an answer, hand over what it holds, and go on from there."""
        self.under_way -= 1
        answer = read_answer(response, asked, self.order, self.parse_page)
        said = " ".join([*self.notes_on(response), answer.fetch.message]).strip()
        fetch = replace(answer.fetch, posts=self.unseen(answer.fetch), message=said)
        if answer.stop and (asked.is_start or answer.stop_at_once):
            self.tally.stop(answer.stop)
        self.give(fetch)
        for link in answer.follow:
            is_next = link.kind == "next"
            if self.is_due(link.url) or (is_next and fetch.outcome != "unchanged"):
                self.line_up(link, previous=answer.sameness if is_next else "")
        yield from self.go_on()

    def mourn(self, failure: Failure) -> Iterator[Request]:
        """Hand over a request that got no answer, and go on."""
        self.under_way -= 1
        request: Request = failure.request
        asked: Asked = request.cb_kwargs["asked"]
        message = explain(failure.value, request.url)
        blocked = isinstance(failure.value, RobotsForbid | OutOfBounds)
        if asked.is_start and blocked:
            self.tally.stop(message)
        self.fail(asked, message, outcome="blocked" if blocked else "failed")
        yield from self.go_on()

    def fail(self, asked: Asked, message: str, *, outcome: str = "failed") -> None:
        """Hand over a fetch that got no answer."""
        self.give(asked.fetch(self.order, status=0, outcome=outcome, message=message))

    def unseen(self, fetch: Fetch) -> tuple[Any, ...]:
        """Give the posts of `fetch` that this crawl hasn't handed over yet."""
        new = tuple({post.id: post for post in fetch.posts if post.id not in self.shown}.values())
        self.shown.update(post.id for post in new)
        return new

    def give(self, fetch: Fetch) -> None:
        """Count a fetch and hand it over."""
        self.tally.add(fetch)
        if fetch.outcome not in {"failed", "blocked"}:
            self.tally.remark(fetch.message)
        self.hand_over(fetch)

    def site(self) -> str:
        """Give scheme and host of the card's address."""
        parts = urlsplit(self.order.card.address)
        return f"{parts.scheme}://{parts.netloc}"


def find_spider(kind: str) -> type[Walker]:
    """Give the spider for a kind: the class in `crawlers/spiders/<kind>.py` that says so. Raises `CrawlError`."""
    from crawlers.spiders import find_spiders  # noqa: PLC0415 - the spiders import this module

    spiders = find_spiders()
    if kind not in spiders:
        message = f"There is no spider for sites of kind {kind!r}; there are {', '.join(sorted(spiders))}."
        raise CrawlError(message)
    return spiders[kind]
