"""The tables of `state.db`. What is kept, and why, stands beside each; Alembic's migrations follow this file."""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
)

from warehouse.words import storable


class Moment(TypeDecorator[datetime]):
    """An aware UTC time. SQLite forgets the zone, so it is put back on reading; a naive time is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's
        """Refuse a naive time and turn the rest to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = f"time without a zone: {value!r}; use datetime.now(UTC)"
            raise ValueError(msg)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's
        """Give the stored time its zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text as both stores take it (`storable`); enum words become plain text, which psycopg would store by their name."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's
        """Clean what goes in, also what is compared with."""
        return None if value is None else storable(value)


metadata = MetaData(
    naming_convention={  # named, so that a later migration can drop them on SQLite and PostgreSQL alike
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

people = Table(  # the roster; a person who left stays, inactive, for her open cases
    "people",
    metadata,
    Column("id", Words, primary_key=True),
    Column("record", JSON, nullable=False),
    Column("imported_at", Moment, nullable=False),
    Column("active", Boolean, nullable=False, default=True),
)

frontier = Table(  # one row a URL of a source: what to ask for next, and how
    "frontier",
    metadata,
    Column("source", Words, primary_key=True),
    Column("url", Words, primary_key=True),
    Column("kind", Words, nullable=False),
    Column("depth", Integer, nullable=False, default=0),
    Column("due_at", Moment),
    Column("etag", Words, nullable=False, default=""),
    Column("last_modified", Words, nullable=False, default=""),
    Column("content_hash", Words, nullable=False, default=""),
    Column("fails", Integer, nullable=False, default=0),
)
Index("frontier_due", frontier.c.source, frontier.c.due_at)

runs = Table(  # one row a crawl of a source, for the three states failed, empty, unchanged
    "runs",
    metadata,
    Column("id", Words, primary_key=True),
    Column("source", Words, nullable=False, index=True),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("outcome", Words, nullable=False),
    Column("message", Words, nullable=False, default=""),
    Column("requests", Integer, nullable=False, default=0),
    Column("posts", Integer, nullable=False, default=0),
    Column("mentions", Integer, nullable=False, default=0),
)

seen = Table(  # posts that were looked at, named or not: only an id (hash of link and text), a link's hash and a time
    "seen",
    metadata,
    Column("post_id", Words, primary_key=True),
    Column("place", Words, nullable=False, index=True),
    Column("source", Words, nullable=False),
    Column("roster", Words, nullable=False),
    Column("seen_at", Moment, nullable=False),
)

posts = Table(  # only posts that name somebody on the roster
    "posts",
    metadata,
    Column("id", Words, primary_key=True),
    Column("place", Words, nullable=False, index=True),
    Column("source", Words, nullable=False, index=True),
    Column("permalink", Words, nullable=False),
    Column("author_handle", Words, nullable=False, index=True),
    Column("posted_at", Moment),
    Column("fetched_at", Moment, nullable=False),
    Column("text", Words, nullable=False),
    Column("record", JSON, nullable=False),
    Column("forgotten_at", Moment),
)

mentions = Table(
    "mentions",
    metadata,
    Column("id", Words, primary_key=True),
    Column("post_id", Words, ForeignKey("posts.id"), nullable=False, index=True),
    Column("person_id", Words, nullable=False, index=True),
    Column("band", Words, nullable=False),
    Column("score", Float, nullable=False),
    Column("record", JSON, nullable=False),
    Column("found_at", Moment, nullable=False),
)

verdicts = Table(
    "verdicts",
    metadata,
    Column("id", Words, primary_key=True),
    Column("mention_id", Words, ForeignKey("mentions.id"), nullable=False, index=True),
    Column("post_id", Words, nullable=False, index=True),
    Column("person_id", Words, nullable=False),
    Column("urgency", Words, nullable=False),
    Column("model", Words, nullable=False),
    Column("policy", Words, nullable=False),
    Column("outcome", Words, nullable=False, default="", index=True),  # "" not weighed, case, criticism, quiet
    Column("record", JSON, nullable=False),
    Column("judged_at", Moment, nullable=False),
)

cases = Table(
    "cases",
    metadata,
    Column("id", Words, primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("place", Words, nullable=False),
    Column("post_id", Words, ForeignKey("posts.id"), nullable=False),
    Column("person_id", Words, nullable=False, index=True),
    Column("mention_id", Words, nullable=False),
    Column("verdict_id", Words, nullable=False),
    Column("urgency", Words, nullable=False),
    Column("state", Words, nullable=False, index=True),
    Column("opened_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("version", Integer, nullable=False),
    Column("leased_by", Words, nullable=False, default=""),
    Column("leased_until", Moment),
)

case_states = Table(  # every state a case was in; only added
    "case_states",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("case_id", Words, ForeignKey("cases.id"), nullable=False, index=True),
    Column("state", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", Words, nullable=False),
    Column("reason", Words, nullable=False, default=""),
)

judgements = Table(  # only added
    "judgements",
    metadata,
    Column("id", Words, primary_key=True),
    Column("case_id", Words, ForeignKey("cases.id"), nullable=False, index=True),
    Column("answer", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("by", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("person_id", Words, nullable=False),
    Column("author_handle", Words, nullable=False, default=""),
    Column("host", Words, nullable=False, default=""),
)

decisions = Table(  # only added
    "decisions",
    metadata,
    Column("id", Words, primary_key=True),
    Column("case_id", Words, ForeignKey("cases.id"), nullable=False, index=True),
    Column("choice", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("by", Words, nullable=False),
    Column("at", Moment, nullable=False),
)

captures = Table(
    "captures",
    metadata,
    Column("id", Words, primary_key=True),
    Column("case_id", Words, ForeignKey("cases.id"), nullable=False, index=True),
    Column("begun_at", Moment, nullable=False),
    Column("record", JSON, nullable=False),
)

bundles = Table(
    "bundles",
    metadata,
    Column("id", Words, primary_key=True),
    Column("case_id", Words, ForeignKey("cases.id"), nullable=False, index=True),
    Column("made_at", Moment, nullable=False),
    Column("record", JSON, nullable=False),
)

notices = Table(  # a changed letter is another notice with another id
    "notices",
    metadata,
    Column("id", Words, primary_key=True),
    Column("case_id", Words, ForeignKey("cases.id"), nullable=False, index=True),
    Column("drafted_at", Moment, nullable=False),
    Column("record", JSON, nullable=False),
)

approvals = Table(
    "approvals",
    metadata,
    Column("notice_id", Words, ForeignKey("notices.id"), primary_key=True),
    Column("by", Words, primary_key=True),
    Column("at", Moment, nullable=False),
)

receipts = Table(  # one row a notice that was handed over: the guard against sending twice
    "receipts",
    metadata,
    Column("notice_id", Words, ForeignKey("notices.id"), primary_key=True),
    Column("sent_at", Moment, nullable=False),
    Column("record", JSON, nullable=False),
)

responses = Table(
    "responses",
    metadata,
    Column("id", Words, primary_key=True),
    Column("case_id", Words, ForeignKey("cases.id"), nullable=False, index=True),
    Column("kind", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", Words, nullable=False),
)

alarms = Table(  # one row an alarm step: who was told, and who acknowledged
    "alarms",
    metadata,
    Column("case_id", Words, ForeignKey("cases.id"), primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("told", Words, nullable=False),
    Column("told_at", Moment, nullable=False),
    Column("handed_at", Moment),  # None: claimed, and not handed over (yet)
    Column("acknowledged_by", Words, nullable=False, default=""),
    Column("acknowledged_at", Moment),
)

users = Table(
    "users",
    metadata,
    Column("login", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("role", Words, nullable=False),
    Column("password_hash", Words, nullable=False),
    Column("language", Words, nullable=False),
    Column("email", Words, nullable=False),
    Column("active", Boolean, nullable=False),
)

sessions = Table(  # server sessions of the desk: only the hash of the cookie's token
    "sessions",
    metadata,
    Column("token_hash", Words, primary_key=True),
    Column("login", Words, ForeignKey("users.login"), nullable=False),
    Column("csrf", Words, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("actor", Words, nullable=False),
    Column("action", Words, nullable=False),
    Column("subject", Words, nullable=False, index=True),
    Column("detail", Words, nullable=False),
    Column("previous", Words, nullable=False),
    Column("digest", Words, nullable=False),
)

exports = Table(  # what has been handed to the warehouse, one row a thing: nothing slips through, whenever it was saved
    "exports",
    metadata,
    Column("kind", Words, primary_key=True),
    Column("id", Words, primary_key=True),
)
