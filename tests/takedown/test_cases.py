"""The table of states, and the policy that opens a case."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest

from takedown.cases import STEPS, check_move, explain_step, may_follow, next_states, opens_case
from takedown.errors import CaseError
from warehouse import Band, Case, CaseState, Label, Mention, Post, Verdict


def test_every_state_stands_in_the_table_and_can_be_reached() -> None:
    assert set(STEPS) == set(CaseState)
    reached, waiting = set(), [CaseState.FOUND]
    while waiting:
        state = waiting.pop()
        if state not in reached:
            reached.add(state)
            waiting.extend(next_states(state))
    assert reached == set(CaseState)


def test_every_step_has_a_sentence() -> None:
    for steps in STEPS.values():
        assert steps
        for sentence in steps.values():
            assert sentence[0].isupper()
            assert sentence.endswith(".")


@pytest.mark.parametrize(
    "way",
    [
        "found to_review unlawful notice_drafted sent acknowledged removed removed_verified closed",
        "found to_review second_eyes lawful closed",
        "found to_review unlawful notice_drafted sent refused complaint dispute regulator removed removed_verified",
        "found to_review unlawful notice_drafted sent no_answer notice_drafted sent removed_verified returned notice_drafted",
    ],
)
def test_the_designs_ways_through_are_open(way: str) -> None:
    states = [CaseState(word) for word in way.split()]
    assert all(may_follow(before, after) for before, after in pairwise(states))


@pytest.mark.parametrize(
    ("before", "after"), [("found", "sent"), ("lawful", "sent"), ("unlawful", "sent"), ("to_review", "sent")]
)
def test_nothing_is_sent_without_a_decision_and_a_draft(before: str, after: str) -> None:
    assert not may_follow(CaseState(before), CaseState(after))


def test_a_wrong_move_says_what_is_allowed(
    make_post: Callable[..., Post], make_verdict: Callable[..., Verdict], make_case: Callable[..., Case]
) -> None:
    post = make_post()
    case = make_case(post, make_verdict(post), CaseState.LAWFUL)
    check_move(case, CaseState.TO_REVIEW)
    with pytest.raises(CaseError, match=f"Case {case.id}: .*lawful can't become sent.*to_review, closed"):
        check_move(case, CaseState.SENT)
    with pytest.raises(CaseError):
        explain_step(CaseState.FOUND, CaseState.FOUND)


@pytest.mark.parametrize(
    ("band", "labels", "opens"),
    [
        (Band.CERTAIN, (Label.THREAT,), True),
        (Band.PROBABLE, (Label.INSULT,), True),
        (Band.PROBABLE, (Label.CRITICISM,), False),
        (Band.CERTAIN, (), False),
        (Band.OTHER_CONTEXT, (Label.THREAT,), False),
        (Band.CERTAIN, (Label.CRITICISM, Label.DOXXING), True),
    ],
)
def test_a_case_opens_on_harm_to_a_likely_person_only(
    make_post: Callable[..., Post],
    make_verdict: Callable[..., Verdict],
    band: Band,
    labels: tuple[Label, ...],
    opens: bool,
) -> None:
    post = make_post()
    mention = Mention(post_id=post.id, person_id="p1", start=4, end=19, quote="Truus Voorbeeld", score=0.9, band=band)
    assert opens_case(mention, make_verdict(post, labels=labels)) is opens


def test_a_case_opens_on_a_doubt_too(make_post: Callable[..., Post], make_verdict: Callable[..., Verdict]) -> None:
    post = make_post()
    verdict = replace(make_verdict(post, labels=(Label.CRITICISM,)), doubts=(Label.THREAT,))
    mention = Mention(post_id=post.id, person_id="p1", start=4, end=19, quote="x", score=0.9, band=Band.PROBABLE)
    assert opens_case(mention, verdict)
    assert not opens_case(replace(mention, band=Band.OTHER_CONTEXT), verdict)


def test_a_verdict_on_another_mention_is_refused(
    make_post: Callable[..., Post], make_verdict: Callable[..., Verdict]
) -> None:
    post = make_post()
    mention = Mention(post_id=post.id, person_id="p2", start=4, end=19, quote="x", score=0.9, band=Band.CERTAIN)
    with pytest.raises(CaseError, match="pair them first"):
        opens_case(mention, replace(make_verdict(post)))
