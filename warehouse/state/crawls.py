"""What the crawlers need to remember: the frontier, the runs, and what a page brought in."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import Connection, Engine, func, select, update

from warehouse.records import CrawlEnd, Fetch, FrontierEntry, Mention, Post
from warehouse.state.engine import WRITE
from warehouse.state.rows import add_new, to_json
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
                .order_by(runs.c.source)
            )
            return tuple(Run(**row) for row in rows.mappings())

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
            for start in range(0, len(ids), 500):
                chosen = select(seen.c.post_id).where(
                    seen.c.post_id.in_(ids[start : start + 500]), seen.c.roster == roster
                )
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
        run has either stored a page or will fetch it again.
        """
        named = {mention.post_id for mention in found}
        with self._writer.begin() as connection:
            add_new(connection, posts, [_post_row(post) for post in searched if post.id in named])
            new = add_new(connection, mentions, [_mention_row(mention, at) for mention in found])
            _mark_seen(connection, searched, roster=roster, at=at)
            for fetch in fetches:
                _advance(connection, fetch, every_minutes=every_minutes, at=at)
        return new

    def forget_source(self, source: str, *, keep: Collection[str] = ()) -> None:
        """Drop the frontier of a source that is no longer watched, but for the URLs in `keep`."""
        with self._writer.begin() as connection:
            gone = frontier.delete().where(frontier.c.source == source)
            connection.execute(gone.where(frontier.c.url.not_in(list(keep))) if keep else gone)


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
        "record": to_json(post),
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


def _mark_seen(connection: Connection, searched: Sequence[Post], *, roster: str, at: datetime) -> None:
    """Remember that these posts were searched with this roster; one row a post, whatever the roster."""
    rows = [
        {"post_id": post.id, "place": post.place, "source": post.source, "roster": roster, "seen_at": at}
        for post in searched
    ]
    add_new(connection, seen, rows)
    for start in range(0, len(rows), 500):
        ids = [row["post_id"] for row in rows[start : start + 500]]
        connection.execute(update(seen).where(seen.c.post_id.in_(ids)).values(roster=roster))


def _advance(connection: Connection, fetch: Fetch, *, every_minutes: int, at: datetime) -> None:
    """Move a fetched page's entry on, and add the pages it led to."""
    links: list[dict[str, object]] = [
        {"source": fetch.source, "url": link.url, "kind": link.kind, "depth": link.depth, "due_at": None}
        for link in fetch.links
    ]
    blank: dict[str, object] = {"etag": "", "last_modified": "", "content_hash": "", "fails": 0}
    page: dict[str, object] = {
        "source": fetch.source,
        "url": fetch.url,
        "kind": fetch.kind,
        "depth": fetch.depth,
        "due_at": None,
    }
    add_new(connection, frontier, [row | blank for row in (page, *links)])
    this = (frontier.c.source == fetch.source) & (frontier.c.url == fetch.url)
    minutes = fetch.again_minutes or every_minutes * DUE_EARLY
    if fetch.outcome == "failed":  # asked again sooner, then ever later: 1/4, 1/2, 1, 2, 4 … of the usual wait
        fails = connection.execute(select(frontier.c.fails).where(this)).scalar_one() + 1
        wait = timedelta(minutes=fetch.again_minutes or every_minutes * 2 ** min(fails - 3, 5))
        connection.execute(update(frontier).where(this).values(fails=fails, due_at=at + wait))
        return
    values: dict[str, object] = {"fails": 0, "due_at": at + timedelta(minutes=minutes)}
    if fetch.outcome in {"new", "changed"}:
        values |= {
            "etag": fetch.etag,
            "last_modified": fetch.last_modified,
            "content_hash": fetch.content_hash,
        }
    connection.execute(update(frontier).where(this).values(**values))
