"""Looking up hosts: an address in a private network is refused, whatever name it goes by."""

from typing import Self

from scrapy.crawler import Crawler
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred

from crawlers.bounds import is_private
from crawlers.errors import OutOfBounds


class PublicResolver(CachingThreadedResolver):
    """Scrapy's resolver, which looks at the answer as well: a public name may point into a private network."""

    allow_loopback = False

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> Self:
        """Make the resolver, knowing whether the card allows loopback."""
        resolver = super().from_crawler(crawler, reactor)
        resolver.allow_loopback = crawler.settings.getbool("HANDENAF_ALLOW_LOOPBACK")
        return resolver

    def getHostByName(self, name: str, timeout: object = ()) -> "Deferred[str]":  # noqa: ARG002, N802 - Twisted's name
        """Give the IPv4 address of `name`, or fail with `OutOfBounds` where it is private."""
        found: Deferred[str] = super().getHostByName(name)
        return found.addCallback(self._public, name)

    def _public(self, address: str, name: str) -> str:
        if not self.allow_loopback and is_private(address):
            message = f"{name} points into a private network ({address}). Handenaf reads public sites only."
            raise OutOfBounds(message)
        return address
