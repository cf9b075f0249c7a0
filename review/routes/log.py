"""The audit log: who did and saw what."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from review.pages import pages_of
from review.rights import Right
from review.visit import Allowed, Visit
from warehouse.state.listing import Listing

router = APIRouter(prefix="/log")
Auditor = Annotated[Visit, Depends(Allowed(Right.AUDIT))]
PER_PAGE = 100


@router.get("")
def log(visit: Auditor, before: str = "") -> Response:
    """Show the log, newest first."""
    return _page(visit, before=before, checked=None)


@router.post("/verify")
def verify(visit: Auditor) -> Response:
    """Recompute the whole chain and say whether it holds."""
    return _page(visit, before="", checked=visit.desk.state.audit.verify())


def _page(visit: Visit, *, before: str, checked: str | None) -> Response:
    listing: Listing = visit.request.app.state.listing
    number = int(before) if before.isascii() and before.isdigit() and len(before) < 12 else 0  # noqa: PLR2004
    entries = listing.log(before=number, most=PER_PAGE + 1)
    return pages_of(visit).show(
        visit, "log.html", entries=entries[:PER_PAGE], more=len(entries) > PER_PAGE, checked=checked
    )
