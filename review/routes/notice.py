"""A notice: drafted by one person, approved by another, sent after a question of its own."""

from threading import Lock
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from review.casefile import CaseFile, read_case
from review.errors import ForbiddenError, InputError, TakenError
from review.language import N_
from review.pages import go, pages_of
from review.rights import Right
from review.visit import Allowed, Visit
from takedown.cases import check_move
from warehouse import Approval, CaseState, Notice

router = APIRouter(prefix="/case/{case_id}")
Drafter = Annotated[Visit, Depends(Allowed(Right.DRAFT))]
Approver = Annotated[Visit, Depends(Allowed(Right.APPROVE))]
Sender = Annotated[Visit, Depends(Allowed(Right.SEND))]
LETTERS = ("nl", "en")
_sending = Lock()
"""One notice at a time leaves this desk: a double click finds the first one's receipt."""


@router.post("/notice")
def draft(visit: Drafter, case_id: str) -> Response:
    """Draft the notice, or draft it again in other words: another letter needs another approval."""
    file = read_case(visit, case_id)
    if not file.can_draft:
        message = N_("No notice can be drafted now: the case must first be found unlawful.")
        raise TakenError(message)
    language, channel, explanation = visit.field("language"), visit.field("channel"), visit.field("explanation")
    if language not in LETTERS or channel not in visit.desk.channels:
        message = N_("Choose a language and a channel for the notice.")
        raise InputError(message)
    if not explanation:
        message = N_(
            "Explain why the post is unlawful: art. 16(2)(a) DSA asks for it, and the recipient decides by it."
        )
        raise InputError(message)
    case = file.case
    _same_version(visit, file)
    notice = visit.desk.draft_notice(case_id, language, visit.login, explanation, channel)
    visit.desk.state.papers.add_notice(notice)
    if visit.desk.state.cases.one(case_id).state is not CaseState.NOTICE_DRAFTED:
        _move(visit, file, CaseState.NOTICE_DRAFTED, version=case.version)
    return go(f"/case/{case_id}#notice")


@router.post("/notice/withdraw")
def withdraw(visit: Drafter, case_id: str) -> Response:
    """Take the draft off the table; the letter stays on file."""
    file = read_case(visit, case_id)
    _same_version(visit, file)
    _move(visit, file, CaseState.UNLAWFUL, version=file.case.version)
    return go(f"/case/{case_id}")


@router.post("/notice/{notice_id}/approve")
def approve(visit: Approver, case_id: str, notice_id: str) -> Response:
    """Say the second yes. Whoever drafted it can't."""
    file = read_case(visit, case_id)
    notice = _current(file, notice_id)
    if notice.drafted_by == visit.login:
        message = N_("You drafted this notice, so a colleague approves it: nothing leaves without two persons.")
        raise ForbiddenError(message)
    visit.desk.state.papers.approve(Approval(notice_id=notice.id, by=visit.login, at=visit.now))
    return go(f"/case/{case_id}#notice")


@router.get("/notice/{notice_id}/send")
def confirm(visit: Sender, case_id: str, notice_id: str) -> Response:
    """Show the letter as it will leave, and ask."""
    file = read_case(visit, case_id)
    notice = _ready(visit, file, notice_id)
    return pages_of(visit).show(visit, "send.html", file=file, notice=notice)


@router.post("/notice/{notice_id}/send")
def send(visit: Sender, case_id: str, notice_id: str) -> Response:
    """Hand the notice over, once."""
    if visit.field("sure") != "yes":
        message = N_("Tick that the letter may leave; then send it.")
        raise InputError(message)
    with _sending:
        file = read_case(visit, case_id)
        notice = _ready(visit, file, notice_id)
        receipt = visit.desk.send(notice, file.approvals)
        visit.desk.state.papers.add_receipt(receipt, case_id=case_id, by=visit.login)
        after = read_case(visit, case_id)
        if after.case.state is CaseState.NOTICE_DRAFTED:
            _move(visit, after, CaseState.SENT, version=after.case.version)
    return go(f"/case/{case_id}#notice")


def _current(file: CaseFile, notice_id: str) -> Notice:
    """Give the notice that counts. Raises `TakenError` when it was drafted anew or the case moved on."""
    if file.notice is None or file.notice.id != notice_id or file.case.state is not CaseState.NOTICE_DRAFTED:
        message = N_("The notice was changed or sent meanwhile. Read it again.")
        raise TakenError(message)
    return file.notice


def _ready(visit: Visit, file: CaseFile, notice_id: str) -> Notice:
    """Give the notice when it may leave: the current one, complete, not sent, approved by somebody else."""
    notice = _current(file, notice_id)
    if file.receipt:
        message = N_("This notice was sent already.")
        raise TakenError(message)
    if not any(approval.by != notice.drafted_by for approval in file.approvals):
        message = N_("A second person must approve this notice first.")
        raise InputError(message)
    if visit.desk.missing_fields(notice):
        message = N_("The notice lacks a field that art. 16(2) DSA asks for. Draft it again.")
        raise InputError(message)
    return notice


def _same_version(visit: Visit, file: CaseFile) -> None:
    if visit.number("version") != file.case.version:
        message = N_("A colleague changed this case meanwhile. Nothing of yours was saved; look at it again.")
        raise TakenError(message)


def _move(visit: Visit, file: CaseFile, to: CaseState, *, version: int) -> None:
    check_move(file.case, to)
    visit.desk.state.cases.move(file.case.id, version=version, to=to, by=visit.login, reason="", at=visit.now)
