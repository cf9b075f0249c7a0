"""Look at one source: crawl it, find who is named, and keep only that."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from time import monotonic

from classify.names import Finder, PostText
from crawlers import Card, CrawlError, crawl
from flows.clock import now
from flows.errors import FlowError
from flows.open_house import cards_of, chromium_of, finder_of, opened
from flows.progress import report
from flows.settings import Settings, read_settings
from warehouse import CrawlEnd, Fetch, Mention, Post, State, WarehouseError, write_batch

MOST_POSTS = 2000
"""Posts held in memory before names are found and pages kept: the finder works best on thousands at once."""
MOST_SECONDS = 5.0
"""…or so long since the last time, that a slow source loses little when it is killed."""


def sources_due(settings: Settings, *, again: bool = False) -> list[str]:
    """Give the names of the sources with anything to look at now; all of them with `again`."""
    with opened(settings) as state:
        moment = now()
        names = []
        for name in cards_of(settings):
            frontier = state.crawls.frontier_of(name)
            if again or not frontier or any(entry.due_at is None or entry.due_at <= moment for entry in frontier):
                names.append(name)
        return names


def look(home: str, name: str, again: bool = False) -> str:
    """Crawl the source `name` of the organisation in `home`, keep what names somebody, and say how it ended.

    Safe to kill and to run again: each page's posts, mentions and frontier entry are kept in one transaction.
    With `again` pages that are not due are asked for too (with their ETag, so that unchanged ones cost little).
    """
    settings = read_settings(Path(home))
    card = cards_of(settings)[name]
    with opened(settings) as state:
        finder = finder_of(state)
        run = state.crawls.begin(name, at=now())
        taker = _Taker(state, settings, card, finder)
        try:
            end = _crawl(settings, state, card, taker, again=again)
        except (FlowError, WarehouseError, CrawlError) as error:
            _give_up(state, run, taker, str(error))
            raise
        state.crawls.end(run, end, mentions_found=taker.mentions, at=now())
    _show_end(taker, end.outcome, end.message)
    counts = f"{taker.pages} pages, {taker.posts} posts, {taker.mentions} new mentions"
    return f"{end.outcome}: {counts}" + (f" ({end.message})" if end.message else "")


def _crawl(settings: Settings, state: State, card: Card, taker: "_Taker", *, again: bool) -> CrawlEnd:
    """Crawl one source, keep what names somebody, and give how it ended."""
    end = CrawlEnd(source=card.name, outcome="failed", message="the crawler stopped without a word; run it again")
    frontier = state.crawls.frontier_of(card.name)
    if again:
        frontier = tuple(replace(entry, due_at=None) for entry in frontier)
    searches = _searches(state) if card.searches else ()
    chromium = chromium_of(settings) if card.kind == "browser" else None
    for event in crawl(
        card, frontier=frontier, searches=searches, now=now(), chromium=chromium, contact=settings.contact
    ):
        if isinstance(event, CrawlEnd):
            end = event
        else:
            taker.take(event)
    taker.keep()
    return end


def _give_up(state: State, run: str, taker: "_Taker", why: str) -> None:
    """Note that a crawl failed on our side; where even that can't be kept (a full disk), the next start notes it."""
    end = CrawlEnd(source=taker.source, outcome="failed", message=why)
    with suppress(WarehouseError):
        state.crawls.end(run, end, mentions_found=taker.mentions, at=now())
    _show_end(taker, end.outcome, why)


def _show_end(taker: "_Taker", outcome: str, message: str) -> None:
    well = outcome not in {"failed", "stopped"}
    found = f"{taker.posts} posts, {taker.mentions} mentions"
    note = found if outcome == "ok" else outcome if well else f"{outcome}: {message}"
    report(f"look at {taker.source}", done=taker.pages, total=taker.pages, note=note, well=well)


def _searches(state: State) -> tuple[str, ...]:
    """Give what to ask a site's search for: roster names only (AP guidance on scraping, 1 May 2024)."""
    return tuple(sorted({person.display_name for person in state.people.all()}))


class _Taker:
    """Takes pages in until there are enough, then finds names and keeps the pages."""

    def __init__(self, state: State, settings: Settings, card: Card, finder: Finder) -> None:
        self._state = state
        self._settings = settings
        self._card = card
        self.source = card.name
        self._finder = finder
        self._roster = state.people.fingerprint()
        self._waiting: list[Fetch] = []
        self._since = monotonic()
        self.pages = self.posts = self.mentions = 0

    def take(self, fetch: Fetch) -> None:
        """Take one page in."""
        self._waiting.append(fetch)
        self.pages += 1
        self.posts += len(fetch.posts)
        report(f"look at {self.source}", done=self.pages, note=f"{self.posts} posts")
        held = sum(len(each.posts) for each in self._waiting)
        if held >= MOST_POSTS or monotonic() - self._since > MOST_SECONDS:
            self.keep()

    def keep(self) -> None:
        """Find who is named in the pages taken in, and keep them with that."""
        if not self._waiting:
            return
        posts = [post for fetch in self._waiting for post in fetch.posts]
        searched = self._state.crawls.unseen(posts, roster=self._roster)
        found = find_named(self._finder, searched)
        write_batch(self._settings.batches, "fetches", [_history(fetch) for fetch in self._waiting])
        self.mentions += self._state.crawls.store(
            self._waiting,
            searched=searched,
            found=found,
            roster=self._roster,
            every_minutes=self._card.every_minutes,
            at=now(),
        )
        self._waiting = []
        self._since = monotonic()


def find_named(finder: Finder, posts: Sequence[Post]) -> list[Mention]:
    """Find the protected people in posts, with what the posts' authors and sites tell."""
    texts = [PostText.of(post) for post in posts]
    return finder.find(texts) if texts else []


def _history(fetch: Fetch) -> dict[str, object]:
    return {
        "source": fetch.source,
        "url": fetch.url,
        "kind": fetch.kind,
        "status": fetch.status,
        "outcome": fetch.outcome,
        "bytes": fetch.bytes,
        "posts": len(fetch.posts),
        "fetched_at": fetch.fetched_at,
    }
