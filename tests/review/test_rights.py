"""Who may do what: every route against every role, and the guards that stand before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from review import create_app
from review.rights import RIGHTS, Right, is_about
from review.routes import ROUTERS
from review.visit import WRITES, Allowed
from warehouse import Person, Role, User

if TYPE_CHECKING:  # tests can't import from one another at run time
    from tests.review.conftest import Enter, Town

OPEN = {("/login", "GET"), ("/login", "POST"), ("/login/language", "POST")}
LOGINS = {Role.REVIEWER: "roos", Role.LEGAL: "lieke", Role.ADMIN: "admin"}


def guards(dependant: Dependant) -> list[Allowed]:
    """Find the guards of a route."""
    found = [dependant.call] if isinstance(dependant.call, Allowed) else []
    return found + [guard for inner in dependant.dependencies for guard in guards(inner)]


def routes() -> list[tuple[str, str, Right | None]]:
    """List path, method and right of every route of the application."""
    found = []
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            assert route.methods is not None, route.path
            rights = [guard.right for guard in guards(route.dependant)]
            found += [(route.path, method, rights[0] if rights else None) for method in route.methods]
    return found


def test_every_route_but_signing_in_names_a_right(town: Town) -> None:
    listed = routes()
    others = [route for route in create_app(town.desk).routes if not hasattr(route, "original_router")]
    assert [getattr(route, "name", "") for route in others] == ["static"]
    assert len(listed) > 35
    assert {(path, method) for path, method, right in listed if right is None} == OPEN


@pytest.mark.parametrize("role", list(Role))
def test_a_role_opens_exactly_its_routes(town: Town, enter: Enter, role: Role) -> None:
    """A route answers 403 exactly when the table lacks the right; anything else means that the guard let it pass."""
    client = enter(LOGINS[role])
    for path, method, right in routes():
        if right is None or path == "/logout":
            continue
        real = (
            path.replace("{case_id}", town.cases[0].id)
            .replace("{notice_id}", "x")
            .replace("{login}", "roos")
            .replace("{sha256}", "0" * 64)
        )
        answer = client.post(real) if method in WRITES else client.get(real)
        assert (answer.status_code == 403) == (right not in RIGHTS[role]), (path, method, answer.status_code)
        assert answer.status_code < 500, (path, answer.text)


def test_nobody_signed_in_is_led_to_the_door(town: Town, enter: Enter) -> None:
    visitor = enter("roos")
    visitor.client.cookies.clear()
    for path, method, right in routes():
        if right is None:
            continue
        real = (
            path.replace("{case_id}", town.cases[0].id)
            .replace("{notice_id}", "x")
            .replace("{login}", "roos")
            .replace("{sha256}", "0" * 64)
        )
        answer = visitor.client.request(method, real)
        assert answer.status_code == (401 if method in WRITES else 303), path
        if method == "GET":
            assert answer.headers["location"].startswith("/login")


def test_an_administrator_sees_no_post(enter: Enter) -> None:
    admin = enter("admin")
    assert Right.READ not in RIGHTS[Role.ADMIN]
    for path in ("/overview", "/admin/users", "/admin/roster", "/admin/sources", "/log", "/help", "/account"):
        assert "naar haar auto" not in admin.get(path).text


def test_a_reviewer_never_gets_a_post_about_herself(town: Town, enter: Enter) -> None:
    """The fifth case names Ilse de Groot, who is a reviewer too."""
    own = town.cases[4]
    ilse, roos = enter("ilse"), enter("roos")
    assert own.id in roos.get("/queue").text
    assert own.id not in ilse.get("/queue").text
    assert ilse.get(f"/case/{own.id}").status_code == 403
    assert ilse.post(f"/case/{own.id}/text").status_code == 403
    number = town.state.cases.number(own.id)
    assert own.id not in ilse.get(f"/cases/find?number={number}").headers["location"]


def test_a_person_is_known_by_name_alias_login_or_address() -> None:
    person = Person(id="p", display_name="Ilse de Groot", aliases=("Ielse",), handles=("@idg",))

    def user(login: str = "x", name: str = "Y", email: str = "") -> User:
        return User(login=login, name=name, role=Role.REVIEWER, password_hash="", email=email)

    assert is_about(user(name="ilse  DE groot"), person)
    assert is_about(user(login="idg"), person)
    assert is_about(user(email="idg@noorderlicht.example"), person)
    assert not is_about(user(login="roos", name="Roos Bakker", email=""), person)


def test_a_write_without_our_token_is_refused(town: Town, enter: Enter) -> None:
    roos = enter("roos")
    case = town.cases[0]
    fields = {"answer": "positive", "ready": "0", "version": str(town.state.cases.one(case.id).version)}
    for token in ("", "wrong", "é"):
        assert roos.client.post(f"/case/{case.id}/judgement", data=fields | {"token": token}).status_code == 403
    assert town.state.cases.judgements(case.id) == ()


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_a_write_from_another_site_is_refused(town: Town, enter: Enter, headers: dict[str, str]) -> None:
    roos = enter("roos")
    case = town.cases[0]
    answer = roos.client.post(
        f"/case/{case.id}/judgement",
        data={"token": roos.token(), "answer": "positive", "ready": "0", "version": "1"},
        headers=headers,
    )
    assert answer.status_code == 403
    assert town.state.cases.judgements(case.id) == ()


def test_our_own_origin_passes(enter: Enter) -> None:
    roos = enter("roos")
    answer = roos.client.post(
        "/account/theme", data={"token": roos.token(), "theme": "dark"}, headers={"Origin": "http://desk.test"}
    )
    assert answer.status_code == 303


def test_every_answer_carries_the_safe_headers(town: Town, enter: Enter) -> None:
    roos = enter("roos")
    for path in ("/queue", f"/case/{town.cases[0].id}", "/static/desk.css", "/nergens", "/login", "/admin/users"):
        headers = roos.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_a_broken_page_says_so_without_telling_how(town: Town, enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    roos = enter("roos")

    def broken(*_: object, **__: object) -> None:
        message = "secret detail"
        raise RuntimeError(message)

    monkeypatch.setattr(type(town.state.cases), "steps", broken)
    answer = roos.get(f"/case/{town.cases[0].id}")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_body_without_length_or_too_long_is_refused(enter: Enter) -> None:
    roos = enter("roos")
    assert roos.client.post("/account/theme", content=iter([b"token=x"])).status_code == 413
    assert roos.client.post("/account/theme", content=b"x" * 4_000_001).status_code == 413
