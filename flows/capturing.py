"""Capture the page of every new case, before anyone reads it and before any notice."""

from pathlib import Path

from flows.clock import now
from flows.open_house import cards_of, chromium_of, opened
from flows.settings import Settings, read_settings
from takedown.evidence.capture import capture
from takedown.evidence.timestamp import load_roots, stamp, with_tokens
from warehouse import Case, CaseState, State


def cases_to_capture(home: str) -> list[str]:
    """Give the ids of cases that nobody captured yet, acute ones first."""
    with opened(read_settings(Path(home))) as state:
        return [case.id for case in state.cases.without_capture(most=10_000)]


def capture_case(home: str, case_id: str) -> str:
    """Capture the page of one case, put it before the reviewers, and say what was seen.

    A page that can't be captured still goes to review, with the reason among the capture's limitations. Safe to kill:
    a capture without its record doesn't count, and the next run makes another.
    """
    settings = read_settings(Path(home))
    with opened(settings) as state:
        case = state.cases.one(case_id)
        seen = capture_now(settings, state, case, by="system:watch")
        case = state.cases.one(case_id)
        if case.state == CaseState.FOUND:
            reason = f"captured: {seen}"
            state.cases.move(
                case_id, version=case.version, to=CaseState.TO_REVIEW, by="system:watch", reason=reason, at=now()
            )
    return seen


def capture_now(settings: Settings, state: State, case: Case, *, by: str) -> str:
    """Make and keep one capture of a case's page, and give the state it was seen in (`Capture.visible`)."""
    post = state.posts.one(case.post_id)
    if post is None:
        return "error"
    card = cards_of(settings).get(post.source)
    made = capture(
        post.permalink,
        case_id=case.id,
        folder=settings.evidence,
        post_text=post.text,
        chromium=chromium_of(settings),
        allow_loopback=bool(card and card.allow_loopback),
    )
    roots = load_roots(Path(settings.tsa_roots) if settings.tsa_roots else None)
    made = with_tokens(made, stamp(made, settings.tsa, folder=settings.evidence, roots=roots))
    state.papers.add_capture(made, by=by)
    return made.visible
