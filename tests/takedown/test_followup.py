"""Looking again over real HTTP, and what follows from the looks."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from takedown.cases import may_follow
from takedown.followup import GONE, STILL_THERE, UNCLEAR, FollowPolicy, Look, look, next_step
from takedown.page_state import holds_post, page_state
from warehouse import CaseState

S = CaseState
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
TEXT = "Ik weet waar Truus Voorbeeld woont & ik kom langs!"


def minutes(ago: float, outcome: str) -> Look:
    """Make a look some minutes before NOW."""
    return Look(url="https://x.example/", at=NOW - timedelta(minutes=ago), outcome=outcome, status=200, why=outcome)


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (
            200,
            "<p>Ik weet waar <b>Truus&nbsp;Voorbeeld</b>\n woont &amp; ik kom langs!</p> <a>Log in om verder te gaan</a>",
            "still_there",
        ),
        (200, "<p>Dit bericht is verwijderd.</p>", "gone"),
        (200, "<p>This post has been removed</p>", "gone"),
        (200, "<p>Alleen nog andere berichten</p>", "gone"),
        (404, "weg", "gone"),
        (410, "weg", "gone"),
        (200, "<h1>Log in to continue</h1>", "login_wall"),
        (401, "", "login_wall"),
        (403, "verboden", "unclear"),
        (429, "rustig", "unclear"),
        (500, "fout", "unclear"),
        (503, "dit bericht is verwijderd", "unclear"),
        (200, "<script>var t='Ik weet waar Truus Voorbeeld woont en ik kom langs'</script>", "gone"),
        (200, "\x00\xff\xfe garbage <<<>>> &#x;", "gone"),
    ],
)
def test_a_page_tells_what_became_of_the_post(site: Any, status: int, body: str, outcome: str) -> None:
    url = site.page("/t", body, status)
    assert look(url, TEXT, allow_loopback=True, now=NOW).outcome == outcome


def test_a_page_that_needs_javascript_is_never_called_gone_for_lack_of_text(site: Any) -> None:
    url = site.page("/app", "<div id=root></div>")
    assert look(url, TEXT, needs_javascript=True, allow_loopback=True).outcome == UNCLEAR
    site.page("/app", "weg", 404)
    assert look(url, TEXT, needs_javascript=True, allow_loopback=True).outcome == GONE


def test_redirects_are_followed_to_a_login_and_round_in_circles(site: Any) -> None:
    url = site.page("/a", "", 302, Location="/login?next=/a")
    site.page("/login?next=/a", "<h1>Welkom</h1>")
    assert look(url, TEXT, allow_loopback=True).outcome == "login_wall"
    loop = site.page("/b", "", 302, Location="/b")
    seen = look(loop, TEXT, allow_loopback=True)
    assert (seen.outcome, "circles" in seen.why) == (UNCLEAR, True)
    assert site.hits["/b"] < 10


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:9/", "http://localhost/", "http://10.0.0.1/", "http://169.254.169.254/latest", "file:///etc/passwd",
     "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://0.0.0.0/", "http://a:b@example.org/", "gopher://x/", "http://[", ""],
)  # fmt: skip
def test_closed_networks_and_other_schemes_are_not_visited(url: str) -> None:
    seen = look(url, TEXT)
    assert seen.outcome == UNCLEAR
    assert seen.status == 0


def test_a_redirect_into_a_closed_network_is_not_followed(site: Any) -> None:
    url = site.page("/a", "", 302, Location="http://10.0.0.1/geheim")
    assert "private network" in look(url, TEXT, allow_loopback=True).why


def test_nobody_there_is_unclear() -> None:
    assert look("http://127.0.0.1:1/", TEXT, allow_loopback=True, timeout_s=2).outcome == UNCLEAR


def test_a_post_without_letters_is_never_found() -> None:
    assert not holds_post("alles", "!!! \u2764")
    assert holds_post("x " + "woord " * 500, "woord " * 400)


@pytest.mark.parametrize(
    ("status", "final", "text", "found", "state"),
    [
        (200, "/t", "wij en onze partners", False, "consent_wall"),
        (200, "/t", "wij en onze partners", True, "visible"),
        (200, "/t", "Bevestig dat u een mens bent", False, "blocked"),
        (451, "/t", "", False, "blocked"),
        (0, "/t", "", False, "error"),
        (500, "/t", "", True, "error"),
        (200, "/accounts/login/", "", False, "login_wall"),
    ],
)
def test_page_states(status: int, final: str, text: str, found: bool, state: str) -> None:
    url = "https://x.example/t"
    assert (
        page_state(status=status, url=url, final_url="https://x.example" + final, page_text=text, found=found) == state
    )


def test_gone_needs_two_looks_apart() -> None:
    once = next_step(S.SENT, [minutes(0, GONE)], sent_at=NOW - timedelta(days=1), now=NOW)
    assert once.to is None
    assert once.look_again_at == NOW + timedelta(minutes=10)
    close = next_step(S.SENT, [minutes(5, GONE), minutes(0, GONE)], sent_at=None, now=NOW)
    assert close.to is None
    apart = next_step(S.SENT, [minutes(11, GONE), minutes(0, GONE)], sent_at=None, now=NOW)
    assert apart.to is S.REMOVED_VERIFIED


def test_a_post_seen_in_between_starts_the_count_again() -> None:
    looks = [minutes(60, GONE), minutes(5, STILL_THERE), minutes(0, GONE)]
    assert next_step(S.SENT, looks, sent_at=None, now=NOW).to is None
    looks = [minutes(60, GONE), minutes(5, UNCLEAR), minutes(0, GONE)]
    assert next_step(S.SENT, looks, sent_at=None, now=NOW).to is S.REMOVED_VERIFIED


def test_patience_ends_in_a_reminder_and_then_in_no_answer() -> None:
    def after(hours: float, **more: Any) -> Any:
        return next_step(S.SENT, [minutes(0, STILL_THERE)], sent_at=NOW - timedelta(hours=hours), now=NOW, **more)

    assert not after(47).remind
    assert after(49).remind
    assert not after(49, reminded=True).remind
    assert after(241).to is S.NO_ANSWER
    assert after(2, policy=FollowPolicy(remind_after=timedelta(hours=1))).remind


def test_what_was_removed_and_is_there_again_has_returned() -> None:
    for state in (S.REMOVED, S.REMOVED_VERIFIED):
        assert next_step(state, [minutes(0, STILL_THERE)], sent_at=None, now=NOW).to is S.RETURNED
    looks = [minutes(600, GONE), minutes(500, GONE), minutes(0, STILL_THERE)]
    assert next_step(S.CLOSED, looks, sent_at=None, now=NOW).to is S.RETURNED


def test_a_closed_case_whose_post_was_never_gone_is_left_alone() -> None:
    step = next_step(S.CLOSED, [minutes(0, STILL_THERE)], sent_at=None, now=NOW)
    assert (step.to, step.look_again_at) == (None, None)


def test_a_look_before_the_sending_reminds_nobody() -> None:
    looks = [minutes(60 * 100, STILL_THERE)]
    assert not next_step(S.SENT, looks, sent_at=NOW - timedelta(hours=72), now=NOW).remind


@pytest.mark.parametrize("state", list(CaseState))
@pytest.mark.parametrize("outcomes", [(), (GONE,), (GONE, GONE), (STILL_THERE,), (UNCLEAR,), ("login_wall",)])
def test_every_step_is_one_that_the_table_allows(state: CaseState, outcomes: tuple[str, ...]) -> None:
    looks = [minutes(20 * (len(outcomes) - n), outcome) for n, outcome in enumerate(outcomes)]
    step = next_step(state, looks, sent_at=NOW - timedelta(days=30), now=NOW)
    assert step.to is None or may_follow(state, step.to)
