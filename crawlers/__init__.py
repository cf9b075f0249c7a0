"""Where we look: cards say which sites, spiders walk them, parsers read their pages."""

from crawlers.cards import PACKAGE_CARDS, Card, Selectors, read_cards, write_card
from crawlers.errors import CardError, CrawlError, UnknownSite
from crawlers.orders import Budget
from crawlers.running import crawl

__all__ = [
    "PACKAGE_CARDS",
    "Budget",
    "Card",
    "CardError",
    "CrawlError",
    "Selectors",
    "UnknownSite",
    "crawl",
    "read_cards",
    "write_card",
]
