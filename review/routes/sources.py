"""The sources that are watched, and how their last look went."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from review.pages import pages_of
from review.rights import Right
from review.visit import Allowed, Visit

router = APIRouter(prefix="/admin/sources")


@router.get("")
def sources(visit: Annotated[Visit, Depends(Allowed(Right.ADMINISTER))]) -> Response:
    """List every source with its last run; a source that ran but has no card any more is listed too."""
    runs = {run.source: run for run in visit.desk.state.crawls.last_runs()}
    cards = {source.name: source for source in visit.desk.sources()}
    names = sorted(cards.keys() | runs.keys())
    return pages_of(visit).show(visit, "sources.html", names=names, cards=cards, runs=runs)
