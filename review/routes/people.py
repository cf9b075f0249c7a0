"""The roster: whom the organisation protects."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.datastructures import UploadFile
from starlette.responses import Response

from review.errors import InputError
from review.language import N_
from review.pages import go, pages_of
from review.rights import Right
from review.visit import Allowed, Visit
from warehouse.people import COLUMNS, RosterError, read_roster

router = APIRouter(prefix="/admin/roster")
Admin = Annotated[Visit, Depends(Allowed(Right.ADMINISTER))]


@router.get("")
def roster(visit: Admin) -> Response:
    """List everybody who is protected."""
    return _page(visit, problems=(), status=200)


@router.post("")
def take_roster(visit: Admin) -> Response:
    """Import a CSV as the whole roster, or refuse it whole with every wrong line."""
    upload = visit.form.get("file")
    if not isinstance(upload, UploadFile) or not upload.size:
        message = N_("Choose a CSV file first.")
        raise InputError(message)
    try:
        people = read_roster(upload.file.read().decode("utf-8-sig"))
    except UnicodeDecodeError:
        return _page(visit, problems=("not UTF-8; save the file as 'CSV UTF-8'.",), status=422)
    except RosterError as error:
        return _page(visit, problems=error.problems, status=422)
    visit.desk.state.people.replace(people, at=visit.now, by=visit.login)
    return go("/admin/roster?saved")


def _page(visit: Visit, *, problems: tuple[str, ...], status: int) -> Response:
    return pages_of(visit).show(
        visit,
        "roster.html",
        status=status,
        people=visit.desk.state.people.all(),
        problems=problems,
        columns=COLUMNS,
        saved="saved" in visit.request.query_params,
    )
