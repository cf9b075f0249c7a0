"""Scrapy's settings for one source: how we behave on other people's servers, and what we don't let them do to us."""

from typing import Any

from crawlers.browsing import browser_settings
from crawlers.orders import Order

MOST_BYTES = 10 * 1024 * 1024
"""Of one answer, unpacked. The longest forum page measured is under 1 MB."""
_PRODUCT = "Handenaf/0.1"


def user_agent(contact: str) -> str:
    """Say who asks: product, purpose, and whom to turn to (RFC 9110 §10.1.5)."""
    whom = f"; contact: {contact}" if contact else ""
    return f"{_PRODUCT} (looks for threats against youth-protection workers in public posts{whom})"


def settings_for(order: Order) -> dict[str, Any]:
    """Give the settings of one crawl. Each departs from Scrapy 2.19's default for the reason in its comment."""
    card = order.card
    pages_at_once = 2 if card.kind == "browser" else 1  # two browser pages keep two cores busy (measured)
    settings: dict[str, Any] = {
        # closed doors: 2.19 opens a local server that runs Python, and a telnet console, unless told not to
        "REMOTE_CONTROL_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "DOWNLOAD_HANDLERS": {"file": None, "ftp": None, "s3": None, "data": None},
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "TWISTED_DNS_RESOLVER": "crawlers.resolving.PublicResolver",
        "HANDENAF_ALLOW_LOOPBACK": card.allow_loopback,
        # politeness: one slot per host, robots obeyed, our name given
        "ROBOTSTXT_OBEY": True,
        "ROBOTSTXT_USER_AGENT": "Handenaf",
        "USER_AGENT": user_agent(card.user_agent_contact or order.contact),
        "CONCURRENT_REQUESTS": pages_at_once,
        "CONCURRENT_REQUESTS_PER_DOMAIN": pages_at_once,
        "DOWNLOAD_DELAY": card.delay_seconds,
        "DOWNLOAD_DELAY_JITTER": 0.0,  # a Crawl-delay is a least, not a mean
        "AUTOTHROTTLE_ENABLED": True,
        "AUTOTHROTTLE_START_DELAY": card.delay_seconds,
        "AUTOTHROTTLE_MAX_DELAY": 60.0,
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/json,application/xml;q=0.9,*/*;q=0.5",
            "Accept-Language": "nl,en;q=0.5",
        },
        # what we don't let them do to us
        "DOWNLOAD_MAXSIZE": MOST_BYTES,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_TIMEOUT": 45,
        "REDIRECT_MAX_TIMES": 8,
        "MEMUSAGE_LIMIT_MB": order.budget.memory_mb,
        "MEMUSAGE_CHECK_INTERVAL_SECONDS": 10.0,
        "CLOSESPIDER_PAGECOUNT": order.budget.pages,
        "CLOSESPIDER_TIMEOUT": order.budget.seconds,
        # our own middlewares: waiting instead of blind retries, the source's bounds, robots with errors honoured
        "RETRY_ENABLED": False,
        "DOWNLOADER_MIDDLEWARES": {
            "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            "crawlers.middlewares.BoundsMiddleware": 50,
            "crawlers.middlewares.RobotsMiddleware": 100,
            "crawlers.middlewares.WaitingMiddleware": 550,
        },
        "EXTENSIONS": {
            "scrapy.extensions.memusage.MemoryUsage": None,  # counts its parent's memory as its own
            "crawlers.memory.OwnMemory": 0,
            "crawlers.middlewares.CrawlDelay": 500,
        },
        "HTTPERROR_ALLOW_ALL": True,  # the spider reads every status itself
        "LOG_LEVEL": "WARNING",
        "LOG_STDOUT": False,
    }
    return settings | (browser_settings(order, settings["USER_AGENT"]) if card.kind == "browser" else {})
