"""Where we look: cards say which sites, spiders walk them, parsers read their pages."""

from crawlers.cards import PACKAGE_CARDS, Card, Selectors, read_cards, write_card
from crawlers.detecting import Detected, detect
from crawlers.errors import CardError, CrawlError, UnknownSite
from crawlers.orders import Budget
from crawlers.running import crawl, end_crawls

__all__ = [
    "PACKAGE_CARDS",
    "Budget",
    "Card",
    "CardError",
    "CrawlError",
    "Detected",
    "Selectors",
    "UnknownSite",
    "crawl",
    "detect",
    "end_crawls",
    "read_cards",
    "write_card",
]
