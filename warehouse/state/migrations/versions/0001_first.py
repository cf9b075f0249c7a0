"""The first tables.

A migration is never edited once it has landed: the next change is another file.
"""

from alembic import op
from sqlalchemy import JSON, Boolean, Column, Float, ForeignKey, Integer

from warehouse.state.tables import Moment, Words

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table of the first version, those first that others refer to."""
    _roster_and_crawls()
    _posts()
    _cases()
    _papers()
    _desk()


def _roster_and_crawls() -> None:
    """Make the tables of who is protected, what to fetch next and what was fetched."""
    op.create_table(
        "people",
        Column("id", Words, primary_key=True),
        Column("record", JSON, nullable=False),
        Column("imported_at", Moment, nullable=False),
        Column("active", Boolean, nullable=False),
    )
    op.create_table(
        "frontier",
        Column("source", Words, primary_key=True),
        Column("url", Words, primary_key=True),
        Column("kind", Words, nullable=False),
        Column("depth", Integer, nullable=False),
        Column("due_at", Moment),
        Column("etag", Words, nullable=False),
        Column("last_modified", Words, nullable=False),
        Column("content_hash", Words, nullable=False),
        Column("fails", Integer, nullable=False),
    )
    op.create_index("frontier_due", "frontier", ["source", "due_at"])
    op.create_table(
        "runs",
        Column("id", Words, primary_key=True),
        Column("source", Words, nullable=False, index=True),
        Column("started_at", Moment, nullable=False),
        Column("ended_at", Moment),
        Column("outcome", Words, nullable=False),
        Column("message", Words, nullable=False),
        Column("requests", Integer, nullable=False),
        Column("posts", Integer, nullable=False),
        Column("mentions", Integer, nullable=False),
    )
    op.create_table(
        "seen",
        Column("post_id", Words, primary_key=True),
        Column("place", Words, nullable=False, index=True),
        Column("source", Words, nullable=False),
        Column("roster", Words, nullable=False),
        Column("seen_at", Moment, nullable=False),
    )


def _posts() -> None:
    """Make the tables of posts that name somebody, where, and what the classifier made of it."""
    op.create_table(
        "posts",
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
    op.create_table(
        "mentions",
        Column("id", Words, primary_key=True),
        Column("post_id", Words, ForeignKey("posts.id"), nullable=False, index=True),
        Column("person_id", Words, nullable=False, index=True),
        Column("band", Words, nullable=False),
        Column("score", Float, nullable=False),
        Column("record", JSON, nullable=False),
        Column("found_at", Moment, nullable=False),
    )
    op.create_table(
        "verdicts",
        Column("id", Words, primary_key=True),
        Column("mention_id", Words, ForeignKey("mentions.id"), nullable=False, index=True),
        Column("post_id", Words, nullable=False, index=True),
        Column("person_id", Words, nullable=False),
        Column("urgency", Words, nullable=False),
        Column("model", Words, nullable=False),
        Column("policy", Words, nullable=False),
        Column("outcome", Words, nullable=False, index=True),
        Column("record", JSON, nullable=False),
        Column("judged_at", Moment, nullable=False),
    )


def _cases() -> None:
    """Make the tables of cases and what people answered."""
    op.create_table(
        "cases",
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
        Column("leased_by", Words, nullable=False),
        Column("leased_until", Moment),
    )
    op.create_table(
        "case_states",
        Column("id", Integer, primary_key=True, autoincrement=True),
        Column("case_id", Words, ForeignKey("cases.id"), nullable=False, index=True),
        Column("state", Words, nullable=False),
        Column("at", Moment, nullable=False),
        Column("by", Words, nullable=False),
        Column("reason", Words, nullable=False),
    )
    op.create_table(
        "judgements",
        Column("id", Words, primary_key=True),
        Column("case_id", Words, ForeignKey("cases.id"), nullable=False, index=True),
        Column("answer", Words, nullable=False),
        Column("reason", Words, nullable=False),
        Column("by", Words, nullable=False),
        Column("at", Moment, nullable=False),
        Column("person_id", Words, nullable=False),
        Column("author_handle", Words, nullable=False),
        Column("host", Words, nullable=False),
    )
    op.create_table(
        "decisions",
        Column("id", Words, primary_key=True),
        Column("case_id", Words, ForeignKey("cases.id"), nullable=False, index=True),
        Column("choice", Words, nullable=False),
        Column("reason", Words, nullable=False),
        Column("by", Words, nullable=False),
        Column("at", Moment, nullable=False),
    )


def _papers() -> None:
    """Make the tables of the papers of a case."""
    op.create_table(
        "captures",
        Column("id", Words, primary_key=True),
        Column("case_id", Words, ForeignKey("cases.id"), nullable=False, index=True),
        Column("begun_at", Moment, nullable=False),
        Column("record", JSON, nullable=False),
    )
    op.create_table(
        "bundles",
        Column("id", Words, primary_key=True),
        Column("case_id", Words, ForeignKey("cases.id"), nullable=False, index=True),
        Column("made_at", Moment, nullable=False),
        Column("record", JSON, nullable=False),
    )
    op.create_table(
        "notices",
        Column("id", Words, primary_key=True),
        Column("case_id", Words, ForeignKey("cases.id"), nullable=False, index=True),
        Column("drafted_at", Moment, nullable=False),
        Column("record", JSON, nullable=False),
    )
    op.create_table(
        "approvals",
        Column("notice_id", Words, ForeignKey("notices.id"), primary_key=True),
        Column("by", Words, primary_key=True),
        Column("at", Moment, nullable=False),
    )
    op.create_table(
        "receipts",
        Column("notice_id", Words, ForeignKey("notices.id"), primary_key=True),
        Column("sent_at", Moment, nullable=False),
        Column("record", JSON, nullable=False),
    )
    op.create_table(
        "responses",
        Column("id", Words, primary_key=True),
        Column("case_id", Words, ForeignKey("cases.id"), nullable=False, index=True),
        Column("kind", Words, nullable=False),
        Column("text", Words, nullable=False),
        Column("at", Moment, nullable=False),
        Column("by", Words, nullable=False),
    )


def _desk() -> None:
    """Make the tables of alarms, users, the audit log, and what the warehouse has."""
    op.create_table(
        "alarms",
        Column("case_id", Words, ForeignKey("cases.id"), primary_key=True),
        Column("step", Integer, primary_key=True),
        Column("told", Words, nullable=False),
        Column("told_at", Moment, nullable=False),
        Column("handed_at", Moment),
        Column("acknowledged_by", Words, nullable=False),
        Column("acknowledged_at", Moment),
    )
    op.create_table(
        "users",
        Column("login", Words, primary_key=True),
        Column("name", Words, nullable=False),
        Column("role", Words, nullable=False),
        Column("password_hash", Words, nullable=False),
        Column("language", Words, nullable=False),
        Column("email", Words, nullable=False),
        Column("active", Boolean, nullable=False),
    )
    op.create_table(
        "sessions",
        Column("token_hash", Words, primary_key=True),
        Column("login", Words, ForeignKey("users.login"), nullable=False),
        Column("csrf", Words, nullable=False),
        Column("opened_at", Moment, nullable=False),
        Column("expires_at", Moment, nullable=False),
    )
    op.create_table(
        "audit",
        Column("sequence", Integer, primary_key=True, autoincrement=False),
        Column("at", Moment, nullable=False),
        Column("actor", Words, nullable=False),
        Column("action", Words, nullable=False),
        Column("subject", Words, nullable=False, index=True),
        Column("detail", Words, nullable=False),
        Column("previous", Words, nullable=False),
        Column("digest", Words, nullable=False),
    )
    op.create_table(
        "exports",
        Column("kind", Words, primary_key=True),
        Column("id", Words, primary_key=True),
    )
