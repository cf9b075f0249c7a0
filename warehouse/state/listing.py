"""Cases as a list: one joined read for the queue, so that a full queue costs two statements and not two thousand."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, Select, func, or_, select

from warehouse.records import AuditEntry, Case, CaseState, Label, Mention, Post, Urgency, Verdict
from warehouse.state.cases import _case, _urgency_rank
from warehouse.state.rows import from_json
from warehouse.state.tables import audit, cases, mentions, people, posts, verdicts


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which cases to list; an empty field means all."""

    states: Collection[CaseState]
    urgency: Urgency | None = None
    label: Label | None = None
    source: str = ""
    number: int = 0
    """The running number of one case; 0: any."""
    without_people: Collection[str] = field(default=())
    """Ids of people whose cases are left out: a reviewer never gets posts about herself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One line of the list."""

    case: Case
    number: int
    changed_at: datetime
    post: Post
    mention: Mention
    verdict: Verdict
    person_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """How many cases there are of one state, urgency and source."""

    state: CaseState
    urgency: Urgency
    source: str
    number: int


class Listing:
    """Reads lists of cases from `state.db`; never writes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def cases(self, wanted: Filter, *, most: int = 50, skip: int = 0) -> tuple[Listed, ...]:
        """Give the wanted cases: acute first, then oldest first; `most` lines after the first `skip`."""
        chosen = _joined().where(*_conditions(wanted)).order_by(_urgency_rank(), cases.c.opened_at, cases.c.id)
        with self._engine.connect() as connection:
            return tuple(_listed(row) for row in connection.execute(chosen.limit(most).offset(skip)))

    def groups(self, *, without_people: Collection[str] = ()) -> tuple[Group, ...]:
        """Count all cases by state, urgency and source."""
        chosen = (
            select(cases.c.state, cases.c.urgency, posts.c.source, func.count())
            .join(posts, posts.c.id == cases.c.post_id)
            .where(cases.c.person_id.not_in(list(without_people)))
            .group_by(cases.c.state, cases.c.urgency, posts.c.source)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(chosen).all()
        return tuple(
            Group(state=CaseState(state), urgency=Urgency(urgency), source=source, number=int(number))
            for state, urgency, source, number in rows
        )

    def subjects_of(self, actor: str, action: str, *, since: datetime) -> int:
        """Count the different things `actor` did `action` to since then (posts looked at today)."""
        chosen = select(func.count(func.distinct(audit.c.subject))).where(
            audit.c.actor == actor, audit.c.action == action, audit.c.at >= since
        )
        with self._engine.connect() as connection:
            return int(connection.execute(chosen).scalar_one())

    def log(self, *, before: int = 0, most: int = 100) -> tuple[AuditEntry, ...]:
        """Give a page of the audit log, newest first: the entries before number `before`, or the last ones."""
        chosen = select(audit).order_by(audit.c.sequence.desc()).limit(most)
        if before:
            chosen = chosen.where(audit.c.sequence < before)
        with self._engine.connect() as connection:
            return tuple(AuditEntry(**row) for row in connection.execute(chosen).mappings())


def _joined() -> Select[Any]:
    return (
        select(
            cases,
            posts.c.record.label("post"),
            posts.c.text.label("post_text"),
            mentions.c.record.label("mention"),
            verdicts.c.record.label("verdict"),
            people.c.record.label("person"),
        )
        .join(posts, posts.c.id == cases.c.post_id)
        .join(mentions, mentions.c.id == cases.c.mention_id)
        .join(verdicts, verdicts.c.id == cases.c.verdict_id)
        .outerjoin(people, people.c.id == cases.c.person_id)
    )


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [cases.c.state.in_([state.value for state in wanted.states])]
    if wanted.urgency:
        conditions.append(cases.c.urgency == wanted.urgency.value)
    if wanted.label:
        lists = (verdicts.c.record[name].as_string() for name in ("labels", "doubts"))
        conditions.append(or_(*(one.contains(f'"{wanted.label.value}"') for one in lists)))
    if wanted.source:
        conditions.append(posts.c.source == wanted.source)
    if wanted.number:
        conditions.append(cases.c.number == wanted.number)
    if wanted.without_people:
        conditions.append(cases.c.person_id.not_in(list(wanted.without_people)))
    return conditions


def _listed(row: Row[Any]) -> Listed:
    values = row._mapping  # noqa: SLF001 - SQLAlchemy's public name for a row's mapping
    person = values["person"] or {}
    return Listed(
        case=_case({name: values[name] for name in cases.c.keys()}),  # type: ignore[arg-type] # noqa: SIM118 - columns
        number=values["number"],
        changed_at=values["changed_at"],
        post=from_json(Post, values["post"] | {"text": values["post_text"]}),
        mention=from_json(Mention, values["mention"]),
        verdict=from_json(Verdict, values["verdict"]),
        person_name=person.get("display_name", values["person_id"]),
    )
