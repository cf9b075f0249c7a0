"""What happens to every request and answer: bounds, robots.txt, waiting when asked to."""

import asyncio
import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response
from scrapy.robotstxt import RobotParser

from crawlers.bounds import Bounds
from crawlers.errors import RobotsForbid
from crawlers.trouble import PASSING

MOST_PATIENCE = 30.0
"""Seconds we wait within a crawl; a site that asks for more is left alone until the next look."""
_TRIES = 2
_PAUSES = (2.0, 6.0)
"""Seconds before the first and second further try, where the site names no time."""
_BUSY = {429, 503}
_PASSING_STATUSES = {500, 502, 504, 520, 521, 522, 524}


class BoundsMiddleware:
    """Lets only requests through that stay within the card's bounds, redirects included."""

    def __init__(self, bounds: Bounds) -> None:
        """Watch over `bounds`."""
        self.bounds = bounds

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Take the bounds from the spider's card."""
        return cls(crawler.spider.order.card.bounds())  # type: ignore[union-attr]

    def process_request(self, request: Request) -> None:
        """Raise `OutOfBounds` for a request to elsewhere."""
        self.bounds.check(request.url)


class RobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's, which says what it refuses, and takes a robots.txt that can't be served for a no (RFC 9309 §2.3.1)."""

    async def process_request(self, request: Request, spider: object = None) -> None:  # noqa: ARG002 - Scrapy's signature
        """Raise `RobotsForbid` where robots.txt disallows the address."""
        try:
            await super().process_request(request)
        except IgnoreRequest as error:
            message = f"robots.txt of the site asks us not to fetch {request.url}. We don't; ask the site, or take the card away."
            raise RobotsForbid(message) from error

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        """Read what came: 2xx as it stands, 5xx as "nothing", all else as "everything"."""
        if response.status >= 500:  # noqa: PLR2004 - HTTP server errors
            response = response.replace(body=b"User-agent: *\nDisallow: /\n")
        elif not 200 <= response.status < 300:  # noqa: PLR2004 - HTTP success
            response = response.replace(body=b"")
        await super()._parse_robots(response, netloc, request)


class CrawlDelay:
    """Heeds a Crawl-delay in robots.txt, which Scrapy reads and then forgets."""

    def __init__(self, crawler: Crawler) -> None:
        """Listen for robots.txt files being read."""
        self.crawler = crawler
        crawler.signals.connect(self.slow_down, signal=signals.robots_parsed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the extension."""
        return cls(crawler)

    def slow_down(self, robotparser: RobotParser) -> None:
        """Raise the least delay between requests to what the site asks."""
        asked = robotparser.crawl_delay("Handenaf")
        throttle = self.crawler.get_extension(AutoThrottle)
        if not asked or throttle is None or self.crawler.engine is None:
            return
        throttle.mindelay = max(throttle.mindelay, float(asked))
        throttle.maxdelay = max(throttle.maxdelay, throttle.mindelay)
        downloader: Any = self.crawler.engine.downloader
        downloader._delay = max(downloader._delay, throttle.mindelay)  # noqa: SLF001 - as AutoThrottle itself does
        for slot in downloader.slots.values():
            slot.delay = max(slot.delay, throttle.mindelay)


class WaitingMiddleware:
    """Waits when a site says 429 or 503, and tries passing failures again; with one request at a time, all wait."""

    async def process_response(self, request: Request, response: Response) -> Response | Request:
        """Give the answer, or the request again after a pause."""
        tries = request.meta.get("tries", 0)
        if response.status not in _BUSY | _PASSING_STATUSES or tries >= _TRIES:
            return response
        pause = asked_pause(response) if response.status in _BUSY else None
        pause = _PAUSES[tries] if pause is None else pause
        if pause > MOST_PATIENCE:
            return response
        await asyncio.sleep(pause)
        return _again(request)

    async def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """Try a request again whose connection failed; other errors go to the spider."""
        tries = request.meta.get("tries", 0)
        if not isinstance(exception, PASSING) or isinstance(exception, IgnoreRequest) or tries >= _TRIES:
            return None
        await asyncio.sleep(_PAUSES[tries] / 2)
        return _again(request)


def asked_pause(response: Response) -> float | None:
    """Give the seconds that Retry-After asks for (a number or a date, RFC 9110 §10.2.3), or None."""
    raw = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if raw.isdigit():
        return float(raw[:9])
    try:
        until = parsedate_to_datetime(raw)
    except ValueError:
        return None
    seconds = (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return max(0.0, math.ceil(seconds))


def _again(request: Request) -> Request:
    again = request.replace(dont_filter=True)
    again.meta["tries"] = request.meta.get("tries", 0) + 1
    return again
