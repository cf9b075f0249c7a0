"""What a new verdict does to a case: doubts alarm nobody, and no later reading replaces what a decision was about."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from warehouse import Case, CaseState, Choice, Decision, Label, Post, State, Urgency, Verdict

if TYPE_CHECKING:  # tests can't import from one another at run time
    from tests.warehouse.conftest import Make


def weigh(state: State, make: Make, post: Post, verdict: Verdict, *, minutes: float, outcome: str = "case") -> None:
    state.posts.add_verdicts([verdict])
    opened = [make.case(post, verdict, minutes=minutes)] if outcome == "case" else []
    state.cases.weigh(opened, {verdict.id: outcome}, at=make.at(minutes), by="system:test")


def doubted(verdict: Verdict, **values: object) -> Verdict:
    unsure = replace(verdict, labels=(), doubts=(Label.THREAT,), urgency=Urgency.NONE)
    return replace(unsure, **values)  # type: ignore[arg-type]


def decide(state: State, make: Make, case: Case, to: CaseState) -> Case:
    case = state.cases.one(case.id)
    choice = Choice.ACT if to is CaseState.UNLAWFUL else Choice.LEAVE
    decision = Decision(id="d", case_id=case.id, choice=choice, reason="x", by="vera", at=make.at(9))
    state.cases.decide(decision, version=case.version, to=to)
    return state.cases.one(case.id)


def edited(state: State, make: Make, case: Case) -> tuple[Post, Verdict]:
    """Store a newer version of the case's post, and give it with a doubt about it."""
    post = make.post("Sanne Veldkamp, tot gauw", minutes=20)
    (mention,) = make.keep(state, post, minutes=20)
    assert post.place == case.place
    return post, doubted(make.verdict(mention, minutes=21))


def test_a_doubt_about_an_edited_post_alarms_nobody(state: State, make: Make) -> None:
    case = make.open(state, urgency=Urgency.ACUTE)
    state.alarms.claim(case.id, step=0, told="piket", at=make.at(3))
    state.alarms.acknowledge(case.id, by="piket", at=make.at(4))
    decide(state, make, case, CaseState.LAWFUL)
    post, unsure = edited(state, make, case)
    weigh(state, make, post, unsure, minutes=22)
    after = state.cases.one(case.id)
    assert (after.state, after.urgency, after.verdict_id) == (CaseState.TO_REVIEW, Urgency.NONE, unsure.id)
    assert state.alarms.pending() == ()


def test_a_doubt_does_not_say_that_what_was_removed_is_back_and_a_harm_does(state: State, make: Make) -> None:
    case = make.open(state)
    case = decide(state, make, case, CaseState.UNLAWFUL)
    removed = CaseState.REMOVED_VERIFIED
    state.cases.move(case.id, version=case.version, to=removed, by="vera", reason="", at=make.at(10))
    before = state.cases.one(case.id)
    post, unsure = edited(state, make, case)
    weigh(state, make, post, unsure, minutes=22)
    assert state.cases.one(case.id) == before
    harm = replace(unsure, policy="2", labels=(Label.THREAT,), doubts=(), urgency=Urgency.ACUTE)
    weigh(state, make, post, harm, minutes=23)
    after = state.cases.one(case.id)
    assert (after.state, after.urgency, after.verdict_id) == (CaseState.RETURNED, Urgency.ACUTE, harm.id)


def test_a_worse_reading_of_words_that_nobody_decided_about_is_heard(state: State, make: Make) -> None:
    case = decide(state, make, make.open(state), CaseState.UNLAWFUL)
    post, unsure = edited(state, make, case)
    weigh(state, make, post, replace(unsure, labels=(Label.INSULT,), doubts=(), urgency=Urgency.NORMAL), minutes=22)
    worst = replace(unsure, policy="2", labels=(Label.THREAT,), doubts=(), urgency=Urgency.ACUTE)
    weigh(state, make, post, worst, minutes=23)
    after = state.cases.one(case.id)
    assert (after.state, after.urgency, after.verdict_id) == (CaseState.UNLAWFUL, Urgency.ACUTE, worst.id)


@pytest.mark.parametrize("to", [CaseState.LAWFUL, CaseState.UNLAWFUL])
def test_a_later_reading_of_the_same_words_changes_no_decided_case(state: State, make: Make, to: CaseState) -> None:
    case = make.open(state)
    before = decide(state, make, case, to)
    verdict = state.posts.verdict(case.verdict_id)
    post = state.posts.one(case.post_id)
    assert verdict
    assert post
    weigh(state, make, post, replace(verdict, policy="2", urgency=Urgency.ACUTE, labels=(Label.INSULT,)), minutes=30)
    assert state.cases.one(case.id) == before


def test_what_a_person_acts_on_is_in_doubt_no_longer(state: State, make: Make) -> None:
    case = make.open(state, urgency=Urgency.NONE)
    assert decide(state, make, case, CaseState.UNLAWFUL).urgency is Urgency.HIGH


def test_criticism_that_came_into_doubt_is_not_counted_as_left_alone(state: State, make: Make) -> None:
    for place in ("1", "2"):
        post = make.post(place=place)
        (mention,) = make.keep(state, post)
        weigh(state, make, post, make.verdict(mention, label=Label.CRITICISM), minutes=1, outcome="criticism")
    assert state.cases.criticism_count() == 2
    weigh(state, make, post, doubted(make.verdict(mention), policy="2"), minutes=5)
    assert state.cases.criticism_count() == 1
