"""What was left alone goes after its time, evidence and all; what somebody acted on stays."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from demo.town import Town
from flows import forget as forgetting
from flows.capturing import capture_case
from flows.clock import now
from flows.open_house import opened
from flows.settings import Settings
from warehouse import CaseState, Choice, Decision
from warehouse.state.listing import Filter, Listing

AFTER = timedelta(days=31)


def test_a_case_that_was_left_alone_is_forgotten_with_its_evidence(
    make_home: Callable[..., Settings], open_case: Callable[..., str], own_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = make_home("home", at=own_town)
    ends = {CaseState.LAWFUL: Choice.LEAVE, CaseState.UNLAWFUL: Choice.ACT}
    ids = {
        to: open_case(settings, "blog", number, at=own_town) for to, number in zip(ends, ("4021", "4002"), strict=True)
    }
    for to, choice in ends.items():
        capture_case(str(settings.home), ids[to])
        with opened(settings) as state:
            case = state.cases.one(ids[to])
            decision = Decision(id=to.value, case_id=case.id, choice=choice, reason="", by="lieke", at=now())
            state.cases.decide(decision, version=case.version, to=to)
    assert forgetting.forget_old(str(settings.home)) == 0
    later = now() + AFTER
    monkeypatch.setattr(forgetting, "now", lambda: later)
    assert forgetting.forget_old(str(settings.home)) == 1
    assert forgetting.forget_old(str(settings.home)) == 0
    with opened(settings) as state:
        lawful, unlawful = (state.cases.one(ids[to]) for to in ends)
        assert state.posts.one(lawful.post_id) is None
        assert state.posts.one(unlawful.post_id) is not None
        assert "evidence.erased" in [entry.action for entry in state.audit.of(lawful.id)]
        gone, kept = (
            {file.sha256 for c in state.papers.captures(one.id) for file in c.files} for one in (lawful, unlawful)
        )
        there = {path.name for path in settings.evidence.rglob("*") if path.is_file()}
        assert kept - gone <= there
        assert not (gone - kept) & there
        listed = Listing(state.engine).cases(Filter(states=tuple(CaseState)))
        assert sorted(line.post.text == "" for line in listed) == [False, True]
        assert state.audit.verify() == ""
