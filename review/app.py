"""The desk as an ASGI application."""

from http import HTTPStatus
from importlib.resources import files
from typing import Any

from fastapi import FastAPI, Request
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from review.casefile import read_case
from review.desk import Desk
from review.errors import ReviewError, SignInError
from review.headers import SafeHeaders, add_headers
from review.language import N_
from review.pages import Pages
from review.passwords import Throttle
from review.routes import ROUTERS
from review.visit import page_language, visit_of
from takedown.errors import ChannelError, TakedownError
from warehouse import ConflictError, MissingError, WarehouseError
from warehouse.state.listing import Listing


class StaticPages(StaticFiles):
    """Style, script and fonts; the browser may keep them for an hour."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Serve one file."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=3600"
        return response


def create_app(desk: Desk) -> FastAPI:
    """Give the desk's application. Opens nothing and starts nothing by itself."""
    app = FastAPI(title="Handenaf", openapi_url=None, docs_url=None, redoc_url=None)
    app.state.desk = desk
    app.state.pages = Pages(desk)
    app.state.listing = Listing(desk.state.engine)
    app.state.throttle = Throttle()
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", StaticPages(directory=str(files("review") / "static")), name="static")
    app.add_exception_handler(ReviewError, _refused)
    app.add_exception_handler(WarehouseError, _refused)
    app.add_exception_handler(TakedownError, _refused)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(Exception, _broken)
    app.add_middleware(SafeHeaders, secure=desk.secure)
    return app


def _refused(request: Request, error: Exception) -> Response:
    """Turn an error into a page that says what happened and what to do."""
    if isinstance(error, SignInError) and request.method == "GET" and request.headers.get("hx-request") != "true":
        path = request.url.path
        return RedirectResponse("/login" if path == "/" else f"/login?to={path}", status_code=303)
    status, message, values, detail = _described(error)
    if status == HTTPStatus.NOT_FOUND and not hasattr(request.state, "visit"):
        request.state.visit = visit_of(request)  # a wrong address has no route that asks who is there
    return _error_page(request, status, message, values, detail)


def _described(error: Exception) -> tuple[int, str, dict[str, object], str]:
    """Give status, msgid, its values and words of the software that aren't translated."""
    if isinstance(error, ReviewError):
        return error.status, error.message, dict(error.values), ""
    for kind, status, message, shown in _MEANINGS:
        if isinstance(error, kind):
            return status, message, {}, str(error) if shown else ""
    status = error.status_code if isinstance(error, HTTPException) else HTTPStatus.NOT_FOUND
    if status != HTTPStatus.NOT_FOUND:
        return status, N_("The desk doesn't understand this request."), {}, ""
    return 404, _NO_PAGE, {}, ""


_NO_PAGE = N_("There is no such page, or it is gone.")
_MEANINGS: tuple[tuple[type[Exception], int, str, bool], ...] = (
    (
        ConflictError,
        409,
        N_("A colleague changed this meanwhile. Nothing of yours was saved; look at it again, then decide."),
        False,
    ),
    (MissingError, 404, _NO_PAGE, False),
    (ChannelError, 502, N_("The notice was not handed over. It stays as it is; you can try again."), True),
    (TakedownError, 422, N_("That could not be done."), True),
    (WarehouseError, 422, N_("That could not be done."), True),
)
"""Kind of error, HTTP status, msgid, and whether the error's own words are shown. Narrower kinds stand first."""


def _broken(request: Request, error: Exception) -> Response:  # noqa: ARG001 - the server logs it
    """Say that the software failed; the error itself goes to the server's log, not to the page."""
    message = N_(
        "Something broke on our side. Nothing was saved. Try again; if it stays, tell your administrator when it was."
    )
    response = _error_page(request, 500, message, {}, "")
    add_headers(MutableHeaders(raw=response.raw_headers), secure=request.app.state.desk.secure)
    return response


def _error_page(request: Request, status: int, message: str, values: dict[str, object], detail: str) -> Response:
    pages: Pages = request.app.state.pages
    visit = getattr(request.state, "visit", None)
    case_id = request.path_params.get("case_id", "") if status == HTTPStatus.CONFLICT else ""
    context: dict[str, Any] = {"code": status, "detail": detail, "case_id": case_id}
    if visit is None:
        text = pages.text(page_language(request), message, values)
        return pages.show_outside(request, "error.html", status=status, message=text, changed=None, **context)
    text = pages.text(visit.language, message, values)
    changed = None
    if case_id:
        changed = read_case(visit, case_id)
    return pages.show(visit, "error.html", status=status, message=text, changed=changed, **context)
