"""The subprocess that crawls one source: an order on stdin, one JSON line for each fetch on stdout, logs on stderr.

Run as `python -m crawlers.spider_process` by `crawlers.crawl`. It never opens the database and writes no file.
"""

import ctypes
import os
import signal
import sys
from typing import BinaryIO

from scrapy.crawler import AsyncCrawlerProcess

from crawlers.errors import CrawlError
from crawlers.orders import Order, read_order, write_line
from crawlers.politeness import settings_for
from crawlers.tally import Tally
from crawlers.walking import find_spider
from warehouse import CrawlEnd, Fetch

_PR_SET_PDEATHSIG = 1
_REASONS = {
    "closespider_pagecount": "The budget of pages was used up; what is left waits for the next look.",
    "closespider_timeout": "The budget of time was used up; what is left waits for the next look.",
    "memusage_exceeded": "The budget of memory was used up; what is left waits for the next look.",
    "shutdown": "The crawl was ended from outside; what is left waits for the next look.",
}


def die_with(parent: int) -> None:
    """Ask Linux to end this process when its parent dies, even by kill -9 (prctl(2), PR_SET_PDEATHSIG)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it died before we asked
        sys.exit(1)


def crawl_here(order: Order, out: BinaryIO) -> CrawlEnd:
    """Crawl in this process, writing each fetch to `out`, and give how it ended."""
    tally = Tally(card=order.card, first_look=not any(entry.content_hash for entry in order.frontier))

    def hand_over(fetch: Fetch) -> None:
        out.write(write_line(fetch))
        out.flush()

    try:
        process = AsyncCrawlerProcess(settings_for(order))
        crawler = process.create_crawler(find_spider(order.card.kind))
        process.crawl(crawler, order=order, hand_over=hand_over, tally=tally)
        process.start()
    except CrawlError as error:
        tally.stop(str(error))
        return tally.end()
    reason = crawler.stats.get_value("finish_reason", "shutdown")  # none: ended before its last answers came
    tally.remark(_REASONS.get(reason, ""))
    return tally.end()


def main() -> None:
    """Read the order, crawl, and say how it ended."""
    die_with(int(sys.argv[1]))
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever else prints, prints to stderr
    order = read_order(sys.stdin.buffer.read())
    out.write(write_line(crawl_here(order, out)))
    out.close()


if __name__ == "__main__":
    main()
