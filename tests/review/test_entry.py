"""Signing in: passwords, throttling, cookies."""

from __future__ import annotations

import re
import statistics
import time
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient

from review import create_app, hash_password
from review.errors import InputError
from review.passwords import password_fits
from warehouse import Role, User

if TYPE_CHECKING:  # tests can't import from one another at run time
    from httpx2 import Response

    from tests.review.conftest import Enter, Town

PASSWORD = "een korte zin is beter"  # as in conftest


def door(town: Town, **changes: Any) -> TestClient:
    return TestClient(create_app(replace(town.desk, **changes)), base_url="https://desk.test", follow_redirects=False)


def knock(client: TestClient, login: str, password: str, to: str = "") -> Response:
    token = re.search(r'name="token" value="([^"]+)"', client.get("/login").text)
    assert token
    return client.post("/login", data={"token": token[1], "login": login, "password": password, "to": to})


def test_a_right_password_opens_a_session_with_a_safe_cookie(town: Town) -> None:
    answer = knock(door(town, secure=True), "roos", PASSWORD)
    assert answer.status_code == 303
    cookie = next(value for value in answer.headers.get_list("set-cookie") if "handenaf=" in value)
    assert cookie.startswith("__Host-handenaf=")
    for part in ("HttpOnly", "Secure", "SameSite=strict", "Path=/"):
        assert part in cookie
    assert "max-age=31536000" in answer.headers["strict-transport-security"]


def test_the_cookie_is_no_host_cookie_without_https(town: Town) -> None:
    answer = knock(door(town), "roos", PASSWORD)
    cookie = next(value for value in answer.headers.get_list("set-cookie") if "handenaf=" in value)
    assert cookie.startswith("handenaf=")
    assert "Secure" not in cookie


@pytest.mark.parametrize("login", ["roos", "niemand", "", "roos' OR 1=1 --", "<b>"])
def test_a_wrong_password_and_an_unknown_name_look_the_same(town: Town, login: str) -> None:
    answer = knock(door(town), login, "verkeerd wachtwoord")
    assert answer.status_code == 401
    assert "Naam of wachtwoord is fout." in answer.text
    assert "<b>" not in answer.text.replace("<b>Naam", "")


def test_an_inactive_user_stays_outside(town: Town) -> None:
    user = town.state.users.one("roos")
    assert user is not None
    town.state.users.put(replace(user, active=False), at=town.clock(), by="admin")
    assert knock(door(town), "roos", PASSWORD).status_code == 401


def test_guessing_is_slowed_down_and_forgiven_after_the_wait(town: Town) -> None:
    client = door(town)
    for _ in range(5):
        assert knock(client, "roos", "fout fout fout").status_code == 401
    assert knock(client, "roos", PASSWORD).status_code == 429
    town.clock.at += timedelta(minutes=16)
    assert knock(client, "roos", PASSWORD).status_code == 303


def test_guessing_one_name_leaves_the_others_alone(town: Town) -> None:
    client = door(town)
    for _ in range(7):
        knock(client, "roos", "fout fout fout")
    assert knock(client, "lieke", PASSWORD).status_code == 303


def test_a_failed_try_is_logged_but_never_an_unknown_name(town: Town) -> None:
    client = door(town)
    knock(client, "roos", "fout")
    knock(client, "mijnwachtwoord123", "fout")
    failed = [entry.subject for entry in town.state.audit.entries() if entry.action == "user.login_failed"]
    assert failed == ["roos"]


def test_an_unknown_name_takes_as_long_as_a_known_one() -> None:
    """Measured: both verify one argon2id hash of today's cost."""
    user = User(login="x", name="X", role=Role.LEGAL, password_hash=hash_password(PASSWORD))
    times: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(5):
        for known, taken in times.items():
            start = time.perf_counter()
            assert not password_fits(user if known else None, "iets anders hier")
            taken.append(time.perf_counter() - start)
    assert 0.4 < statistics.median(times[True]) / statistics.median(times[False]) < 2.5


def test_a_short_password_is_refused() -> None:
    with pytest.raises(InputError):
        hash_password("kort")


@pytest.mark.parametrize(
    "to", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/queue\r\nX: y"]
)
def test_signing_in_never_leads_to_another_site(town: Town, to: str) -> None:
    assert knock(door(town), "roos", PASSWORD, to=to).headers["location"] == "/queue"


def test_signing_in_leads_back_to_the_page_that_was_asked(town: Town) -> None:
    client = door(town)
    asked = client.get(f"/case/{town.cases[0].id}")
    assert asked.headers["location"] == f"/login?to=/case/{town.cases[0].id}"
    assert (
        knock(client, "roos", PASSWORD, to=f"/case/{town.cases[0].id}").headers["location"]
        == f"/case/{town.cases[0].id}"
    )


def test_signing_in_needs_the_form_of_our_own_page(town: Town) -> None:
    client = door(town)
    answer = client.post("/login", data={"token": "x", "login": "roos", "password": PASSWORD})
    assert answer.status_code == 403


def test_signing_out_ends_the_session(enter: Enter) -> None:
    roos = enter("roos")
    cookies = dict(roos.client.cookies)
    assert roos.post("/logout").status_code == 303
    roos.client.cookies.update(cookies)
    assert roos.get("/queue").status_code == 303


def test_a_session_ends_by_itself(town: Town, enter: Enter) -> None:
    roos = enter("roos")
    town.clock.at += timedelta(hours=11)
    assert roos.get("/queue").headers["location"].startswith("/login")


def test_a_changed_password_counts_from_the_next_sign_in(town: Town, enter: Enter) -> None:
    roos = enter("roos")
    assert roos.post("/account/password", old="fout", new="een nieuwe lange zin").status_code == 422
    assert roos.post("/account/password", old=PASSWORD, new="kort").status_code == 422
    assert roos.post("/account/password", old=PASSWORD, new="een nieuwe lange zin").status_code == 303
    assert knock(door(town), "roos", PASSWORD).status_code == 401
    assert knock(door(town), "roos", "een nieuwe lange zin").status_code == 303
