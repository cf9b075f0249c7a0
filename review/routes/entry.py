"""Signing in and out."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from review.desk import Desk
from review.language import LANGUAGES, N_
from review.pages import Pages, go
from review.passwords import Throttle, password_fits
from review.rights import Right, may
from review.visit import Allowed, Visit, check_origin, check_token, cookie_name, read_form
from warehouse import User

router = APIRouter()
KNOCK = "handenaf_knock"
"""Cookie with the token of the sign-in form: there is no session yet that could hold one (double submit)."""


@router.get("/")
def start(visit: Annotated[Visit, Depends(Allowed(Right.ACCOUNT))]) -> RedirectResponse:
    """Lead to the page where this role's work begins."""
    return go(first_page(visit.user))


@router.get("/login")
def ask(request: Request, to: str = "/") -> Response:
    """Show the sign-in form."""
    return _form(request, to=to, login="", problem="", status=200)


@router.post("/login")
def enter(request: Request, form: Annotated[FormData, Depends(read_form)]) -> Response:
    """Check name and password; open a session, or say that one of them is wrong but not which."""
    check_origin(request)
    check_token(form, request.cookies.get(KNOCK, ""))
    desk: Desk = request.app.state.desk
    throttle: Throttle = request.app.state.throttle
    login, password, to = (str(form.get(name, "")) for name in ("login", "password", "to"))
    login, now = login.strip(), desk.now()
    keys = (f"login:{login}", f"address:{request.client.host if request.client else ''}:{login}")
    throttle.check(*keys, at=now)
    user = desk.state.users.one(login) if login else None
    if not password_fits(user, password) or user is None:
        throttle.failed(*keys, at=now)
        if user:  # an unknown name is not logged: it may be a password typed in the wrong field
            desk.state.audit.note(at=now, actor=login, action="user.login_failed", subject=login)
        return _form(request, to=to, login=login, problem=N_("Name or password is wrong."), status=401)
    throttle.passed(*keys)
    response = go(_own_path(to) or first_page(user))
    old = request.cookies.get(cookie_name(desk))
    if old:
        desk.state.users.close_session(old)
    token = desk.state.users.open_session(user.login, at=now)
    _set_cookie(response, desk, cookie_name(desk), token)
    _set_cookie(response, desk, "language", user.language)
    response.delete_cookie(KNOCK, path="/")
    return response


@router.post("/logout")
def leave(visit: Annotated[Visit, Depends(Allowed(Right.ACCOUNT))]) -> Response:
    """Close the session."""
    visit.desk.state.users.close_session(visit.request.cookies[cookie_name(visit.desk)])
    visit.desk.state.audit.note(at=visit.now, actor=visit.login, action="user.logout", subject=visit.login)
    response = go("/login")
    response.delete_cookie(
        cookie_name(visit.desk), path="/", secure=visit.desk.secure, httponly=True, samesite="strict"
    )
    return response


@router.post("/login/language")
def choose_language(request: Request, form: Annotated[FormData, Depends(read_form)]) -> Response:
    """Change the language of the sign-in page; nothing else happens, so no token is asked."""
    check_origin(request)
    wanted = str(form.get("language", ""))
    response = go("/login")
    if wanted in LANGUAGES:
        _set_cookie(response, request.app.state.desk, "language", wanted)
    return response


def first_page(user: User) -> str:
    """Give the page a role begins on."""
    return "/queue" if may(user, Right.READ) else "/overview"


def _form(request: Request, *, to: str, login: str, problem: str, status: int) -> Response:
    pages: Pages = request.app.state.pages
    token = request.cookies.get(KNOCK) or secrets.token_urlsafe(24)
    response = pages.show_outside(
        request, "login.html", status=status, to=_own_path(to), login=login, problem=problem, knock=token
    )
    _set_cookie(response, request.app.state.desk, KNOCK, token)
    return response


def _own_path(path: str) -> str:
    """Give the path when it is one of ours, else nothing: no leading to another site after signing in."""
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\", "/login")) and path.isprintable()
    return path if is_ours and path != "/" else ""


def _set_cookie(response: Response, desk: Desk, name: str, value: str) -> None:
    response.set_cookie(name, value, path="/", secure=desk.secure, httponly=True, samesite="strict")
