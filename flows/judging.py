"""Judge every mention that today's model has not judged, and open the cases that follow."""

from collections.abc import Sequence
from pathlib import Path

from classify.harm import Item, Judge, verdict
from flows.clock import now
from flows.open_house import judge_of, opened
from flows.progress import report
from flows.settings import read_settings
from takedown.cases import opens_case
from warehouse import Band, Case, CaseState, Label, Verdict
from warehouse.state.posts import Judged, Named

AT_ONCE = 500
"""Mentions judged and kept in one go: about 5 s of work on one core, which is what a kill may cost."""


def judge_new(home: str) -> int:
    """Judge mentions until none is left, and give their number. Safe to kill and to run again."""
    settings = read_settings(Path(home))
    done = 0
    with opened(settings) as state:
        if not state.posts.unjudged(model="", policy="", most=1):
            return 0  # nothing was ever found: spare the model's loading
        judge = judge_of(settings)
        while named := state.posts.unjudged(model=judge.model, policy=judge.policy.version, most=AT_ONCE):
            state.posts.add_verdicts(judge_named(judge, named))
            done += len(named)
            report("judge", done=done, note=f"{done} mentions")
    report("judge", done=done, total=done, note=f"{done} mentions judged")
    return done


def judge_named(judge: Judge, named: Sequence[Named]) -> list[Verdict]:
    """Judge posts with respect to the person each mention names: once for all the places where a post names her.

    So a post that repeats a name a thousand times costs no more than one that says it once.
    """
    items = {_about(each): _item(each) for each in named}
    judged = dict(zip(items, judge.judge(list(items.values())), strict=True))
    at = now()
    return [verdict(each.mention, judged[_about(each)], at) for each in named]


def _about(each: Named) -> tuple[str, str]:
    return each.post.id, each.mention.person_id


def _item(each: Named) -> Item:
    return Item(
        id=each.mention.id,
        text=each.post.text,
        spans=_spans(each, hers=True),
        other_spans=_spans(each, hers=False),
        language=each.post.language,
    )


def _spans(each: Named, *, hers: bool) -> tuple[tuple[int, int], ...]:
    """Give where the post names the person of this mention, or where it names others."""
    all_of_them = (each.mention, *each.beside)
    return tuple(sorted({(m.start, m.end) for m in all_of_them if (m.person_id == each.mention.person_id) is hers}))


def open_cases(home: str) -> int:
    """Weigh every verdict once: open a case, count lawful criticism, or leave it. Gives the number of new cases."""
    settings = read_settings(Path(home))
    new = weighed = 0
    with opened(settings) as state:
        while judged := state.posts.judged(outcome="", most=AT_ONCE):
            at = now()
            cases = [_case(each) for each in judged if opens_case(each.mention, each.verdict)]
            outcomes = {each.verdict.id: _outcome(each) for each in judged}
            new += state.cases.weigh(cases, outcomes, at=at, by="system:watch")
            weighed += len(judged)
    report("open cases", done=weighed, total=weighed, note=f"{new} new cases")
    return new


def _outcome(each: Judged) -> str:
    if opens_case(each.mention, each.verdict):
        return "case"
    likely = each.mention.band in (Band.CERTAIN, Band.PROBABLE)
    return "criticism" if likely and Label.CRITICISM in each.verdict.labels else "quiet"


def _case(each: Judged) -> Case:
    return Case(
        place=each.post.place,
        post_id=each.post.id,
        person_id=each.mention.person_id,
        mention_id=each.mention.id,
        verdict_id=each.verdict.id,
        urgency=each.verdict.urgency,
        state=CaseState.FOUND,
        opened_at=now(),
    )
