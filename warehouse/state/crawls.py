"""What the crawlers need to remember: the frontier, the runs, and what a page brought in."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import Connection, Engine, func, select, update

from warehouse.fetches import CrawlEnd, Fetch, FrontierEntry, Link
from warehouse.records import Mention, Post
from warehouse.state.engine import WRITE
from warehouse.state.people import fingerprint_in
from warehouse.state.rows import add_new, in_parts, to_json
from warehouse.state.tables import frontier, mentions, posts, runs, seen

DUE_EARLY = 0.9
"""A page is due a tenth before its time: a nightly page fetched at 02:04 must be due at 02:00 the night after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One crawl of one source."""

    id: str
    source: str
    started_at: datetime
    ended_at: datetime | None
    outcome: str
    """running, ok, empty, unchanged, failed, stopped or killed."""
    message: str
    requests: int
    posts: int
    mentions: int


class Crawls:
    """The frontier and the runs in `state.db`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(**{WRITE: True})

    def frontier_of(self, source: str) -> tuple[FrontierEntry, ...]:
        """Give every URL we know of a source, those never fetched first."""
        with self._engine.connect() as connection:
            chosen = select(frontier).where(frontier.c.source == source)
            rows = connection.execute(
                chosen.order_by(frontier.c.due_at.is_not(None), frontier.c.due_at, frontier.c.url)
            )
            return tuple(FrontierEntry(**row) for row in rows.mappings())

    def begin(self, source: str, *, at: datetime) -> str:
        """Note that a crawl of `source` begins, and give the run's id."""
        run_id = uuid4().hex
        with self._writer.begin() as connection:
            connection.execute(runs.insert().values(id=run_id, source=source, started_at=at, outcome="running"))
        return run_id

    def end(self, run_id: str, end: CrawlEnd, *, mentions_found: int, at: datetime) -> None:
        """Note how a crawl ended."""
        with self._writer.begin() as connection:
            connection.execute(
                update(runs)
                .where(runs.c.id == run_id)
                .values(
                    ended_at=at,
                    outcome=end.outcome,
                    message=end.message,
                    requests=end.requests,
                    posts=end.posts,
                    mentions=mentions_found,
                )
            )

    def reconcile(self, *, at: datetime) -> int:
        """Mark the runs that never ended as killed (their process is gone) and count them. Called at start."""
        with self._writer.begin() as connection:
            message = "the process was killed; the next run goes on where it stopped"
            lost = update(runs).where(runs.c.outcome == "running")
            return connection.execute(lost.values(outcome="killed", ended_at=at, message=message)).rowcount

    def last_runs(self) -> tuple[Run, ...]:
        """Give the last run of each source, by name."""
        with self._engine.connect() as connection:
            newest = select(runs.c.source, func.max(runs.c.started_at).label("at")).group_by(runs.c.source).subquery()
            rows = connection.execute(
                select(runs)
                .join(newest, (runs.c.source == newest.c.source) & (runs.c.started_at == newest.c.at))
                .order_by(runs.c.source, runs.c.id)
            )
            last = {row["source"]: Run(**row) for row in rows.mappings()}
            return tuple(last.values())

    def has_run(self, source: str) -> bool:
        """Say whether a crawl of `source` has ever ended well."""
        with self._engine.connect() as connection:
            ended = select(runs.c.id).where(runs.c.source == source, runs.c.outcome.in_(("ok", "unchanged", "empty")))
            return connection.execute(ended.limit(1)).first() is not None

    def unseen(self, found: Sequence[Post], *, roster: str) -> tuple[Post, ...]:
        """Give those of `found` whose text was not yet searched for the people of today's roster."""
        with self._engine.connect() as connection:
            known: set[str] = set()
            ids = [post.id for post in found]
            for part in in_parts(ids):
                chosen = select(seen.c.post_id).where(seen.c.post_id.in_(part), seen.c.roster == roster)
                known.update(row.post_id for row in connection.execute(chosen))
        fresh: dict[str, Post] = {post.id: post for post in found if post.id not in known}
        return tuple(fresh.values())

    def store(
        self,
        fetches: Sequence[Fetch],
        *,
        searched: Sequence[Post],
        found: Sequence[Mention],
        roster: str,
        every_minutes: int,
        at: datetime,
    ) -> int:
        """Keep what pages brought in, in one transaction, and count the new mentions.

        `searched` are the posts whose text was searched; of those only the ones that `found` names are kept whole, of
        the others an id and a time. The pages' frontier entries move on in the same transaction: a killed
        run has either stored a page or will fetch it again. Pages searched with a roster (`People.fingerprint`) that
        was replaced meanwhile stay due, for nobody looked for the newcomers in them.
        """
        named = {mention.post_id for mention in found}
        kept = [post for post in searched if post.id in named]
        with self._writer.begin() as connection:
            add_new(connection, posts, [_post_row(post) for post in kept])
            known = _known(connection, [mention.id for mention in found])
            new = add_new(connection, mentions, [_mention_row(mention, at) for mention in found])
            _revive(connection, kept, {mention.post_id for mention in found if mention.id not in known})
            _mark_seen(connection, searched, roster=roster, at=at)
            _add_pages(connection, fetches)
            current = fingerprint_in(connection) == roster
            for fetch in fetches:
                _advance(connection, fetch, every_minutes=every_minutes, at=at, current=current)
        return new

    def forget_source(self, source: str, *, keep: Collection[str] = ()) -> None:
        """Drop the frontier of a source that is no longer watched, but for the URLs in `keep`."""
        mine = frontier.c.source == source
        kept = set(keep)
        with self._writer.begin() as connection:
            known = connection.execute(select(frontier.c.url).where(mine)).scalars().all()
            for part in in_parts([url for url in known if url not in kept]):
                connection.execute(frontier.delete().where(mine, frontier.c.url.in_(part)))


def _post_row(post: Post) -> dict[str, object]:
    return {
        "id": post.id,
        "place": post.place,
        "source": post.source,
        "permalink": post.permalink,
        "author_handle": post.author_handle,
        "posted_at": post.posted_at,
        "fetched_at": post.fetched_at,
        "text": post.text,
        "record": {name: value for name, value in to_json(post).items() if name != "text"},
        "forgotten_at": None,
    }


def _mention_row(mention: Mention, at: datetime) -> dict[str, object]:
    return {
        "id": mention.id,
        "post_id": mention.post_id,
        "person_id": mention.person_id,
        "band": mention.band.value,
        "score": mention.score,
        "record": to_json(mention),
        "found_at": at,
    }


def _known(connection: Connection, mention_ids: Sequence[str]) -> set[str]:
    """Give those mentions that are there already."""
    known: set[str] = set()
    for part in in_parts(mention_ids):
        known.update(connection.execute(select(mentions.c.id).where(mentions.c.id.in_(part))).scalars())
    return known


def _revive(connection: Connection, kept: Sequence[Post], newly_named: Collection[str]) -> None:
    """Give posts whose text was forgotten their text back when they name somebody they did not name before.

    A quiet post that still stands stays forgotten; one that turns out to name a newcomer must be judged for her.
    """
    for post in kept:
        if post.id in newly_named:
            forgotten = (posts.c.id == post.id) & posts.c.forgotten_at.is_not(None)
            connection.execute(update(posts).where(forgotten).values(**_post_row(post)))


def _mark_seen(connection: Connection, searched: Sequence[Post], *, roster: str, at: datetime) -> None:
    """Remember that these posts were searched with this roster; one row a post, whatever the roster."""
    rows = [
        {"post_id": post.id, "place": post.place, "source": post.source, "roster": roster, "seen_at": at}
        for post in searched
    ]
    add_new(connection, seen, rows)
    for part in in_parts([post.id for post in searched]):
        connection.execute(update(seen).where(seen.c.post_id.in_(part)).values(roster=roster))


def _add_pages(connection: Connection, fetches: Sequence[Fetch]) -> None:
    """Add the fetched pages and those they led to, where they are not known yet."""
    blank = {"due_at": None, "etag": "", "last_modified": "", "content_hash": "", "fails": 0}
    pages: dict[tuple[str, str], dict[str, object]] = {}
    found: list[tuple[str, Fetch | Link]] = [(fetch.source, fetch) for fetch in fetches]
    found.extend((fetch.source, link) for fetch in fetches for link in fetch.links)
    for source, page in found:
        row = {"source": source, "url": page.url, "kind": page.kind, "depth": page.depth}
        pages.setdefault((source, page.url), blank | row)
    add_new(connection, frontier, pages.values())


def _advance(connection: Connection, fetch: Fetch, *, every_minutes: int, at: datetime, current: bool) -> None:
    """Move a fetched page's entry on; without what would call it unchanged if it was not searched for today's roster."""
    this = update(frontier).where(frontier.c.source == fetch.source, frontier.c.url == fetch.url)
    if fetch.outcome == "failed":
        fails = (
            connection.execute(
                select(frontier.c.fails).where(frontier.c.source == fetch.source, frontier.c.url == fetch.url)
            ).scalar_one()
            + 1
        )
        wait = fetch.again_minutes or every_minutes * _patience(fails)
        connection.execute(this.values(fails=fails, due_at=at + timedelta(minutes=wait)))
        return
    if not current:
        connection.execute(this.values(fails=0, due_at=None, etag="", last_modified="", content_hash=""))
        return
    minutes = fetch.again_minutes or every_minutes * DUE_EARLY
    values: dict[str, object] = {"fails": 0, "due_at": at + timedelta(minutes=minutes)}
    if fetch.outcome in {"new", "changed"}:
        values |= {
            "etag": fetch.etag,
            "last_modified": fetch.last_modified,
            "content_hash": fetch.content_hash,
        }
    connection.execute(this.values(**values))


def _patience(fails: int) -> float:
    """Give how long to wait after so many failures in a row, in usual waits: a quarter, a half, 1, 2, then always 4.

    Not longer: a site that was down for a month must not stay unwatched for another.
    """
    return float(2.0 ** min(fails - 3, 2))
