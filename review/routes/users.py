"""Who may work at the desk."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from review.errors import InputError, UnknownPageError
from review.language import DEFAULT, LANGUAGES, N_
from review.pages import go, pages_of
from review.passwords import hash_password
from review.rights import Right
from review.visit import Allowed, Visit
from warehouse import Role, User

router = APIRouter(prefix="/admin/users")
Admin = Annotated[Visit, Depends(Allowed(Right.ADMINISTER))]


@router.get("")
def users(visit: Admin) -> Response:
    """List everybody, active or not."""
    return pages_of(visit).show(visit, "users.html", users=visit.desk.state.users.all())


@router.post("")
def add(visit: Admin) -> Response:
    """Add a user."""
    login = visit.field("login").lower()
    is_plain = login.isascii() and login.replace("-", "").replace(".", "").isalnum() and len(login) <= 40  # noqa: PLR2004
    if not is_plain or not visit.field("name"):
        message = N_("A user needs a login (letters, digits, dot, hyphen; at most 40) and a name.")
        raise InputError(message)
    if visit.desk.state.users.one(login):
        message = N_("There is a user %(login)s already. Change that one, or choose another login.")
        raise InputError(message, login=login)
    language = visit.field("language")
    user = User(
        login=login,
        name=visit.field("name")[:120],
        role=_role(visit),
        password_hash=hash_password(visit.field("password")),
        language=language if language in LANGUAGES else DEFAULT,
        email=visit.field("email")[:200],
    )
    visit.desk.state.users.put(user, at=visit.now, by=visit.login)
    return go("/admin/users")


@router.post("/{login}")
def change(visit: Admin, login: str) -> Response:
    """Change role, activity or password. Nobody changes her own role or locks herself out."""
    user = visit.desk.state.users.one(login)
    if user is None:
        message = N_("There is no such user.")
        raise UnknownPageError(message)
    active, role = visit.field("active") == "yes", _role(visit)
    if login == visit.login and (not active or role is not user.role):
        message = N_("You can't take your own rights; ask another administrator.")
        raise InputError(message)
    changed = replace(user, role=role, active=active)
    if visit.field("password"):
        changed = replace(changed, password_hash=hash_password(visit.field("password")))
    visit.desk.state.users.put(changed, at=visit.now, by=visit.login)
    return go("/admin/users")


def _role(visit: Visit) -> Role:
    role = visit.field("role")
    if role not in list(Role):
        message = N_("Choose a role.")
        raise InputError(message)
    return Role(role)
