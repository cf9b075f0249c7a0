"""Until when something should happen: the clocks that run on a case, with the rule behind each."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from review.casefile import CaseFile
from review.language import N_
from warehouse import CaseState, Label, Urgency

ANSWER_HOURS = {Urgency.ACUTE: 24, Urgency.HIGH: 168, Urgency.NORMAL: 168, Urgency.NONE: 168}
"""Hours after which an unanswered notice is taken further (peers-and-law §6, suggested; to be set by experience)."""

REVIEW_HOURS = {Urgency.ACUTE: 1, Urgency.HIGH: 24, Urgency.NORMAL: 72, Urgency.NONE: 168}
"""Hours in which somebody should have decided (ours: each morning is a round)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """One clock."""

    at: datetime
    what: str
    """An English msgid."""
    rule: str
    """The article or rule, as it is cited; empty for our own."""


def deadlines_of(file: CaseFile) -> tuple[Deadline, ...]:
    """Give the clocks that run now, nearest first."""
    return tuple(sorted(_running(file), key=lambda deadline: deadline.at))


def _running(file: CaseFile) -> Iterator[Deadline]:
    case, since = file.case, file.steps[-1].at
    if file.is_open:
        due = case.opened_at + timedelta(hours=REVIEW_HOURS[case.urgency])
        yield Deadline(at=due, what=N_("Decide"), rule="")
    if case.state in (CaseState.SENT, CaseState.ACKNOWLEDGED):
        due = since + timedelta(hours=ANSWER_HOURS[case.urgency])
        yield Deadline(at=due, what=N_("Answer expected; after that, remind or go on"), rule="art. 16(5) DSA")
    if case.state in (CaseState.REFUSED, CaseState.NO_ANSWER):
        due = months_later(since, 6)
        yield Deadline(at=due, what=N_("Internal complaint to the platform"), rule="art. 20(1) DSA")
    if case.state is CaseState.DISPUTE:
        due = since + timedelta(days=90)
        yield Deadline(at=due, what=N_("Decision of the dispute body"), rule="art. 21(4) DSA")
    left_alone = case.state in (CaseState.LAWFUL, CaseState.CLOSED)
    if not left_alone and {Label.DEFAMATION, Label.INSULT} & set(file.verdict.asked):
        due = months_later(case.opened_at, 3)
        yield Deadline(
            at=due,
            what=N_("Complaint with a request to prosecute, counted from the day we found it"),
            rule="art. 66 Sr",
        )


def months_later(at: datetime, months: int) -> datetime:
    """Give the same day some months later, or that month's last day."""
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    return at.replace(year=year, month=month + 1, day=min(at.day, calendar.monthrange(year, month + 1)[1]))
