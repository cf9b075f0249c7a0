"""Look again at posts a notice was sent about, until they are gone; bring unanswered notices back to a person."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from prefect import flow

from flows.capturing import capture_now
from flows.clock import now
from flows.errors import FlowError
from flows.open_house import cards_of, opened
from flows.progress import report
from flows.settings import Settings, is_scheduled_run, read_settings
from flows.tether import end_with_parent
from takedown.cases import may_follow
from takedown.errors import TakedownError
from takedown.followup import WAITING, FollowPolicy, Look, Step, look, look_of_capture, next_step
from warehouse import Case, CaseState, Post, Response, State

BY = "system:follow"
WATCHED = (*WAITING, CaseState.REMOVED_VERIFIED)
"""States in which the post's page is looked at again: it may go, or come back."""
ONE_SECOND = timedelta(seconds=1)
"""With `gone_minutes = 0` gone still needs two looks; without a pause between them one look would count as both."""
LOOKS = {"gone": "gone", "still_there": "still_there", "returned": "still_there"}
"""What a noted response says about its look."""


def follow_cases(home: str) -> dict[str, int]:
    """Look again at the page of every case whose time has come; give the number of looks and of moves.

    Each look is kept with the state it led to before the next case is taken up, so a killed run is simply run again.
    """
    settings = read_settings(Path(home))
    looked = moved = 0
    with opened(settings) as state:
        cases = state.cases.of_states(WATCHED, most=10_000)
        for number, case in enumerate(cases, start=1):
            if _is_due(settings, state, case):
                moved += _follow(settings, state, case)
                looked += 1
            report("look again", done=number, total=len(cases), note=f"{looked} looked at, {moved} moved")
    return {"looked": looked, "moved": moved}


def _policy(settings: Settings) -> FollowPolicy:
    return FollowPolicy(
        between_looks=max(timedelta(minutes=settings.gone_minutes), ONE_SECOND),
        remind_after=timedelta(hours=settings.remind_hours),
        give_up_after=timedelta(hours=settings.answer_hours),
    )


def _is_due(settings: Settings, state: State, case: Case) -> bool:
    """Say whether it is time for another look: at once after sending, then as the policy says."""
    looks = _past_looks(state, case)
    sent_at = _sent_at(state, case)
    if not looks or (sent_at and looks[-1].at < sent_at):
        return True
    step = next_step(case.state, looks, sent_at=sent_at, now=looks[-1].at, policy=_policy(settings))
    return step.look_again_at is not None and step.look_again_at <= now()


def _follow(settings: Settings, state: State, case: Case) -> int:
    """Look once, note what was seen, and move the case where that follows; 1 when it moved."""
    post = state.posts.one(case.post_id)
    if post is None or not post.text:
        return 0
    seen = _look(settings, state, case, post)
    looks = [*_past_looks(state, case), seen]
    reminded = any(response.kind == "reminder" for response in state.papers.responses(case.id))
    step = next_step(
        case.state, looks, sent_at=_sent_at(state, case), now=now(), reminded=reminded, policy=_policy(settings)
    )
    kind = step.kind or seen.outcome
    _note(state, case, kind, seen.why, seen)
    if step.remind:
        _note(state, case, "reminder", "Nog geen antwoord: stuur een herinnering of ga een stap verder.", seen)
    return _move(state, case, step)


def _look(settings: Settings, state: State, case: Case, post: Post) -> Look:
    """Look without a browser, or by a capture where the page is filled by JavaScript."""
    card = cards_of(settings).get(post.source)
    needs_browser = bool(card and card.kind == "browser")
    allow = bool(card and card.allow_loopback)
    if not needs_browser:
        return look(post.permalink, post.text, allow_loopback=allow, now=now())
    first = look(post.permalink, post.text, needs_javascript=True, allow_loopback=allow, now=now())
    if first.outcome != "unclear":
        return first
    try:
        seen = capture_now(settings, state, case, by=BY)
    except (TakedownError, FlowError) as error:
        return replace(first, why=f"{first.why}; geen vastlegging: {error}")  # one page must not stop the others
    made = state.papers.captures(case.id)[-1]
    return look_of_capture(made, found=seen == "visible")


def _note(state: State, case: Case, kind: str, text: str, seen: Look) -> None:
    state.papers.add_response(Response(id=uuid4().hex, case_id=case.id, kind=kind, text=text, at=seen.at, by=BY))


def _move(state: State, case: Case, step: Step) -> int:
    if step.to is None or not may_follow(case.state, step.to):
        return 0
    fresh = state.cases.one(case.id)
    if fresh.state != case.state:
        return 0  # a person moved it meanwhile; the next look starts from there
    state.cases.move(case.id, version=fresh.version, to=step.to, by=BY, reason=step.why, at=now())
    return 1


def _past_looks(state: State, case: Case) -> list[Look]:
    """Give the looks noted so far, oldest first."""
    post = state.posts.one(case.post_id)
    url = post.permalink if post else ""
    return [
        Look(url=url, at=response.at, outcome=LOOKS.get(response.kind, response.kind), status=0, why=response.text)
        for response in state.papers.responses(case.id)
        if response.by == BY and response.kind != "reminder"
    ]


def _sent_at(state: State, case: Case) -> datetime | None:
    receipts = [state.papers.receipt(notice.id) for notice in state.papers.notices(case.id)]
    return max((receipt.sent_at for receipt in receipts if receipt), default=None)


@flow(name="follow")
def follow(home: str) -> dict[str, int]:
    """Look again at posts under notice until they are gone at two looks; note returns; bring silence back to a person."""
    if is_scheduled_run():
        end_with_parent()
    return follow_cases(home)
