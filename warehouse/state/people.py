"""The roster as the desk remembers it, and what people said was not our person."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import Connection, Engine, select, update

from warehouse.records import Answer, Person
from warehouse.state.audit import add_entry
from warehouse.state.engine import WRITE
from warehouse.state.rows import from_json, in_parts, to_json
from warehouse.state.tables import frontier, judgements, people

Authored: TypeAlias = tuple[str, str, str]
"""Whom an author on a site writes about: person id, author's handle, host of the site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterChange:
    """What an import changed, in numbers of people."""

    added: int
    changed: int
    removed: int

    def __bool__(self) -> bool:
        """Say whether anything changed at all."""
        return bool(self.added or self.changed or self.removed)


class People:
    """The roster in `state.db`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(**{WRITE: True})

    def replace(self, roster: Sequence[Person], *, at: datetime, by: str) -> RosterChange:
        """Make `roster` the whole list of protected people, in one transaction.

        People who are no longer on it become inactive, not deleted: their open cases go on. When somebody was added
        or changed, every page is due again without its ETag, for text that names a newcomer was never kept.
        """
        wanted = {person.id: to_json(person) for person in roster}
        with self._writer.begin() as connection:
            rows = connection.execute(select(people.c.id, people.c.record, people.c.active)).all()
            known = {row.id: row.record for row in rows if row.active}
            dormant = {row.id for row in rows if not row.active}
            added = [key for key in wanted if key not in known]
            changed = [key for key in wanted if key in known and known[key] != wanted[key]]
            removed = [key for key in known if key not in wanted]
            for key in added:
                if key in dormant:
                    changed_row = update(people).where(people.c.id == key)
                    connection.execute(changed_row.values(record=wanted[key], imported_at=at, active=True))
                else:
                    connection.execute(people.insert().values(id=key, record=wanted[key], imported_at=at, active=True))
            for key in changed:
                changed_row = update(people).where(people.c.id == key)
                connection.execute(changed_row.values(record=wanted[key], imported_at=at))
            for part in in_parts(removed):
                connection.execute(update(people).where(people.c.id.in_(part)).values(active=False))
            change = RosterChange(added=len(added), changed=len(changed), removed=len(removed))
            if added or changed:
                connection.execute(update(frontier).values(due_at=None, etag="", last_modified="", content_hash=""))
            if change:
                numbers = f"{change.added} added, {change.changed} changed, {change.removed} removed"
                add_entry(connection, at=at, actor=by, action="roster.imported", subject="roster", detail=numbers)
        return change

    def all(self) -> tuple[Person, ...]:
        """Give everybody who is protected now, in the order of their ids."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(people.c.record).where(people.c.active).order_by(people.c.id))
            return tuple(from_json(Person, row.record) for row in rows)

    def one(self, person_id: str) -> Person | None:
        """Give one person, also when no longer protected; None when never known."""
        with self._engine.connect() as connection:
            row = connection.execute(select(people.c.record).where(people.c.id == person_id)).first()
            return from_json(Person, row.record) if row else None

    def fingerprint(self) -> str:
        """Give a hash of the whole roster: it tells whether a post was looked at with today's names."""
        with self._engine.connect() as connection:
            return fingerprint_in(connection)

    def answered(self, answer: Answer) -> tuple[Authored, ...]:
        """Give the authors whose posts people answered so, "not our person" or "yes, it is her", and about whom.

        The last answer about a case counts, so that a mistake can be put right by another answer. An author who wrote
        about our person and about a namesake is remembered as writing about ours. One without a handle is not
        remembered: that would silence, or raise, every anonymous post on the site.
        """
        with self._engine.connect() as connection:
            rows = connection.execute(select(judgements).order_by(judgements.c.at, judgements.c.id)).all()
        last = {row.case_id: row for row in rows}
        answers = [((row.person_id, row.author_handle, row.host), row.answer) for row in last.values()]
        found = {author for author, given in answers if given == answer.value and author[1]}
        ours = {author for author, given in answers if given == Answer.POSITIVE.value}
        return tuple(sorted(found - ours if answer == Answer.NEGATIVE else found))


def fingerprint_in(connection: Connection) -> str:
    """Give the roster's hash as this transaction sees it."""
    rows = connection.execute(select(people.c.record).where(people.c.active).order_by(people.c.id))
    records = [row.record for row in rows]
    return hashlib.sha256(json.dumps(records, sort_keys=True).encode()).hexdigest()[:16]
