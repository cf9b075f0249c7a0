"""Own preferences, and the page for when the work weighs on somebody."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from review.errors import InputError
from review.language import LANGUAGES, N_
from review.pages import THEMES, go, pages_of
from review.passwords import hash_password, password_fits
from review.rights import Right
from review.visit import Allowed, Visit

router = APIRouter()
Member = Annotated[Visit, Depends(Allowed(Right.ACCOUNT))]
YEAR = 365 * 24 * 3600


@router.get("/account")
def account(visit: Member) -> Response:
    """Show one's own preferences."""
    return pages_of(visit).show(visit, "account.html", saved="saved" in visit.request.query_params)


@router.post("/account/language")
def choose_language(visit: Member) -> Response:
    """Change one's language."""
    wanted = visit.field("language")
    if wanted in LANGUAGES and wanted != visit.user.language:
        changed = replace(visit.user, language=wanted)
        visit.desk.state.users.put(changed, at=visit.now, by=visit.login)
    response = _back(visit)
    _keep(visit, response, "language", wanted if wanted in LANGUAGES else visit.language)
    return response


@router.post("/account/theme")
def choose_theme(visit: Member) -> Response:
    """Choose light, dark, or what the device says; kept in this browser."""
    response = _back(visit)
    wanted = visit.field("theme")
    _keep(visit, response, "theme", wanted if wanted in THEMES else "")
    return response


@router.post("/account/reading")
def choose_reading(visit: Member) -> Response:
    """Choose whether texts are covered until asked for; kept in this browser."""
    response = go("/account?saved")
    _keep(visit, response, "show", "always" if visit.field("show") == "always" else "ask")
    return response


@router.post("/account/password")
def change_password(visit: Member) -> Response:
    """Change one's own password."""
    throttle, keys = visit.request.app.state.throttle, (f"password:{visit.login}",)
    throttle.check(*keys, at=visit.now)
    if not password_fits(visit.user, visit.field("old")):
        throttle.failed(*keys, at=visit.now)
        message = N_("The current password is wrong.")
        raise InputError(message)
    throttle.passed(*keys)
    changed = replace(visit.user, password_hash=hash_password(visit.field("new")))
    visit.desk.state.users.put(changed, at=visit.now, by=visit.login)
    return go("/account?saved")


@router.get("/help")
def show_help(visit: Member) -> Response:
    """Show whom to call, and what this work can do to a person."""
    return pages_of(visit).show(visit, "help.html")


def _back(visit: Visit) -> Response:
    """Lead back to the page the form stood on, when it is one of ours."""
    to = visit.field("to")
    return go(to if to.startswith("/") and not to.startswith(("//", "/\\")) and to.isprintable() else "/account")


def _keep(visit: Visit, response: Response, name: str, value: str) -> None:
    response.set_cookie(name, value, path="/", max_age=YEAR, secure=visit.desk.secure, httponly=True, samesite="strict")
