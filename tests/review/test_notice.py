"""From a decision to a sent notice: two persons, once, and what the platform answered."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Never

import pytest
from fastapi import FastAPI

from takedown.errors import SendLaterError
from warehouse import Case, CaseState, Notice

if TYPE_CHECKING:  # tests can't import from one another at run time
    from httpx2 import Response

    from tests.review.conftest import Colleague, Enter, Town

WHY = "Het bericht kondigt aan haar bij haar auto op te wachten; dat is bedreiging, art. 285 Sr."


@pytest.fixture
def drafted(town: Town, enter: Enter) -> Case:
    """Give a case with a notice that Roos drafted, through the channel that needs no server."""
    roos, case = enter("roos"), town.cases[0]
    for path, fields in (("judgement", {"answer": "positive"}), ("decision", {"choice": "act"})):
        version = str(town.state.cases.one(case.id).version)
        assert roos.post(f"/case/{case.id}/{path}", ready="0", version=version, **fields).status_code == 303
    assert draft(roos, town, case).status_code == 303
    return case


def draft(person: Colleague, town: Town, case: Case, **more: str) -> Response:
    version = str(town.state.cases.one(case.id).version)
    return person.post(
        f"/case/{case.id}/notice",
        **({"language": "nl", "channel": "sheet", "explanation": WHY, "version": version} | more),
    )


def notice(town: Town, case: Case) -> Notice:
    return town.state.papers.notices(case.id)[-1]


def path(town: Town, case: Case, act: str) -> str:
    return f"/case/{case.id}/notice/{notice(town, case).id}/{act}"


def test_two_persons_send_a_notice_and_the_case_is_sent(town: Town, enter: Enter, drafted: Case) -> None:
    lieke = enter("lieke")
    assert lieke.post(path(town, drafted, "approve")).status_code == 303
    assert "Nu versturen" in lieke.get(path(town, drafted, "send")).text
    assert lieke.post(path(town, drafted, "send"), sure="yes").status_code == 303
    assert town.state.cases.one(drafted.id).state is CaseState.SENT
    assert [one.id for one in town.sent] == [notice(town, drafted).id]
    assert town.state.papers.receipt(notice(town, drafted).id)


def test_nothing_leaves_without_approval_or_without_saying_sure(town: Town, enter: Enter, drafted: Case) -> None:
    lieke = enter("lieke")
    assert lieke.get(path(town, drafted, "send")).status_code == 422
    assert lieke.post(path(town, drafted, "send"), sure="yes").status_code == 422
    lieke.post(path(town, drafted, "approve"))
    assert lieke.post(path(town, drafted, "send")).status_code == 422
    assert town.sent == []


def test_the_drafter_never_approves_her_own_notice(town: Town, enter: Enter, drafted: Case) -> None:
    lieke = enter("lieke")
    assert draft(lieke, town, drafted, explanation=WHY + " Nog duidelijker gezegd.").status_code == 303
    assert lieke.post(path(town, drafted, "approve")).status_code == 403
    assert town.state.papers.approvals(notice(town, drafted).id) == ()


def test_a_reviewer_may_draft_but_not_approve_or_send(town: Town, enter: Enter, drafted: Case) -> None:
    daan = enter("daan")
    assert daan.post(path(town, drafted, "approve")).status_code == 403
    assert daan.post(path(town, drafted, "send"), sure="yes").status_code == 403


def test_a_changed_letter_needs_a_new_approval(town: Town, enter: Enter, drafted: Case) -> None:
    lieke, wim = enter("lieke"), enter("wim")
    old = path(town, drafted, "send")
    lieke.post(path(town, drafted, "approve"))
    draft(wim, town, drafted, language="en", explanation=WHY + " In English.")
    assert lieke.post(old, sure="yes").status_code == 409
    assert lieke.post(path(town, drafted, "send"), sure="yes").status_code == 422
    assert town.sent == []


def test_a_second_click_sends_nothing_twice(town: Town, enter: Enter, drafted: Case) -> None:
    lieke = enter("lieke")
    lieke.post(path(town, drafted, "approve"))
    send = path(town, drafted, "send")
    assert [lieke.post(send, sure="yes").status_code for _ in range(3)] == [303, 409, 409]
    assert len(town.sent) == 1


def test_a_channel_that_fails_says_so_and_keeps_the_notice(town: Town, drafted: Case, enter: Enter) -> None:
    def down(*_: object) -> Never:
        message = "the mail server 127.0.0.1:1 can't take it now"
        raise SendLaterError(message)

    lieke = enter("lieke")
    lieke.post(path(town, drafted, "approve"))
    app = lieke.client.app
    assert isinstance(app, FastAPI)
    app.state.desk = replace(town.desk, send=down)
    answer = lieke.post(path(town, drafted, "send"), sure="yes")
    assert answer.status_code == 502
    assert "127.0.0.1:1" in answer.text
    assert town.state.cases.one(drafted.id).state is CaseState.NOTICE_DRAFTED


def test_a_too_short_explanation_shows_what_is_missing_and_can_not_be_sent(
    town: Town, enter: Enter, drafted: Case
) -> None:
    roos, lieke = enter("roos"), enter("lieke")
    draft(roos, town, drafted, explanation="kort")
    assert "16.2.a" in lieke.get(f"/case/{drafted.id}").text
    lieke.post(path(town, drafted, "approve"))
    assert lieke.post(path(town, drafted, "send"), sure="yes").status_code == 422


@pytest.mark.parametrize("fields", [{"language": "de"}, {"channel": "../mail"}, {"explanation": ""}])
def test_a_draft_with_a_made_up_field_is_refused(
    town: Town, enter: Enter, drafted: Case, fields: dict[str, str]
) -> None:
    assert draft(enter("roos"), town, drafted, **fields).status_code == 422


def test_no_notice_is_drafted_about_a_case_that_nobody_decided(town: Town, enter: Enter) -> None:
    assert draft(enter("roos"), town, town.cases[2]).status_code == 409


@pytest.mark.parametrize(
    ("kind", "state"),
    [("acknowledged", CaseState.ACKNOWLEDGED), ("removed", CaseState.REMOVED), ("refused", CaseState.REFUSED)],
)
def test_legal_enters_what_the_platform_answered(
    town: Town, enter: Enter, drafted: Case, kind: str, state: CaseState
) -> None:
    lieke = enter("lieke")
    lieke.post(path(town, drafted, "approve"))
    lieke.post(path(town, drafted, "send"), sure="yes")
    version = str(town.state.cases.one(drafted.id).version)
    assert (
        enter("roos").post(f"/case/{drafted.id}/answer", kind=kind, text="Dank u.", version=version).status_code == 403
    )
    assert (
        lieke.post(
            f"/case/{drafted.id}/answer", kind=kind, text="Dank u. <b>Wij kijken.</b>", version=version
        ).status_code
        == 303
    )
    assert town.state.cases.one(drafted.id).state is state
    assert "&lt;b&gt;Wij kijken." in lieke.get(f"/case/{drafted.id}").text


def test_a_step_that_may_not_follow_is_refused_with_what_may(town: Town, enter: Enter, drafted: Case) -> None:
    lieke = enter("lieke")
    version = str(town.state.cases.one(drafted.id).version)
    answer = lieke.post(f"/case/{drafted.id}/answer", kind="removed", text="weg", version=version)
    assert answer.status_code == 422
    assert town.state.papers.responses(drafted.id) == ()
    assert lieke.post(f"/case/{drafted.id}/move", to="sent", reason="x", version=version).status_code == 422


def test_the_bundle_button_leads_to_the_editions(enter: Enter, drafted: Case) -> None:
    answer = enter("lieke").post(f"/case/{drafted.id}/bundle")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/case/{drafted.id}/editions"
    assert enter("roos").post(f"/case/{drafted.id}/bundle").status_code == 403


def test_looking_again_adds_a_capture(town: Town, enter: Enter, drafted: Case) -> None:
    before = len(town.state.papers.captures(drafted.id))
    assert enter("lieke").post(f"/case/{drafted.id}/recapture").status_code == 303
    assert len(town.state.papers.captures(drafted.id)) == before + 1


@pytest.mark.usefixtures("drafted")
def test_the_whole_chain_still_verifies(enter: Enter) -> None:
    assert "De keten klopt" in enter("lieke").post("/log/verify").text
