"""Posts that name somebody, where they do, and what the classifier made of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Select, and_, select, update

from warehouse.records import Mention, Post, Verdict
from warehouse.state.engine import WRITE
from warehouse.state.rows import AT_ONCE, add_new, from_json, in_parts, to_json
from warehouse.state.tables import cases, mentions, posts, verdicts


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A post with one mention, and the other mentions in it, of this person or of others."""

    post: Post
    mention: Mention
    beside: tuple[Mention, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A verdict with what it is about."""

    verdict: Verdict
    mention: Mention
    post: Post


class Posts:
    """Posts, mentions and verdicts in `state.db`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(**{WRITE: True})

    def one(self, post_id: str) -> Post | None:
        """Give one post; None when it was never kept, or was forgotten."""
        chosen = select(posts.c.record, posts.c.text).where(posts.c.id == post_id, posts.c.forgotten_at.is_(None))
        with self._engine.connect() as connection:
            row = connection.execute(chosen).first()
            return _post(row.record, row.text) if row else None

    def versions(self, place: str) -> tuple[Post, ...]:
        """Give every text kept from one place, oldest first: an edit is a version, not another post."""
        chosen = select(posts.c.record, posts.c.text).where(posts.c.place == place, posts.c.forgotten_at.is_(None))
        with self._engine.connect() as connection:
            rows = connection.execute(chosen.order_by(posts.c.fetched_at, posts.c.id))
            return tuple(_post(row.record, row.text) for row in rows)

    def by_author(self, author_handle: str, source: str, *, most: int = 20) -> tuple[Post, ...]:
        """Give the newest posts by one author of one source that name somebody; nothing for a nameless author."""
        if not author_handle:
            return ()
        with self._engine.connect() as connection:
            same = and_(posts.c.author_handle == author_handle, posts.c.source == source)
            chosen = select(posts.c.record, posts.c.text).where(same, posts.c.forgotten_at.is_(None))
            rows = connection.execute(chosen.order_by(posts.c.fetched_at.desc()).limit(most))
            return tuple(_post(row.record, row.text) for row in rows)

    def mentions_in(self, post_id: str) -> tuple[Mention, ...]:
        """Give every mention in one post, by place in the text."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(mentions.c.record).where(mentions.c.post_id == post_id))
            found = [from_json(Mention, row.record) for row in rows]
            return tuple(sorted(found, key=lambda mention: (mention.start, mention.person_id)))

    def unjudged(self, *, model: str, policy: str, most: int = 2000) -> tuple[Named, ...]:
        """Give mentions that this model under this policy has not judged yet, oldest first."""
        mine = and_(verdicts.c.mention_id == mentions.c.id, verdicts.c.model == model, verdicts.c.policy == policy)
        with self._engine.connect() as connection:
            rows = connection.execute(
                select(mentions.c.record.label("mention"), posts.c.record.label("post"), posts.c.text)
                .join(posts, posts.c.id == mentions.c.post_id)
                .where(~select(verdicts.c.id).where(mine).exists(), posts.c.forgotten_at.is_(None))
                .order_by(mentions.c.found_at, mentions.c.id)
                .limit(most)
            ).all()
            pairs = [(_post(row.post, row.text), from_json(Mention, row.mention)) for row in rows]
            ids = sorted({post.id for post, _ in pairs})
            around: dict[str, list[Mention]] = {}
            for part in in_parts(ids):
                chosen = select(mentions.c.record).where(mentions.c.post_id.in_(part))
                for row in connection.execute(chosen):
                    mention = from_json(Mention, row.record)
                    around.setdefault(mention.post_id, []).append(mention)
        return tuple(
            Named(
                post=post,
                mention=mention,
                beside=tuple(other for other in around[post.id] if other.id != mention.id),
            )
            for post, mention in pairs
        )

    def add_verdicts(self, found: Sequence[Verdict]) -> int:
        """Keep verdicts; those already there stay as they are. Gives the number of new ones."""
        rows = [
            {
                "id": verdict.id,
                "mention_id": verdict.mention_id,
                "post_id": verdict.post_id,
                "person_id": verdict.person_id,
                "urgency": verdict.urgency.value,
                "model": verdict.model,
                "policy": verdict.policy,
                "outcome": "",
                "record": to_json(verdict),
                "judged_at": verdict.judged_at,
            }
            for verdict in found
        ]
        with self._writer.begin() as connection:
            return add_new(connection, verdicts, rows)

    def judged(self, *, outcome: str | None = None, most: int = 1_000_000) -> tuple[Judged, ...]:
        """Give verdicts with their mentions and posts, oldest first; only those of one outcome when it is given.

        An empty outcome means: nobody weighed yet whether a case opens.
        """
        chosen = (
            select(
                verdicts.c.record.label("verdict"),
                mentions.c.record.label("mention"),
                posts.c.record.label("post"),
                posts.c.text,
            )
            .join(mentions, mentions.c.id == verdicts.c.mention_id)
            .join(posts, posts.c.id == verdicts.c.post_id)
            .where(posts.c.forgotten_at.is_(None))
            .order_by(verdicts.c.judged_at, verdicts.c.id)
            .limit(most)
        )
        if outcome is not None:
            chosen = chosen.where(verdicts.c.outcome == outcome)
        with self._engine.connect() as connection:
            return tuple(
                Judged(
                    verdict=from_json(Verdict, row.verdict),
                    mention=from_json(Mention, row.mention),
                    post=_post(row.post, row.text),
                )
                for row in connection.execute(chosen)
            )

    def verdict(self, verdict_id: str) -> Verdict | None:
        """Give one verdict; None when there is none."""
        with self._engine.connect() as connection:
            row = connection.execute(select(verdicts.c.record).where(verdicts.c.id == verdict_id)).first()
            return from_json(Verdict, row.record) if row else None

    def mention(self, mention_id: str) -> Mention | None:
        """Give one mention; None when there is none."""
        with self._engine.connect() as connection:
            row = connection.execute(select(mentions.c.record).where(mentions.c.id == mention_id)).first()
            return from_json(Mention, row.record) if row else None

    def forget(self, *, quiet_before: datetime, at: datetime) -> int:
        """Delete the text of posts on which no case was opened and that were fetched before `quiet_before`.

        The id, place and counters stay (peers-and-law §4.7: text of lawful posts goes after 30 days). Kept are every
        version of a post that is in a case, whoever else it names, and what was not yet judged and weighed: nobody can
        say yet that it is quiet. Gives the number. A few hundred a transaction, so that the desk never waits for it.
        """
        forgotten = 0
        while True:
            with self._writer.begin() as connection:
                ids = [row.id for row in connection.execute(_quiet(quiet_before).limit(AT_ONCE))]
                for post_id in ids:
                    _wipe(connection, post_id, at=at)
            forgotten += len(ids)
            if len(ids) < AT_ONCE:
                return forgotten


def _post(record: dict[str, Any], text: str) -> Post:
    return from_json(Post, record | {"text": text})


def _quiet(before: datetime) -> Select[Any]:
    """Select the ids of posts whose text may go."""
    judged = (verdicts.c.mention_id == mentions.c.id) & (verdicts.c.outcome != "")
    pending = select(mentions.c.post_id).where(~select(verdicts.c.id).where(judged).exists())
    unweighed = select(verdicts.c.post_id).where(verdicts.c.outcome == "")
    in_case = select(verdicts.c.post_id).where(verdicts.c.outcome == "case")
    return select(posts.c.id).where(
        posts.c.fetched_at < before,
        posts.c.forgotten_at.is_(None),
        posts.c.id.not_in(pending),
        posts.c.id.not_in(unweighed),
        posts.c.id.not_in(in_case),
        posts.c.place.not_in(select(cases.c.place)),
    )


def _wipe(connection: Connection, post_id: str, *, at: datetime) -> None:
    """Delete one post's text, author and link, and the words its mentions quote."""
    wiped = update(posts).where(posts.c.id == post_id)
    connection.execute(wiped.values(text="", record={}, author_handle="", permalink="", forgotten_at=at))
    for row in connection.execute(select(mentions.c.id, mentions.c.record).where(mentions.c.post_id == post_id)).all():
        bare = row.record | {"quote": "", "reasons": []}
        connection.execute(update(mentions).where(mentions.c.id == row.id).values(record=bare))
