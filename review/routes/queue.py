"""The queue of cases to decide, and the list of the others."""

from collections.abc import Collection, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import RedirectResponse, Response

from review.casefile import REVIEWABLE, people_about
from review.pages import go, pages_of
from review.rights import Right
from review.visit import Allowed, Visit
from warehouse import Case, CaseState, Choice, Label, Urgency
from warehouse.state.listing import Filter, Group, Listed, Listing

router = APIRouter()
Reader = Annotated[Visit, Depends(Allowed(Right.READ))]
PER_PAGE = 50
DECIDED = tuple(state for state in CaseState if state not in REVIEWABLE)


@router.get("/queue")
def queue(
    visit: Reader, urgency: str = "", label: str = "", source: str = "", state: str = "", page: str = "0"
) -> Response:
    """List the cases that wait for a person, acute first."""
    return _list(visit, "queue", REVIEWABLE, urgency, label, source, state, page)


@router.get("/cases")
def cases(
    visit: Reader, urgency: str = "", label: str = "", source: str = "", state: str = "", page: str = "0"
) -> Response:
    """List the cases that were decided."""
    return _list(visit, "cases", DECIDED, urgency, label, source, state, page)


@router.get("/cases/find")
def find(visit: Reader, number: str = "") -> RedirectResponse:
    """Lead to the case with this running number, with or without HA- and zeros before it."""
    digits = "".join(sign for sign in number if sign.isascii() and sign.isdigit())[:9]
    found: Sequence[Listed] = ()
    if int(digits or 0):
        wanted = Filter(states=tuple(CaseState), number=int(digits), without_people=_own(visit))
        found = _listing(visit).cases(wanted)
    return go(f"/case/{found[0].case.id}" if found else "/cases?none")


@router.get("/queue/next")
def next_case(visit: Reader, done: str = "", after: str = "") -> RedirectResponse:
    """Lead to the most urgent case that no colleague has open and this person may decide."""
    waiting = _listing(visit).cases(Filter(states=REVIEWABLE, without_people=_own(visit)), most=500)
    told = f"?done={done}" if done.isalnum() else ""
    for line in waiting:
        if (
            line.case.id not in (done, after)
            and not is_held(line.case, visit)
            and not _asked_second_eyes(visit, line.case)
        ):
            return go(f"/case/{line.case.id}{told}")
    return go(f"/queue{told}")


def is_held(case: Case, visit: Visit) -> bool:
    """Say whether a colleague has this case open now."""
    return bool(
        case.leased_by not in ("", visit.login) and case.leased_until is not None and case.leased_until > visit.now
    )


def _list(
    visit: Visit,
    kind: str,
    states: Collection[CaseState],
    urgency: str,
    label: str,
    source: str,
    state: str,
    page: str,
) -> Response:
    """Render the list, whole or (for HTMX) only its lines; words that are no filter of ours count as all."""
    own = _own(visit)
    chosen = {
        "urgency": urgency if urgency in list(Urgency) else "",
        "label": label if label in list(Label) else "",
        "source": source[:100],
        "state": state if state in [member.value for member in states] else "",
    }
    wanted = Filter(
        states=(CaseState(chosen["state"]),) if chosen["state"] else states,
        urgency=Urgency(chosen["urgency"]) if chosen["urgency"] else None,
        label=Label(chosen["label"]) if chosen["label"] else None,
        source=chosen["source"],
        without_people=own,
    )
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 0  # noqa: PLR2004 - no overflow
    lines = _listing(visit).cases(wanted, most=PER_PAGE + 1, skip=number * PER_PAGE)
    groups = [group for group in _listing(visit).groups(without_people=own) if group.state in states]
    context: dict[str, Any] = {
        "kind": kind,
        "lines": lines[:PER_PAGE],
        "more": len(lines) > PER_PAGE,
        "page": number,
        "chosen": chosen,
        "states": [member for member in CaseState if member in states],
        "sources": sorted({group.source for group in groups}),
        "tallies": _tallies(groups),
        "held": {line.case.id for line in lines if is_held(line.case, visit)},
        "done": _done(visit),
    }
    if visit.by_htmx:
        return pages_of(visit).part(visit, "lines.html", **context)
    return pages_of(visit).show(visit, "list.html", **context)


def _tallies(groups: Collection[Group]) -> dict[str, int]:
    """Count the cards above the list: by urgency and by state."""
    tallies: dict[str, int] = {"all": sum(group.number for group in groups)}
    for group in groups:
        for key in (f"urgency:{group.urgency}", f"state:{group.state}"):
            tallies[key] = tallies.get(key, 0) + group.number
    return tallies


def _done(visit: Visit) -> str:
    """Give the id of the case that was just decided, for the line that offers to take it back."""
    done = visit.request.query_params.get("done", "")
    return done if done.isalnum() else ""


def _asked_second_eyes(visit: Visit, case: Case) -> bool:
    if case.state is not CaseState.SECOND_EYES:
        return False
    asked = [one.by for one in visit.desk.state.cases.decisions(case.id) if one.choice is Choice.ESCALATE]
    return bool(asked) and asked[-1] == visit.login


def _own(visit: Visit) -> tuple[str, ...]:
    return people_about(visit, visit.desk.state.people.all())


def _listing(visit: Visit) -> Listing:
    listing: Listing = visit.request.app.state.listing
    return listing
