"""Numbers for the overview: found, reviewed, left alone, sent and removed, by source and ISO week."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, Select, func, select, union

from warehouse.records import Answer, CaseState, Choice
from warehouse.state.tables import case_states, cases, decisions, judgements, notices, posts, receipts, verdicts
from warehouse.state.weighing import left_alone

MEASURES = ("found", "reviewed", "lawful", "sent", "removed")
"""What is counted, in the order of the work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How often one thing happened at one source in one week."""

    measure: str
    """One of `MEASURES`: found (cases opened), reviewed (cases a person answered about), lawful (posts left alone:
    verdicts of lawful criticism and cases decided lawful), sent (notices handed over), removed (cases whose post
    was found or said to be gone)."""
    source: str
    year: int
    """ISO year."""
    week: int
    """ISO week, 1 to 53; days are cut at midnight UTC."""
    number: int


class Figures:
    """Counts from `state.db`; never writes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def weekly(self, *, since: datetime) -> tuple[Count, ...]:
        """Give every count since then; a case counts once a measure, in the week it first happened."""
        sums: Counter[tuple[str, str, int, int]] = Counter()
        with self._engine.connect() as connection:
            for measure, chosen in _measures(since):
                for source, day, number in connection.execute(chosen):
                    year, week, _ = _as_date(day).isocalendar()
                    sums[(measure, source, year, week)] += int(number)
        return tuple(
            Count(measure=measure, source=source, year=year, week=week, number=number)
            for (measure, source, year, week), number in sorted(sums.items())
        )


def _measures(since: datetime) -> Iterator[tuple[str, Select[Any]]]:
    """Give each measure with its statement: source, day, number."""
    yield "found", _by_day(select(cases.c.id.label("case_id"), cases.c.opened_at.label("at")), since)
    answered = union(
        select(judgements.c.case_id, judgements.c.at).where(judgements.c.answer != Answer.UNSURE.value),
        select(decisions.c.case_id, decisions.c.at).where(decisions.c.choice != Choice.WITHDRAW.value),
    ).subquery()
    yield "reviewed", _by_day(select(answered.c.case_id, answered.c.at), since)
    still_lawful = cases.c.state.in_([CaseState.LAWFUL.value, CaseState.CLOSED.value])
    decided_lawful = (
        select(case_states.c.case_id, case_states.c.at)
        .join(cases, cases.c.id == case_states.c.case_id)
        .where(case_states.c.state == CaseState.LAWFUL.value, still_lawful)
    )
    yield "lawful", _by_day(decided_lawful, since)
    yield (
        "lawful",
        _count_days(
            select(posts.c.source, verdicts.c.judged_at.label("at"))
            .join(posts, posts.c.id == verdicts.c.post_id)
            .where(left_alone()),
            since,
        ),
    )
    handed_over = select(notices.c.case_id, receipts.c.sent_at.label("at")).join(
        notices, notices.c.id == receipts.c.notice_id
    )
    yield "sent", _by_day(handed_over, since, first=False)
    gone = (CaseState.REMOVED.value, CaseState.REMOVED_VERIFIED.value)
    yield (
        "removed",
        _by_day(select(case_states.c.case_id, case_states.c.at).where(case_states.c.state.in_(gone)), since),
    )


def _by_day(events: Select[Any], since: datetime, *, first: bool = True) -> Select[Any]:
    """Count events of cases by source and day: of each case the first one, or all."""
    happened = events.subquery()
    at: ColumnElement[Any] = func.min(happened.c.at) if first else happened.c.at
    once = select(happened.c.case_id, at.label("at"))
    rows = (once.group_by(happened.c.case_id) if first else once).subquery()
    placed = (
        select(posts.c.source, rows.c.at)
        .join(cases, cases.c.id == rows.c.case_id)
        .join(posts, posts.c.id == cases.c.post_id)
    )
    return _count_days(placed, since)


def _count_days(placed: Select[Any], since: datetime) -> Select[Any]:
    rows = placed.subquery()
    day = func.date(rows.c.at)
    return select(rows.c.source, day, func.count()).where(rows.c.at >= since).group_by(rows.c.source, day)


def _as_date(day: str | date) -> date:
    """Take SQLite's text or PostgreSQL's date."""
    return date.fromisoformat(day) if isinstance(day, str) else day
