"""What happens to a case when a verdict about its post is weighed; the flow decides that one opens, this keeps it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select, update

from warehouse.records import Case, CaseState, Urgency
from warehouse.state.audit import add_entry
from warehouse.state.tables import alarms, case_states, cases, decisions, posts, verdicts

URGENCY_ORDER = {Urgency.ACUTE: 0, Urgency.HIGH: 1, Urgency.NORMAL: 2, Urgency.NONE: 3}

BACK = {
    CaseState.LAWFUL: CaseState.TO_REVIEW,
    CaseState.CLOSED: CaseState.TO_REVIEW,
    CaseState.REMOVED: CaseState.RETURNED,
    CaseState.REMOVED_VERIFIED: CaseState.RETURNED,
}
"""Where a case that was done goes when its post was edited and harms again; `takedown/cases.py` allows each."""
WAITS = (CaseState.FOUND, CaseState.TO_REVIEW, CaseState.SECOND_EYES)
"""States in which nobody's decision stands."""


def open_or_raise(connection: Connection, case: Case, *, at: datetime, by: str) -> bool:
    """Open the case, or bring the one that is there up to date; True when it is new."""
    row = connection.execute(select(cases).where(cases.c.id == case.id)).first()
    if row is None:
        _insert_case(connection, case, by=by)
        return True
    edited = case.post_id != row.post_id and _is_newer(connection, case.post_id, row.post_id)
    if edited and case.urgency is Urgency.NONE and BACK.get(CaseState(row.state)) is CaseState.RETURNED:
        return False  # a doubt doesn't say that what was removed is back; a harm found in it later does
    worse = URGENCY_ORDER[case.urgency] < URGENCY_ORDER[Urgency(row.urgency)]
    if not edited and (not worse or _was_decided(connection, row)):
        return False
    values: dict[str, object] = {"version": row.version + 1, "changed_at": at}
    if edited or case.post_id == row.post_id:
        values |= {"post_id": case.post_id, "mention_id": case.mention_id, "verdict_id": case.verdict_id}
    if worse or (edited and row.state in BACK):
        values |= {"urgency": case.urgency.value}
    connection.execute(update(cases).where(cases.c.id == case.id).values(**values))
    action = "case.edited" if edited else "case.raised"
    add_entry(connection, at=at, actor=by, action=action, subject=case.id, detail=case.urgency.value)
    if edited:
        _come_back(connection, case, CaseState(row.state), at=at, by=by)
    return False


def _was_decided(connection: Connection, row: Row[Any]) -> bool:
    """Say whether a decision stands about the words that the case shows: it was about the verdict that was shown then."""
    if row.state in WAITS:
        return False
    shown = select(posts.c.fetched_at).where(posts.c.id == row.post_id).scalar_subquery()
    since = select(decisions.c.id).where(decisions.c.case_id == row.id, decisions.c.at >= shown)
    return connection.execute(since).first() is not None


def left_alone() -> ColumnElement[bool]:
    """Tell the verdicts that found lawful criticism and were left alone: no other reading of the post opened a case."""
    opened = select(cases.c.id).where(cases.c.post_id == verdicts.c.post_id, cases.c.person_id == verdicts.c.person_id)
    return (verdicts.c.outcome == "criticism") & ~opened.exists()


def _is_newer(connection: Connection, post_id: str, than: str) -> bool:
    """Say whether one version of a post was fetched after another."""
    rows = connection.execute(select(posts.c.id, posts.c.fetched_at).where(posts.c.id.in_((post_id, than)))).all()
    fetched = {row.id: row.fetched_at for row in rows}
    return bool(fetched[post_id] > fetched[than])


def _come_back(connection: Connection, case: Case, state: CaseState, *, at: datetime, by: str) -> None:
    """Put an edited post before a person again: alarms start anew, and a case that was done is opened again.

    A mere doubt about the new text alarms nobody.
    """
    if case.urgency is not Urgency.NONE:
        connection.execute(alarms.delete().where(alarms.c.case_id == case.id))
    to = BACK.get(state)
    if to is None:
        return
    add_entry(connection, at=at, actor=by, action="case.moved", subject=case.id, detail=f"{state.value} -> {to.value}")
    set_state(connection, case.id, to, at=at, by=by, reason="the post was edited")


def set_state(connection: Connection, case_id: str, to: CaseState, *, at: datetime, by: str, reason: str) -> None:
    """Put a case in a state and add the step to its history."""
    connection.execute(update(cases).where(cases.c.id == case_id).values(state=to.value))
    connection.execute(case_states.insert().values(case_id=case_id, state=to.value, at=at, by=by, reason=reason))


def _insert_case(connection: Connection, case: Case, *, by: str) -> None:
    """Add a case with its running number, its first state and its audit entry."""
    number = (connection.execute(select(func.max(cases.c.number))).scalar() or 0) + 1
    connection.execute(
        cases.insert().values(
            id=case.id,
            number=number,
            place=case.place,
            post_id=case.post_id,
            person_id=case.person_id,
            mention_id=case.mention_id,
            verdict_id=case.verdict_id,
            urgency=case.urgency.value,
            state=case.state.value,
            opened_at=case.opened_at,
            changed_at=case.opened_at,
            version=case.version,
            leased_by="",
        )
    )
    set_state(connection, case.id, case.state, at=case.opened_at, by=by, reason="")
    add_entry(connection, at=case.opened_at, actor=by, action="case.opened", subject=case.id, detail=case.urgency.value)
