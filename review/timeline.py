"""What happened to a case, in one line down the page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from review.casefile import CaseFile
from review.language import N_
from review.words import ANSWERS, CHOICES, RESPONSES, STATES
from warehouse import AuditEntry

SEEN: Mapping[str, str] = {
    "post.unblurred": N_("Text read"),
    "screenshot.shown": N_("Screenshot seen"),
    "file.downloaded": N_("Evidence file downloaded"),
    "bundle.downloaded": N_("Bundle downloaded"),
    "alarm.sent": N_("Alarm sent"),
    "alarm.acknowledged": N_("Alarm taken"),
    "case.raised": N_("Made more urgent"),
}
"""Entries of the audit log that no other paper of the case tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One point on the line."""

    at: datetime
    kind: str
    """state, judgement, decision, capture, notice, approval, receipt, response, bundle or seen: its colour."""
    title: str
    """An English msgid."""
    by: str = ""
    text: str = ""
    """In a person's or platform's own words; shown as it is."""
    values: Mapping[str, object] = field(default_factory=dict)
    """What goes into the title."""


def events_of(file: CaseFile, audit: tuple[AuditEntry, ...]) -> tuple[Event, ...]:
    """Give everything that happened, oldest first."""
    events = [*_answers(file), *_papers(file), *_seen(audit)]
    return tuple(sorted(events, key=lambda event: event.at))


def _answers(file: CaseFile) -> Iterator[Event]:
    decided_at = {decision.at for decision in file.decisions}
    for step in file.steps:
        told = step.at in decided_at  # the decision's own point gives its reason
        yield Event(at=step.at, kind="state", title=STATES[step.state], by=step.by, text="" if told else step.reason)
    for judgement in file.judgements:
        title = ANSWERS[judgement.answer]
        yield Event(at=judgement.at, kind="judgement", title=title, by=judgement.by, text=judgement.reason)
    for decision in file.decisions:
        title = CHOICES[decision.choice]
        yield Event(at=decision.at, kind="decision", title=title, by=decision.by, text=decision.reason)


def _papers(file: CaseFile) -> Iterator[Event]:
    for capture in file.captures:
        files = {"count": len(capture.files)}
        yield Event(at=capture.ended_at, kind="capture", title=N_("Page captured: %(count)s files"), values=files)
    for notice in file.notices:
        yield Event(at=notice.drafted_at, kind="notice", title=N_("Notice drafted"), by=notice.drafted_by)
    for approval in file.approvals:
        yield Event(at=approval.at, kind="approval", title=N_("Notice approved"), by=approval.by)
    if file.receipt:
        values = {"channel": file.receipt.channel, "reference": file.receipt.reference}
        title = N_("Notice sent by %(channel)s, reference %(reference)s")
        yield Event(at=file.receipt.sent_at, kind="receipt", title=title, values=values)
    for response in file.responses:
        title = RESPONSES.get(response.kind, response.kind)
        yield Event(at=response.at, kind="response", title=title, by=response.by, text=response.text)
    for bundle in file.bundles:
        yield Event(at=bundle.made_at, kind="bundle", title=N_("Evidence bundle made"), by=bundle.made_by)


def _seen(audit: tuple[AuditEntry, ...]) -> Iterator[Event]:
    for entry in audit:
        if entry.action in SEEN:
            yield Event(at=entry.at, kind="seen", title=SEEN[entry.action], by=entry.actor)
