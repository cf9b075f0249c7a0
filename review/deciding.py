"""What a person's answer does to a case: judge, decide, take back. Every write names the version it read."""

from collections.abc import Sequence
from urllib.parse import urlsplit
from uuid import uuid4

from review.casefile import CaseFile
from review.errors import InputError, TakenError
from review.language import N_
from review.visit import Visit
from takedown.cases import check_move
from warehouse import Answer, Case, CaseState, Choice, Decision, Judgement

LEADS_TO = {Choice.ACT: CaseState.UNLAWFUL, Choice.LEAVE: CaseState.LAWFUL, Choice.ESCALATE: CaseState.SECOND_EYES}


def open_case(visit: Visit, file: CaseFile) -> bool:
    """Take or renew the lease for this reviewer; False when a colleague has it."""
    cases, minutes = visit.desk.state.cases, visit.desk.lease_minutes
    return cases.lease(file.case.id, login=visit.login, at=visit.now, minutes=minutes)


def judge(visit: Visit, file: CaseFile, answer: Answer, reason: str, *, version: int) -> Case:
    """Add "is it her?". A no closes the case and is remembered for this author and site; a yes or a doubt keeps it.

    Raises `TakenError`, `ConflictError` when the case moved on, `InputError` when it is not open any more.
    """
    _check_open(visit, file)
    case = file.case
    if answer is Answer.NEGATIVE:
        version = _reviewable(visit, file, version)
    judged = visit.desk.state.cases.judge(
        Judgement(id=uuid4().hex, case_id=case.id, answer=answer, reason=reason, by=visit.login, at=visit.now),
        version=version,
        author_handle=file.post.author_handle,
        host=urlsplit(file.post.permalink).hostname or "",
    )
    if answer is not Answer.NEGATIVE:
        return judged
    check_move(judged, CaseState.CLOSED)
    return visit.desk.state.cases.move(
        case.id, version=judged.version, to=CaseState.CLOSED, by=visit.login, reason=reason, at=visit.now
    )


def decide(visit: Visit, file: CaseFile, choice: Choice, reason: str, *, version: int) -> Case:
    """Add "do we act?" and move the case.

    Acting or leaving needs a yes to "is it her?"; a doubt can only go to a second pair of eyes, and whoever asked for
    those can't be them. Raises as `judge` does.
    """
    _check_open(visit, file)
    if choice not in LEADS_TO:
        message = N_("Choose what to do: act, leave it, or ask a colleague.")
        raise InputError(message)
    if choice is not Choice.ESCALATE and file.answer is not Answer.POSITIVE:
        message = N_("First answer whether it is her: only after a yes can you decide to act or to leave it.")
        raise InputError(message)
    if choice is Choice.ESCALATE and file.answer is None:
        message = N_("First answer whether it is her, or say that you are not sure.")
        raise InputError(message)
    if choice is Choice.ESCALATE and file.case.state is CaseState.SECOND_EYES:
        message = N_("You are the second pair of eyes: act, or leave it.")
        raise InputError(message)
    version = _reviewable(visit, file, version)
    return _decide(visit, file.case, choice, reason, version=version, to=LEADS_TO[choice])


def withdraw(visit: Visit, file: CaseFile, reason: str, *, version: int) -> Case:
    """Take the last answer back; the case waits for review again and the earlier rows stay."""
    if not file.can_undo:
        message = N_("There is nothing to take back: a notice was drafted, or nobody answered yet.")
        raise InputError(message)
    check_move(file.case, CaseState.TO_REVIEW)
    case = _decide(visit, file.case, Choice.WITHDRAW, reason, version=version, to=CaseState.TO_REVIEW)
    if file.answer is not Answer.NEGATIVE:
        return case
    undone = Judgement(
        id=uuid4().hex, case_id=case.id, answer=Answer.UNSURE, reason=reason, by=visit.login, at=visit.now
    )
    return visit.desk.state.cases.judge(
        undone,
        version=case.version,
        author_handle=file.post.author_handle,
        host=urlsplit(file.post.permalink).hostname or "",
    )


def _decide(visit: Visit, case: Case, choice: Choice, reason: str, *, version: int, to: CaseState) -> Case:
    decision = Decision(id=uuid4().hex, case_id=case.id, choice=choice, reason=reason, by=visit.login, at=visit.now)
    return visit.desk.state.cases.decide(decision, version=version, to=to)


def _check_open(visit: Visit, file: CaseFile) -> None:
    if not file.is_open:
        message = N_("This case was already decided. Take the answer back first if you want to change it.")
        raise TakenError(message)
    if file.escalated_by == visit.login:
        message = N_("You asked for a second pair of eyes, so a colleague decides. You can take the question back.")
        raise InputError(message)
    if not open_case(visit, file):
        message = N_("%(name)s has this case open.")
        raise TakenError(message, name=file.case.leased_by)


def _reviewable(visit: Visit, file: CaseFile, version: int) -> int:
    """Move a case that was only found on to review (its page could not be captured yet) and give its version."""
    if file.case.state is not CaseState.FOUND:
        return version
    moved = visit.desk.state.cases.move(
        file.case.id,
        version=version,
        to=CaseState.TO_REVIEW,
        by=visit.login,
        reason="Beoordeeld voordat de pagina was vastgelegd.",
        at=visit.now,
    )
    return moved.version


def choices_of(file: CaseFile, login: str) -> Sequence[Choice]:
    """Give the choices that this person has now, for the page."""
    if not file.is_open or file.answer in (None, Answer.NEGATIVE) or file.escalated_by == login:
        return ()
    if file.answer is Answer.UNSURE:
        return () if file.case.state is CaseState.SECOND_EYES else (Choice.ESCALATE,)
    if file.case.state is CaseState.SECOND_EYES:
        return (Choice.ACT, Choice.LEAVE)
    return (Choice.ACT, Choice.LEAVE, Choice.ESCALATE)
