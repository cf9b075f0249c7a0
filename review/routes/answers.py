"""What a platform answered, entered by hand, and the steps that follow."""

from collections.abc import Mapping
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends
from starlette.responses import Response

from review.casefile import read_case
from review.errors import InputError
from review.language import N_
from review.pages import go
from review.rights import Right
from review.routes.case import BY_HAND
from review.visit import Allowed, Visit
from takedown.cases import check_move
from warehouse import CaseState
from warehouse import Response as PlatformResponse

router = APIRouter(prefix="/case/{case_id}")
Answerer = Annotated[Visit, Depends(Allowed(Right.ANSWER))]

LEADS_TO: Mapping[str, CaseState] = {
    "acknowledged": CaseState.ACKNOWLEDGED,
    "removed": CaseState.REMOVED,
    "refused": CaseState.REFUSED,
}


@router.post("/answer")
def enter_answer(visit: Answerer, case_id: str) -> Response:
    """Keep the platform's words and move the case to what they mean."""
    file = read_case(visit, case_id)
    kind, text = visit.field("kind"), visit.field("text")
    if kind not in LEADS_TO or not text:
        message = N_("Choose what they answered and copy their words: a refusal must be provable later (art. 21 DSA).")
        raise InputError(message)
    check_move(file.case, LEADS_TO[kind])
    state = visit.desk.state
    state.cases.move(
        case_id, version=visit.number("version"), to=LEADS_TO[kind], by=visit.login, reason="", at=visit.now
    )
    state.papers.add_response(
        PlatformResponse(id=uuid4().hex, case_id=case_id, kind=kind, text=text[:20_000], at=visit.now, by=visit.login)
    )
    return go(f"/case/{case_id}")


@router.post("/move")
def move(visit: Answerer, case_id: str) -> Response:
    """Move a decided case on by hand: no answer, complaint, dispute, regulator, closed, or back to review."""
    file = read_case(visit, case_id)
    to, reason = visit.field("to"), visit.field("reason")
    if to not in [state.value for state in BY_HAND] or file.is_open or not reason:
        message = N_("Choose where the case goes and say why.")
        raise InputError(message)
    check_move(file.case, CaseState(to))
    visit.desk.state.cases.move(
        case_id, version=visit.number("version"), to=CaseState(to), by=visit.login, reason=reason[:4000], at=visit.now
    )
    return go(f"/case/{case_id}")
