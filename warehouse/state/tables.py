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
    String,
    Table,
    Text,
    TypeDecorator,
)


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


metadata = MetaData()

people = Table(  # the roster; a person who left stays until `protected_until`
    "people",
    metadata,
    Column("id", String, primary_key=True),
    Column("record", JSON, nullable=False),
    Column("imported_at", Moment, nullable=False),
    Column("active", Boolean, nullable=False, default=True),
)

frontier = Table(  # one row a URL of a source: what to ask for next, and how
    "frontier",
    metadata,
    Column("source", String, primary_key=True),
    Column("url", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("depth", Integer, nullable=False, default=0),
    Column("due_at", Moment),
    Column("etag", String, nullable=False, default=""),
    Column("last_modified", String, nullable=False, default=""),
    Column("content_hash", String, nullable=False, default=""),
    Column("fails", Integer, nullable=False, default=0),
)
Index("frontier_due", frontier.c.source, frontier.c.due_at)

runs = Table(  # one row a crawl of a source, for the three states failed, empty, unchanged
    "runs",
    metadata,
    Column("id", String, primary_key=True),
    Column("source", String, nullable=False, index=True),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("outcome", String, nullable=False),
    Column("message", Text, nullable=False, default=""),
    Column("requests", Integer, nullable=False, default=0),
    Column("posts", Integer, nullable=False, default=0),
    Column("mentions", Integer, nullable=False, default=0),
)

seen = Table(  # posts that were looked at, named or not: only an id (hash of link and text), a link's hash and a time
    "seen",
    metadata,
    Column("post_id", String, primary_key=True),
    Column("place", String, nullable=False, index=True),
    Column("source", String, nullable=False),
    Column("roster", String, nullable=False),
    Column("seen_at", Moment, nullable=False),
)

posts = Table(  # only posts that name somebody on the roster
    "posts",
    metadata,
    Column("id", String, primary_key=True),
    Column("place", String, nullable=False, index=True),
    Column("source", String, nullable=False, index=True),
    Column("permalink", String, nullable=False),
    Column("author_handle", String, nullable=False, index=True),
    Column("posted_at", Moment),
    Column("fetched_at", Moment, nullable=False),
    Column("text", Text, nullable=False),
    Column("record", JSON, nullable=False),
    Column("forgotten_at", Moment),
)

mentions = Table(
    "mentions",
    metadata,
    Column("id", String, primary_key=True),
    Column("post_id", String, ForeignKey("posts.id"), nullable=False, index=True),
    Column("person_id", String, nullable=False, index=True),
    Column("band", String, nullable=False),
    Column("score", Float, nullable=False),
    Column("record", JSON, nullable=False),
    Column("found_at", Moment, nullable=False),
)

verdicts = Table(
    "verdicts",
    metadata,
    Column("id", String, primary_key=True),
    Column("mention_id", String, ForeignKey("mentions.id"), nullable=False, index=True),
    Column("post_id", String, nullable=False, index=True),
    Column("person_id", String, nullable=False),
    Column("urgency", String, nullable=False),
    Column("model", String, nullable=False),
    Column("policy", String, nullable=False),
    Column("outcome", String, nullable=False, default=""),  # "" not yet weighed, "case", "criticism", "quiet"
    Column("record", JSON, nullable=False),
    Column("judged_at", Moment, nullable=False),
)

cases = Table(
    "cases",
    metadata,
    Column("id", String, primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("place", String, nullable=False),
    Column("post_id", String, ForeignKey("posts.id"), nullable=False),
    Column("person_id", String, nullable=False, index=True),
    Column("mention_id", String, nullable=False),
    Column("verdict_id", String, nullable=False),
    Column("urgency", String, nullable=False),
    Column("state", String, nullable=False, index=True),
    Column("opened_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("version", Integer, nullable=False),
    Column("leased_by", String, nullable=False, default=""),
    Column("leased_until", Moment),
)

case_states = Table(  # every state a case was in; only added
    "case_states",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("case_id", String, ForeignKey("cases.id"), nullable=False, index=True),
    Column("state", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", String, nullable=False),
    Column("reason", Text, nullable=False, default=""),
)

judgements = Table(  # only added
    "judgements",
    metadata,
    Column("id", String, primary_key=True),
    Column("case_id", String, ForeignKey("cases.id"), nullable=False, index=True),
    Column("answer", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("person_id", String, nullable=False),
    Column("author_handle", String, nullable=False, default=""),
    Column("host", String, nullable=False, default=""),
)

decisions = Table(  # only added
    "decisions",
    metadata,
    Column("id", String, primary_key=True),
    Column("case_id", String, ForeignKey("cases.id"), nullable=False, index=True),
    Column("choice", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", String, nullable=False),
    Column("at", Moment, nullable=False),
)

captures = Table(
    "captures",
    metadata,
    Column("id", String, primary_key=True),
    Column("case_id", String, ForeignKey("cases.id"), nullable=False, index=True),
    Column("begun_at", Moment, nullable=False),
    Column("record", JSON, nullable=False),
)

bundles = Table(
    "bundles",
    metadata,
    Column("id", String, primary_key=True),
    Column("case_id", String, ForeignKey("cases.id"), nullable=False, index=True),
    Column("made_at", Moment, nullable=False),
    Column("record", JSON, nullable=False),
)

notices = Table(  # a changed letter is another notice with another id
    "notices",
    metadata,
    Column("id", String, primary_key=True),
    Column("case_id", String, ForeignKey("cases.id"), nullable=False, index=True),
    Column("drafted_at", Moment, nullable=False),
    Column("record", JSON, nullable=False),
)

approvals = Table(
    "approvals",
    metadata,
    Column("notice_id", String, ForeignKey("notices.id"), primary_key=True),
    Column("by", String, primary_key=True),
    Column("at", Moment, nullable=False),
)

receipts = Table(  # one row a notice that was handed over: the guard against sending twice
    "receipts",
    metadata,
    Column("notice_id", String, ForeignKey("notices.id"), primary_key=True),
    Column("sent_at", Moment, nullable=False),
    Column("record", JSON, nullable=False),
)

responses = Table(
    "responses",
    metadata,
    Column("id", String, primary_key=True),
    Column("case_id", String, ForeignKey("cases.id"), nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", String, nullable=False),
)

alarms = Table(  # one row an alarm step: who was told, and who acknowledged
    "alarms",
    metadata,
    Column("case_id", String, ForeignKey("cases.id"), primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("told", String, nullable=False),
    Column("told_at", Moment, nullable=False),
    Column("acknowledged_by", String, nullable=False, default=""),
    Column("acknowledged_at", Moment),
)

users = Table(
    "users",
    metadata,
    Column("login", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("role", String, nullable=False),
    Column("password_hash", String, nullable=False),
    Column("language", String, nullable=False),
    Column("email", String, nullable=False),
    Column("active", Boolean, nullable=False),
)

sessions = Table(  # server sessions of the desk: only the hash of the cookie's token
    "sessions",
    metadata,
    Column("token_hash", String, primary_key=True),
    Column("login", String, ForeignKey("users.login"), nullable=False),
    Column("csrf", String, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("actor", String, nullable=False),
    Column("action", String, nullable=False),
    Column("subject", String, nullable=False, index=True),
    Column("detail", Text, nullable=False),
    Column("previous", String, nullable=False),
    Column("digest", String, nullable=False),
)

exports = Table(  # how far the history has been handed to the warehouse: one row a kind
    "exports",
    metadata,
    Column("kind", String, primary_key=True),
    Column("upto", String, nullable=False),
)
