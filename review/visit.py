"""Who is asking, and may she: every route goes through one `Allowed(right)`."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.datastructures import FormData

from review.desk import Desk
from review.errors import ForbiddenError, SignInError
from review.language import DEFAULT, N_, chosen_language
from review.rights import Right, may
from warehouse import User
from warehouse.state.users import Session

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request of one signed-in person."""

    request: Request
    desk: Desk
    session: Session
    form: FormData

    @property
    def user(self) -> User:
        """Who is asking."""
        return self.session.user

    @property
    def login(self) -> str:
        """Her login."""
        return self.session.user.login

    @property
    def language(self) -> str:
        """Her language, nl or en."""
        return chosen_language(self.session.user.language)

    @property
    def now(self) -> datetime:
        """The desk's clock."""
        return self.desk.now()

    @property
    def by_htmx(self) -> bool:
        """Whether a part of the page asks, not the whole page."""
        return self.request.headers.get("hx-request") == "true"

    def may(self, right: Right) -> bool:
        """Say whether she has the right."""
        return may(self.user, right)

    def field(self, name: str) -> str:
        """Give a form field's text, stripped; empty when absent or a file."""
        value = self.form.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    def fields(self, name: str) -> tuple[str, ...]:
        """Give all values of a form field."""
        return tuple(value for value in self.form.getlist(name) if isinstance(value, str))

    def number(self, name: str) -> int:
        """Give a form field as a whole number; -1 when it is none."""
        value = self.field(name)
        return int(value) if value.isascii() and value.isdigit() and len(value) < 12 else -1  # noqa: PLR2004 - no overflow


async def read_form(request: Request) -> FormData:
    """Read the form of a write; empty for everything else."""
    if request.method not in WRITES:
        return FormData()
    return await request.form(max_files=1, max_fields=100)


class Allowed:
    """The guard of a route: a session, this right, and for a write our own page as its origin and its token."""

    def __init__(self, right: Right) -> None:
        """Guard with `right`."""
        self.right = right

    def __call__(self, request: Request, form: Annotated[FormData, Depends(read_form)]) -> Visit:
        """Give the visit. Raises `SignInError` or `ForbiddenError`."""
        visit = visit_of(request, form)
        if visit is None:
            message = N_("Please sign in.")
            raise SignInError(message)
        request.state.visit = visit
        if request.method in WRITES:
            check_origin(request)
            check_token(form, visit.session.csrf)
        if not visit.may(self.right):
            message = N_("Your role does not include this. Ask a colleague who may, or your administrator.")
            raise ForbiddenError(message)
        return visit


def visit_of(request: Request, form: FormData | None = None) -> Visit | None:
    """Give the visit of whoever is signed in; `None` for a stranger or an ended session. Nothing is allowed by it."""
    desk: Desk = request.app.state.desk
    token = request.cookies.get(cookie_name(desk), "")
    session = desk.state.users.session(token, at=desk.now()) if token else None
    return Visit(request=request, desk=desk, session=session, form=form or FormData()) if session else None


def cookie_name(desk: Desk) -> str:
    """Give the session cookie's name; browsers take `__Host-` only over https."""
    return "__Host-handenaf" if desk.secure else "handenaf"


def check_origin(request: Request) -> None:
    """Let a write pass that comes from our own pages. Raises `ForbiddenError`.

    The browser sets Origin on every POST; where it is absent (a script, an old browser) Sec-Fetch-Site must not say
    that another site asked. The token is asked for in any case.
    """
    origin = request.headers.get("origin")
    elsewhere = request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}
    if (origin is not None and urlsplit(origin).netloc != request.headers.get("host")) or elsewhere:
        message = N_("This form came from another site, so nothing was saved.")
        raise ForbiddenError(message)


def check_token(form: FormData, expected: str) -> None:
    """Let a write pass that carries the session's token. Raises `ForbiddenError`."""
    given = form.get("token", "")
    if not isinstance(given, str) or not expected or not hmac.compare_digest(given.encode(), expected.encode()):
        message = N_(
            "The page was open too long or came from elsewhere, so nothing was saved. Reload it and try again."
        )
        raise ForbiddenError(message)


def page_language(request: Request) -> str:
    """Give the language for a page without a session: the cookie of the last one, else Dutch."""
    return chosen_language(request.cookies.get("language", DEFAULT))
