"""The overview: numbers, no posts."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from review.charts import overview_of
from review.pages import pages_of
from review.rights import Right
from review.visit import Allowed, Visit

router = APIRouter()
WEEKS = (4, 12, 26, 52)


@router.get("/overview")
def overview(visit: Annotated[Visit, Depends(Allowed(Right.FIGURES))], weeks: str = "12") -> Response:
    """Show found, reviewed, left alone, sent and removed, and how each source stands."""
    shown = int(weeks) if weeks in {str(choice) for choice in WEEKS} else 12
    state = visit.desk.state
    counts = state.figures.weekly(since=visit.now - timedelta(weeks=shown))
    return pages_of(visit).show(
        visit,
        "overview.html",
        overview=overview_of(counts, until=visit.now, weeks=shown),
        shown=shown,
        periods=WEEKS,
        states=state.cases.counts(),
        criticism=state.cases.criticism_count(),
        runs=state.crawls.last_runs(),
    )
