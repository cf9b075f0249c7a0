"""The hash-chained log of everything done and seen. Ids only, no personal data; only added."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, select

from warehouse.records import AuditEntry
from warehouse.state.engine import WRITE
from warehouse.state.tables import audit
from warehouse.words import storable

FIRST = "0" * 64
"""What stands for the entry before the first."""


class AuditLog:
    """Adds to the log and checks it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(**{WRITE: True})

    def note(self, *, at: datetime, actor: str, action: str, subject: str, detail: str = "") -> AuditEntry:
        """Add one entry in a transaction of its own: for things seen (a post unblurred, a bundle downloaded)."""
        with self._writer.begin() as connection:
            return add_entry(connection, at=at, actor=actor, action=action, subject=subject, detail=detail)

    def of(self, subject: str) -> tuple[AuditEntry, ...]:
        """Give the entries about one thing, oldest first."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(audit).where(audit.c.subject == subject).order_by(audit.c.sequence))
            return tuple(AuditEntry(**row) for row in rows.mappings())

    def entries(self, *, after: int = 0) -> Iterator[AuditEntry]:
        """Give all entries later than number `after`, oldest first."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(audit).where(audit.c.sequence > after).order_by(audit.c.sequence))
            for row in rows.mappings():
                yield AuditEntry(**row)

    def head(self) -> AuditEntry | None:
        """Give the last entry: its number and digest, noted outside this database, are what `verify` can be held to."""
        with self._engine.connect() as connection:
            row = connection.execute(select(audit).order_by(audit.c.sequence.desc()).limit(1)).mappings().first()
            return AuditEntry(**row) if row else None

    def verify(self, *, noted: Mapping[int, str] | None = None) -> str:
        """Recompute the whole chain. Gives an empty string when it holds, else a sentence with the first break.

        `noted` are digests by entry number that were written down elsewhere. Without them a log whose last entries
        were cut off, or that was rewritten whole, can't be told from a true one.
        """
        previous, expected = FIRST, 1
        wanted = dict(noted or {})
        for entry in self.entries():
            if entry.sequence != expected:
                return f"entry {expected} is missing (the next one is {entry.sequence}): the log was cut"
            if entry.previous != previous or entry.digest != digest_of(entry):
                return f"entry {entry.sequence} of {entry.at.isoformat()} was changed, or one before it was"
            if wanted.pop(entry.sequence, entry.digest) != entry.digest:
                return f"entry {entry.sequence} is not the one that was noted elsewhere: the log was rewritten"
            previous, expected = entry.digest, expected + 1
        if wanted:
            return f"entry {min(wanted)} was noted elsewhere and is missing: the end of the log was cut off"
        return ""


def digest_of(entry: AuditEntry) -> str:
    """Give the SHA-256 over an entry's fields and the entry before, as canonical JSON (sorted keys, no spaces)."""
    fields = {
        "sequence": entry.sequence,
        "at": entry.at.isoformat(),
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "detail": entry.detail,
        "previous": entry.previous,
    }
    return hashlib.sha256(json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def add_entry(
    connection: Connection, *, at: datetime, actor: str, action: str, subject: str, detail: str = ""
) -> AuditEntry:
    """Add one entry inside the caller's transaction, so that a deed and its entry stand or fall together.

    The transaction must be a writer's (`engine.WRITE`): those go one at a time, so that the chain has no forks. What is
    hashed is what the database will give back: UTC, storable text.
    """
    last = connection.execute(
        select(audit.c.sequence, audit.c.digest).order_by(audit.c.sequence.desc()).limit(1)
    ).first()
    sequence, previous = (last.sequence + 1, last.digest) if last else (1, FIRST)
    bare = AuditEntry(
        sequence=sequence,
        at=at.astimezone(UTC),
        actor=storable(actor),
        action=storable(action),
        subject=storable(subject),
        detail=storable(detail),
        previous=previous,
        digest="",
    )
    digest = digest_of(bare)
    values = {name: getattr(bare, name) for name in audit.c.keys() if name != "digest"}  # noqa: SIM118 - columns, not a dict
    connection.execute(audit.insert().values(**values, digest=digest))
    return AuditEntry(**values, digest=digest)
