"""Alarms for acute threats: who was told when, and who answered."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, select, update

from warehouse.records import Case, CaseState, Urgency
from warehouse.state.audit import add_entry
from warehouse.state.cases import _case
from warehouse.state.engine import WRITE
from warehouse.state.rows import add_new
from warehouse.state.tables import alarms, cases

STUCK = timedelta(minutes=2)
"""A claim that was not handed over for so long belongs to a killed process; handing over takes seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One person told about one acute case, or about to be."""

    case_id: str
    step: int
    """0 for the first person in line, 1 for the next, …"""
    told: str
    told_at: datetime
    handed_at: datetime | None
    """When the message was handed over; None: claimed, and being sent (or its process was killed)."""
    acknowledged_by: str
    acknowledged_at: datetime | None


class Alarms:
    """Alarms in `state.db`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(**{WRITE: True})

    def pending(self) -> tuple[tuple[Case, tuple[Alarm, ...]], ...]:
        """Give each acute case that nobody acknowledged or reviewed yet, with who was told so far.

        A claim that was never handed over told nobody: it is left out, so that its step is the next one to claim.
        """
        waiting = (CaseState.FOUND.value, CaseState.TO_REVIEW.value, CaseState.SECOND_EYES.value)
        with self._engine.connect() as connection:
            chosen = select(cases).where(cases.c.urgency == Urgency.ACUTE.value, cases.c.state.in_(waiting))
            rows = connection.execute(chosen.order_by(cases.c.opened_at)).mappings().all()
        open_cases = [_case(row) for row in rows]
        with_alarms = [(case, self.of(case.id)) for case in open_cases]
        return tuple(
            (case, tuple(alarm for alarm in told if alarm.handed_at))
            for case, told in with_alarms
            if not any(alarm.acknowledged_by for alarm in told)
        )

    def of(self, case_id: str) -> tuple[Alarm, ...]:
        """Give the alarms about one case, in order."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(alarms).where(alarms.c.case_id == case_id).order_by(alarms.c.step))
            return tuple(Alarm(**row) for row in rows.mappings())

    def claim(self, case_id: str, *, step: int, told: str, at: datetime) -> bool:
        """Note that this person is being told; False when this step was already taken (by another process).

        A step that a killed process claimed and never handed over (`STUCK`) can be claimed again.
        """
        row = {"case_id": case_id, "step": step, "told": told, "told_at": at, "acknowledged_by": ""}
        this = (alarms.c.case_id == case_id) & (alarms.c.step == step)
        with self._writer.begin() as connection:
            stuck = this & alarms.c.handed_at.is_(None) & (alarms.c.told_at < at - STUCK)
            return (
                add_new(connection, alarms, [row]) == 1
                or connection.execute(update(alarms).where(stuck).values(told=told, told_at=at)).rowcount == 1
            )

    def handed_over(self, case_id: str, *, step: int, at: datetime) -> None:
        """Note that a claimed step's message was handed over: from now on it counts as told."""
        this = (alarms.c.case_id == case_id) & (alarms.c.step == step)
        with self._writer.begin() as connection:
            if connection.execute(update(alarms).where(this).values(handed_at=at)).rowcount:
                add_entry(
                    connection, at=at, actor="system:alarm", action="alarm.sent", subject=case_id, detail=f"step {step}"
                )

    def unclaim(self, case_id: str, *, step: int) -> None:
        """Take a step back whose message could not be handed over, so that it is tried again."""
        this = (alarms.c.case_id == case_id) & (alarms.c.step == step)
        with self._writer.begin() as connection:
            connection.execute(alarms.delete().where(this, alarms.c.handed_at.is_(None)))

    def acknowledge(self, case_id: str, *, by: str, at: datetime) -> None:
        """Note that somebody took the alarm; no next person is told."""
        with self._writer.begin() as connection:
            mine = update(alarms).where(alarms.c.case_id == case_id, alarms.c.acknowledged_by == "")
            if connection.execute(mine.values(acknowledged_by=by, acknowledged_at=at)).rowcount:
                add_entry(connection, at=at, actor=by, action="alarm.acknowledged", subject=case_id)
