"""How a crawl goes: counted page by page, summed up in one `CrawlEnd`."""

from dataclasses import dataclass, field

from crawlers.cards import Card
from warehouse import CrawlEnd, Fetch

_FEW_FAILURES = 5
"""Failures in a row after which a source is left alone for tonight."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """What one crawl has met so far."""

    card: Card
    first_look: bool
    """Nothing of this source was ever fetched."""
    fetches: int = 0
    posts: int = 0
    unchanged: int = 0
    failed: int = 0
    in_a_row: int = 0
    stopped: str = ""
    """Why the source asks us, or the site forces us, to stop; empty while it doesn't."""
    first_failure: str = ""
    remarks: list[str] = field(default_factory=list)

    def add(self, fetch: Fetch) -> None:
        """Count one fetch."""
        self.fetches += 1
        self.posts += len(fetch.posts)
        self.unchanged += fetch.outcome == "unchanged"
        if fetch.outcome in {"failed", "blocked"}:
            self.failed += 1
            self.in_a_row += 1
            self.first_failure = self.first_failure or fetch.message
        else:
            self.in_a_row = 0

    def stop(self, why: str) -> None:
        """Note why the source is left alone; the first reason counts."""
        self.stopped = self.stopped or why

    def remark(self, sentence: str) -> None:
        """Keep a sentence for the end's message; each once, ten at most."""
        if sentence and sentence not in self.remarks and len(self.remarks) < 10:  # noqa: PLR2004
            self.remarks.append(sentence)

    @property
    def is_hopeless(self) -> bool:
        """So many failures in a row that going on is pointless."""
        return self.in_a_row >= _FEW_FAILURES

    def end(self) -> CrawlEnd:
        """Sum up: stopped, failed, unchanged, empty or ok, with sentences for a person."""
        outcome, said = self._outcome()
        return CrawlEnd(
            source=self.card.name,
            outcome=outcome,
            message=" ".join(part for part in (said, *self.remarks) if part),
            requests=self.fetches,
            posts=self.posts,
        )

    def _outcome(self) -> tuple[str, str]:
        name = self.card.name
        if self.stopped:
            return "stopped", self.stopped
        if self.failed and (self.failed == self.fetches or self.is_hopeless):
            return "failed", f"{name}: {self.first_failure}"
        trouble = (
            f"{self.failed} of {self.fetches} pages failed; the first: {self.first_failure}" if self.failed else ""
        )
        if self.posts:
            return "ok", f"{self._amount()} {trouble}".strip()
        if not self.first_look and (self.unchanged or not self.fetches):
            return "unchanged", f"Nothing new at {name}. {trouble}".strip()
        look = f"{name} shows no posts at all. Look at {self.card.address} in a browser: empty, or changed since the card was written?"
        return "empty", f"{look} {trouble}".strip()

    def _amount(self) -> str:
        least, most = self.card.least_posts, self.card.most_posts
        if self.first_look and self.posts < least:
            return (
                f"A first look at {self.card.name} found {self.posts} posts where its card expects {least} or more: "
                "look at the page and the selectors, or lower least_posts."
            )
        if self.first_look and self.posts > most:
            return (
                f"A first look at {self.card.name} found {self.posts} posts where its card expects {most} or fewer: "
                "look whether it reads more than posts, or raise most_posts."
            )
        return ""
