"""What can go wrong while looking: one family of errors, each with a sentence for a person."""


class CrawlError(Exception):
    """Anything that goes wrong in this room. The message says what happened, where, and what to do next."""


class CardError(CrawlError):
    """A source's card can't be read or written."""


class UnknownSite(CrawlError):  # noqa: N818 - reads as what it says: the site's kind is unknown
    """No kind of site that we know was recognised at an address."""


class OutOfBounds(CrawlError):  # noqa: N818
    """A request would leave the source's own site, or reach a private network."""


class RobotsForbid(CrawlError):  # noqa: N818
    """The site's robots.txt asks us not to fetch this address (RFC 9309)."""


class SpiderDied(CrawlError):  # noqa: N818
    """The subprocess that crawls a source ended without saying how."""
