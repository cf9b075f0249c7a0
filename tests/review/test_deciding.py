"""Judging and deciding: who, in what order, with a reason, on what version, and back again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from warehouse import Answer, Case, CaseState, Choice, Label, Urgency

if TYPE_CHECKING:  # tests can't import from one another at run time
    from httpx2 import Response

    from tests.review.conftest import Colleague, Enter, Town


def judge(person: Colleague, town: Town, case: Case, answer: str = "positive", **more: str) -> Response:
    version = town.state.cases.one(case.id).version
    return person.post(
        f"/case/{case.id}/judgement", **({"answer": answer, "ready": "0", "version": str(version)} | more)
    )


def decide(person: Colleague, town: Town, case: Case, choice: str, **more: str) -> Response:
    version = town.state.cases.one(case.id).version
    return person.post(
        f"/case/{case.id}/decision", **({"choice": choice, "ready": "0", "version": str(version)} | more)
    )


def state_of(town: Town, case: Case) -> CaseState:
    return town.state.cases.one(case.id).state


def test_a_yes_then_act_makes_the_case_unlawful(town: Town, enter: Enter) -> None:
    roos, case = enter("roos"), town.cases[0]
    assert judge(roos, town, case).status_code == 303
    assert decide(roos, town, case, "act", reason="Zij wordt bij haar auto opgewacht.").status_code == 303
    assert state_of(town, case) is CaseState.UNLAWFUL
    decision = town.state.cases.decisions(case.id)[0]
    assert decision.by == "roos"
    assert "opgewacht" in decision.reason
    assert "285 Sr" in decision.reason


@pytest.mark.parametrize("choice", ["act", "leave", "escalate"])
def test_nobody_decides_before_the_judgement(town: Town, enter: Enter, choice: str) -> None:
    roos, case = enter("roos"), town.cases[0]
    assert decide(roos, town, case, choice).status_code == 422
    assert state_of(town, case) is CaseState.TO_REVIEW


@pytest.mark.parametrize("choice", ["act", "leave"])
def test_a_doubt_only_goes_to_a_second_pair_of_eyes(town: Town, enter: Enter, choice: str) -> None:
    roos, case = enter("roos"), town.cases[0]
    judge(roos, town, case, "unsure")
    assert decide(roos, town, case, choice).status_code == 422
    assert decide(roos, town, case, "escalate").status_code == 303
    assert state_of(town, case) is CaseState.SECOND_EYES


def test_who_asks_for_second_eyes_is_not_the_second(town: Town, enter: Enter) -> None:
    roos, daan, case = enter("roos"), enter("daan"), town.cases[0]
    judge(roos, town, case)
    decide(roos, town, case, "escalate")
    assert decide(roos, town, case, "act").status_code == 422
    assert decide(daan, town, case, "escalate").status_code == 422
    assert decide(daan, town, case, "act").status_code == 303
    assert state_of(town, case) is CaseState.UNLAWFUL
    assert case.id not in roos.get("/queue/next").headers["location"]


def test_a_no_closes_the_case_and_is_remembered(town: Town, enter: Enter) -> None:
    roos, case = enter("roos"), town.cases[0]
    assert judge(roos, town, case, "negative").status_code == 303
    assert state_of(town, case) is CaseState.CLOSED
    assert town.state.people.answered(Answer.NEGATIVE) == (("p1", "boze_vader77", "ouderforum.example"),)


def test_a_yes_is_remembered_for_the_same_author_and_outweighs_a_no(town: Town, enter: Enter) -> None:
    roos, case = enter("roos"), town.cases[0]
    judge(roos, town, case)
    assert town.state.people.answered(Answer.POSITIVE) == (("p1", "boze_vader77", "ouderforum.example"),)
    assert town.state.people.answered(Answer.NEGATIVE) == ()


def test_a_no_taken_back_is_forgotten_again(town: Town, enter: Enter) -> None:
    roos, case = enter("roos"), town.cases[0]
    judge(roos, town, case, "negative")
    assert roos.post(f"/case/{case.id}/undo").status_code == 303
    assert state_of(town, case) is CaseState.TO_REVIEW
    assert town.state.people.answered(Answer.NEGATIVE) == ()
    assert [one.answer for one in town.state.cases.judgements(case.id)] == [Answer.NEGATIVE, Answer.UNSURE]


def test_a_decision_is_taken_back_until_a_notice_is_drafted(town: Town, enter: Enter) -> None:
    roos, case = enter("roos"), town.cases[0]
    judge(roos, town, case)
    decide(roos, town, case, "act")
    assert roos.post(f"/case/{case.id}/undo", version=str(town.state.cases.one(case.id).version)).status_code == 303
    assert state_of(town, case) is CaseState.TO_REVIEW
    assert [one.choice for one in town.state.cases.decisions(case.id)] == [Choice.ACT, Choice.WITHDRAW]
    decide(roos, town, case, "act")
    version = str(town.state.cases.one(case.id).version)
    drafted = roos.post(
        f"/case/{case.id}/notice",
        language="nl",
        channel="mail",
        explanation="Zij wordt bedreigd bij haar auto in Assen.",
        version=version,
    )
    assert drafted.status_code == 303, drafted.text
    assert roos.post(f"/case/{case.id}/undo").status_code == 422
    assert state_of(town, case) is CaseState.NOTICE_DRAFTED


def test_an_answer_without_a_reason_is_refused(town: Town, enter: Enter) -> None:
    roos, case = enter("roos"), town.cases[0]
    version = str(town.state.cases.one(case.id).version)
    answer = roos.post(f"/case/{case.id}/judgement", answer="positive", version=version, reason="   ")
    assert answer.status_code == 422
    assert "Geef een reden" in answer.text
    assert town.state.cases.judgements(case.id) == ()


def test_leaving_a_smear_keeps_both_answers_to_the_laws_questions(town: Town, enter: Enter) -> None:
    """261 lid 3: good faith ticked, general interest not. Case 1 is defamation and insult."""
    roos, case = enter("roos"), town.cases[1]
    judge(roos, town, case)
    page = roos.get(f"/case/{case.id}").text
    assert "261 lid 3 Sr" in page
    assert "266 lid 2 Sr" in page
    assert decide(roos, town, case, "leave", question="0").status_code == 303
    reason = town.state.cases.decisions(case.id)[0].reason
    assert reason.count("☑") == 1
    assert reason.count("☐") == 3
    assert state_of(town, case) is CaseState.LAWFUL


def test_leaving_a_threat_asks_no_such_question(town: Town, enter: Enter) -> None:
    roos, case = enter("roos"), town.cases[0]
    judge(roos, town, case)
    assert "261 lid 3 Sr:" not in roos.get(f"/case/{case.id}").text


def test_lawful_criticism_is_counted_by_source_and_week(town: Town, enter: Enter) -> None:
    roos, case = enter("roos"), town.cases[3]
    judge(roos, town, case)
    decide(roos, town, case, "leave")
    counts = [
        count
        for count in town.state.figures.weekly(since=town.clock.at - timedelta(days=30))
        if count.measure == "lawful"
    ]
    assert [(count.source, count.number) for count in counts] == [("ouderforum", 1)]
    assert "ouderforum" in roos.get("/overview").text


def test_one_case_is_open_to_one_reviewer_at_a_time(town: Town, enter: Enter) -> None:
    roos, daan, case = enter("roos"), enter("daan"), town.cases[0]
    assert "Ja, onze collega" in roos.get(f"/case/{case.id}").text
    seen = daan.get(f"/case/{case.id}").text
    assert "roos heeft deze zaak open" in seen
    assert 'name="answer" value="positive"' not in seen
    refused = judge(daan, town, case)
    assert refused.status_code == 409
    assert "roos heeft deze zaak open" in refused.text
    assert daan.get("/queue/next").headers["location"] != f"/case/{case.id}"


def test_a_lease_ends_and_a_colleague_takes_over(town: Town, enter: Enter) -> None:
    roos, daan, case = enter("roos"), enter("daan"), town.cases[0]
    roos.get(f"/case/{case.id}")
    town.clock.at += timedelta(minutes=16)
    assert judge(daan, town, case).status_code == 303


def test_a_lease_is_renewed_and_given_back(town: Town, enter: Enter) -> None:
    roos, daan, case = enter("roos"), enter("daan"), town.cases[0]
    roos.get(f"/case/{case.id}")
    town.clock.at += timedelta(minutes=14)
    assert roos.post(f"/case/{case.id}/lease").status_code == 204
    town.clock.at += timedelta(minutes=14)
    assert judge(daan, town, case).status_code == 409
    roos.post(f"/case/{case.id}/release")
    assert judge(daan, town, case).status_code == 303


def test_the_second_of_two_answers_shows_the_new_state(town: Town, enter: Enter) -> None:
    """Both read version 1; Roos answers, gives it back, Daan answers on the old version."""
    roos, daan, case = enter("roos"), enter("daan"), town.cases[0]
    old = str(town.state.cases.one(case.id).version)
    judge(roos, town, case)
    decide(roos, town, case, "act")
    roos.post(f"/case/{case.id}/undo")
    roos.post(f"/case/{case.id}/release")
    late = judge(daan, town, case, version=old)
    assert late.status_code == 409
    assert "Een collega heeft dit intussen gewijzigd" in late.text
    assert "Te beoordelen" in late.text
    assert len(town.state.cases.judgements(case.id)) == 1


@pytest.mark.parametrize("version", ["", "-1", "9" * 30, "één", "0"])
def test_a_made_up_version_changes_nothing(town: Town, enter: Enter, version: str) -> None:
    roos, case = enter("roos"), town.cases[0]
    assert judge(roos, town, case, version=version).status_code == 409
    assert town.state.cases.judgements(case.id) == ()


def test_an_acute_case_alarms_on_every_page_until_somebody_takes_it(town: Town, enter: Enter) -> None:
    roos, lieke, case = enter("roos"), enter("lieke"), town.cases[0]
    assert f"/case/{case.id}/alarm" in lieke.get("/overview").text
    assert roos.post(f"/case/{case.id}/alarm").status_code == 303
    assert f"/case/{case.id}/alarm" not in lieke.get("/overview").text
    assert town.state.alarms.of(case.id)[0].acknowledged_by == "roos"


def test_reading_a_text_is_noted_once_a_look_and_counted_once_a_case(town: Town, enter: Enter) -> None:
    roos, case = enter("roos"), town.cases[0]
    covered = roos.get(f"/case/{case.id}").text
    assert "naar haar auto" not in covered
    assert "Sanne Verhoeven" in covered
    for _ in range(2):
        assert "naar haar" in roos.post(f"/case/{case.id}/text").text
    seen = [entry for entry in town.state.audit.of(case.id) if entry.action == "post.unblurred"]
    assert [entry.actor for entry in seen] == ["roos", "roos"]
    assert "1 gelezen vandaag" in roos.get("/queue").text


def test_whoever_prefers_it_sees_texts_at_once_and_that_is_noted_too(town: Town, enter: Enter) -> None:
    roos, case = enter("roos"), town.cases[0]
    roos.post("/account/reading", show="always")
    assert "naar haar" in roos.get(f"/case/{case.id}").text
    assert [entry.action for entry in town.state.audit.of(case.id)][-1] == "post.unblurred"


def test_the_queue_filters_and_puts_acute_first(town: Town, enter: Enter) -> None:
    roos = enter("roos")
    page = roos.get("/queue").text
    assert page.index(town.cases[0].id) < page.index(f'href="/case/{town.cases[1].id}"')

    def listed(query: str) -> set[str]:
        return {
            case.id
            for case in town.cases
            if f'href="/case/{case.id}"' in roos.get(f"/queue?{query}", headers={"HX-Request": "true"}).text
        }

    assert listed("urgency=high") == {town.cases[2].id}
    assert listed("label=insult") == {town.cases[1].id, town.cases[3].id, town.cases[4].id}
    assert listed("source=klaagmuur") == {town.cases[1].id, town.cases[4].id}
    assert listed("state=second_eyes") == set()
    assert listed("urgency=%27&label=x&state=y&page=-3") == {case.id for case in town.cases}


def test_a_harm_in_doubt_waits_last_and_is_decided_like_any_other(town: Town, enter: Enter) -> None:
    text = "Sanne Verhoeven, ik zou vannacht de gordijnen maar dichtdoen."
    words = {Label.THREAT: "de gordijnen maar dichtdoen"}
    scores = dict.fromkeys(Label, 0.02) | {Label.THREAT: 0.41}
    case = town.add(text, scores, words, Urgency.NONE)
    roos = enter("roos")
    queue = roos.get("/queue").text
    assert all(queue.index(other.id) < queue.index(f'href="/case/{case.id}"') for other in town.cases)
    assert "Bedreiging?" in queue
    only = roos.get("/queue?urgency=none&label=threat", headers={"HX-Request": "true"}).text
    assert [f'href="/case/{one.id}"' in only for one in (case, *town.cases)] == [True] + [False] * len(town.cases)
    page = roos.get(f"/case/{case.id}").text
    assert "Twijfelgeval" in page
    assert "Bedreiging?" in page
    judge(roos, town, case)
    decide(roos, town, case, "act")
    notice = town.desk.draft_notice(case.id, "nl", "roos", "Hij laat haar weten dat hij haar huis kent.", "mail")
    assert "285" in notice.body
    assert "de gordijnen maar dichtdoen" in notice.body
