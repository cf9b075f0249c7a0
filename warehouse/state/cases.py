"""Cases in `state.db`: opened by a flow, leased and decided by people, moved on by both."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, and_, func, or_, select, update
from sqlalchemy import case as sql_case

from warehouse.errors import ConflictError, MissingError
from warehouse.records import Case, CaseState, Decision, Judgement, Urgency
from warehouse.state.audit import add_entry
from warehouse.state.engine import WRITE
from warehouse.state.rows import from_json, in_parts
from warehouse.state.tables import captures, case_states, cases, decisions, judgements, posts, verdicts
from warehouse.state.weighing import URGENCY_ORDER, left_alone, open_or_raise, set_state


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One state a case was in."""

    state: CaseState
    at: datetime
    by: str
    reason: str


class Cases:
    """Cases and what people answered about them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(**{WRITE: True})

    # --- opening

    def weigh(self, opened: Sequence[Case], outcomes: Mapping[str, str], *, at: datetime, by: str) -> int:
        """Open cases and note every weighed verdict's outcome (verdict id to case, criticism or quiet), together.

        A case that is already there (another version of the post, another mention of the same person) becomes
        more urgent, never less. When its post was edited it shows the newest version from then on, and if it was done
        it comes back (`weighing.BACK`): what a person left alone was the old text. Gives the number of new cases.
        """
        with self._writer.begin() as connection:
            new = sum(open_or_raise(connection, case, at=at, by=by) for case in opened)
            for outcome in set(outcomes.values()):
                ids = [verdict_id for verdict_id, its in outcomes.items() if its == outcome]
                for part in in_parts(ids):
                    connection.execute(update(verdicts).where(verdicts.c.id.in_(part)).values(outcome=outcome))
        return new

    def without_capture(self, *, most: int = 50) -> tuple[Case, ...]:
        """Give open cases whose post was not captured since it was found as it reads now, acute ones first."""
        with self._engine.connect() as connection:
            taken = (captures.c.case_id == cases.c.id) & (captures.c.begun_at >= posts.c.fetched_at)
            none = ~select(captures.c.id).where(taken).exists()
            chosen = select(cases).join(posts, posts.c.id == cases.c.post_id)
            chosen = chosen.where(none, cases.c.state != CaseState.CLOSED.value)
            rows = connection.execute(chosen.order_by(_urgency_rank(), cases.c.opened_at).limit(most))
            return tuple(_case(row) for row in rows.mappings())

    # --- reading

    def one(self, case_id: str) -> Case:
        """Give one case. Raises `MissingError`."""
        with self._engine.connect() as connection:
            return _read(connection, case_id)

    def number(self, case_id: str) -> int:
        """Give the case's running number, for people: HA-000123. Raises `MissingError`."""
        with self._engine.connect() as connection:
            number = connection.execute(select(cases.c.number).where(cases.c.id == case_id)).scalar()
        if number is None:
            raise MissingError(f"there is no case {case_id!r}")
        return int(number)

    def of_states(self, states: Collection[CaseState], *, most: int = 500) -> tuple[Case, ...]:
        """Give the cases in these states: acute first, then oldest first."""
        with self._engine.connect() as connection:
            chosen = select(cases).where(cases.c.state.in_([state.value for state in states]))
            rows = connection.execute(chosen.order_by(_urgency_rank(), cases.c.opened_at, cases.c.id).limit(most))
            return tuple(_case(row) for row in rows.mappings())

    def counts(self) -> dict[CaseState, int]:
        """Give how many cases are in each state."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(cases.c.state, func.count()).group_by(cases.c.state)).all()
            return {CaseState(state): int(number) for state, number in rows}

    def criticism_count(self) -> int:
        """Give how many mentions were found to be lawful criticism and left alone."""
        with self._engine.connect() as connection:
            chosen = select(func.count()).select_from(verdicts).where(left_alone())
            return int(connection.execute(chosen).scalar_one())

    def steps(self, case_id: str) -> tuple[Step, ...]:
        """Give every state the case was in, oldest first."""
        with self._engine.connect() as connection:
            rows = connection.execute(
                select(case_states).where(case_states.c.case_id == case_id).order_by(case_states.c.id)
            )
            return tuple(Step(state=CaseState(row.state), at=row.at, by=row.by, reason=row.reason) for row in rows)

    def judgements(self, case_id: str) -> tuple[Judgement, ...]:
        """Give every answer to "is it her?", oldest first."""
        names = ("id", "case_id", "answer", "reason", "by", "at")
        with self._engine.connect() as connection:
            chosen = select(*(judgements.c[name] for name in names)).where(judgements.c.case_id == case_id)
            rows = connection.execute(chosen.order_by(judgements.c.at, judgements.c.id)).mappings()
            return tuple(from_json(Judgement, row) for row in rows)

    def decisions(self, case_id: str) -> tuple[Decision, ...]:
        """Give every answer to "do we act?", oldest first."""
        with self._engine.connect() as connection:
            chosen = select(decisions).where(decisions.c.case_id == case_id)
            rows = connection.execute(chosen.order_by(decisions.c.at, decisions.c.id)).mappings()
            return tuple(from_json(Decision, row) for row in rows)

    # --- leases: one item open to one reviewer at a time

    def lease(self, case_id: str, *, login: str, at: datetime, minutes: int = 15) -> bool:
        """Take or renew the case for one reviewer; False when a colleague has it open."""
        free = or_(
            cases.c.leased_by == "",
            cases.c.leased_by == login,
            cases.c.leased_until.is_(None),
            cases.c.leased_until < at,
        )
        with self._writer.begin() as connection:
            taken = update(cases).where(and_(cases.c.id == case_id, free))
            done = connection.execute(taken.values(leased_by=login, leased_until=at + timedelta(minutes=minutes)))
            return done.rowcount == 1

    def release(self, case_id: str, *, login: str) -> None:
        """Give the case back, if this reviewer has it."""
        with self._writer.begin() as connection:
            mine = update(cases).where(cases.c.id == case_id, cases.c.leased_by == login)
            connection.execute(mine.values(leased_by="", leased_until=None))

    # --- answers and moves

    def judge(self, judgement: Judgement, *, version: int, author_handle: str, host: str) -> Case:
        """Add a person's answer to "is it her?", and give the case as it is then.

        Raises `ConflictError` when the case changed since `version`, or when her lease ran out and a colleague has the
        case open now.
        """
        with self._writer.begin() as connection:
            case = _claim(connection, judgement.case_id, version, at=judgement.at, by=judgement.by)
            connection.execute(
                judgements.insert().values(
                    id=judgement.id,
                    case_id=case.id,
                    answer=judgement.answer.value,
                    reason=judgement.reason,
                    by=judgement.by,
                    at=judgement.at,
                    person_id=case.person_id,
                    author_handle=author_handle,
                    host=host,
                )
            )
            add_entry(
                connection,
                at=judgement.at,
                actor=judgement.by,
                action="case.judged",
                subject=case.id,
                detail=judgement.answer.value,
            )
            return _read(connection, case.id)

    def decide(self, decision: Decision, *, version: int, to: CaseState) -> Case:
        """Add a person's answer to "do we act?" and move the case, together; else as `judge`.

        What was only in doubt is in doubt no longer once a person acts on it: its urgency becomes high.
        """
        with self._writer.begin() as connection:
            case = _claim(connection, decision.case_id, version, at=decision.at, by=decision.by)
            connection.execute(
                decisions.insert().values(
                    id=decision.id,
                    case_id=case.id,
                    choice=decision.choice.value,
                    reason=decision.reason,
                    by=decision.by,
                    at=decision.at,
                )
            )
            detail = f"{decision.choice.value} -> {to.value}"
            add_entry(
                connection, at=decision.at, actor=decision.by, action="case.decided", subject=case.id, detail=detail
            )
            set_state(connection, case.id, to, at=decision.at, by=decision.by, reason=decision.reason)
            if to is CaseState.UNLAWFUL and case.urgency is Urgency.NONE:
                connection.execute(update(cases).where(cases.c.id == case.id).values(urgency=Urgency.HIGH.value))
            return _read(connection, case.id)

    def move(self, case_id: str, *, version: int, to: CaseState, by: str, reason: str, at: datetime) -> Case:
        """Move a case to another state. Whether that may follow is `takedown.cases`' question. Raises `ConflictError`."""
        with self._writer.begin() as connection:
            case = _claim(connection, case_id, version, at=at)
            detail = f"{case.state.value} -> {to.value}"
            add_entry(connection, at=at, actor=by, action="case.moved", subject=case_id, detail=detail)
            set_state(connection, case_id, to, at=at, by=by, reason=reason)
            return _read(connection, case_id)


def _urgency_rank() -> Any:
    return sql_case({urgency.value: rank for urgency, rank in URGENCY_ORDER.items()}, value=cases.c.urgency)


def _case(row: RowMapping) -> Case:
    return from_json(Case, {key: row[key] for key in row if key not in {"id", "number", "changed_at"}})


def _read(connection: Connection, case_id: str) -> Case:
    row = connection.execute(select(cases).where(cases.c.id == case_id)).mappings().first()
    if row is None:
        raise MissingError(f"there is no case {case_id!r}")
    return _case(row)


def _claim(connection: Connection, case_id: str, version: int, *, at: datetime, by: str = "") -> Case:
    """Raise the case's version by one if it is still `version`, and give the case as it was before.

    With `by` the case must not be leased to anybody else at that moment.
    """
    case = _read(connection, case_id)
    if by and case.leased_by not in {"", by} and case.leased_until is not None and case.leased_until >= at:
        raise ConflictError(f"case {case_id} is open at {case.leased_by} now; nothing was saved. Take the next one.")
    same = update(cases).where(cases.c.id == case_id, cases.c.version == version)
    if connection.execute(same.values(version=version + 1, changed_at=at)).rowcount != 1:
        raise ConflictError(f"case {case_id} was changed by somebody else; look at it again before you decide")
    return case
