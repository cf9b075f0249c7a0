"""Capture the page of every new case, before anyone reads it and before any notice."""

from pathlib import Path

from flows.clock import now
from flows.errors import FlowError
from flows.open_house import cards_of, chromium_of, opened
from flows.settings import Settings, read_settings
from flows.stamping import outbox_of, roots_of, services_of, stamp_waiting
from takedown.errors import TakedownError
from takedown.evidence.capture import capture
from takedown.evidence.timestamp import waiting_for
from warehouse import Case, CaseState, State

BY = "system:watch"
SEEN = {
    "visible": "Vastgelegd; het bericht stond er.",
    "removed": "Vastgelegd; het bericht stond er niet meer.",
    "login_wall": "Vastgelegd; de pagina vroeg om in te loggen.",
    "consent_wall": "Vastgelegd; de pagina bleef achter een toestemmingsvraag.",
    "blocked": "Vastgelegd; de site weigerde de pagina.",
    "error": "Vastgelegd; de pagina gaf een fout.",
}
"""By `Capture.visible`: the reason beside the step to review, in Dutch as all words of a case's own file."""
STAMP_S = 5.0
"""Seconds a service may take right after a capture; one that takes longer is asked again by the flow `stamp`."""


def cases_to_capture(home: str) -> list[str]:
    """Give the ids of cases that nobody captured yet, acute ones first."""
    with opened(read_settings(Path(home))) as state:
        return [case.id for case in state.cases.without_capture(most=10_000)]


def capture_case(home: str, case_id: str) -> str:
    """Capture the page of one case, put it before the reviewers, and say what was seen.

    A page that shows nothing still goes to review, with the reason among the capture's limitations. So does one that
    can't be captured at all (an address that may not be visited, no browser): then the error is raised after that, and
    the next night tries again. Safe to kill: a capture without its record doesn't count, and the next run makes another.
    """
    settings = read_settings(Path(home))
    with opened(settings) as state:
        case = state.cases.one(case_id)
        try:
            seen = capture_now(settings, state, case, by=BY)
        except (TakedownError, FlowError) as error:
            _put_before_a_person(state, case_id, f"Niet vastgelegd: {error}")
            raise
        _put_before_a_person(state, case_id, SEEN[seen])
    return seen


def _put_before_a_person(state: State, case_id: str, reason: str) -> None:
    case = state.cases.one(case_id)
    if case.state == CaseState.FOUND:
        state.cases.move(case_id, version=case.version, to=CaseState.TO_REVIEW, by=BY, reason=reason, at=now())


def capture_now(settings: Settings, state: State, case: Case, *, by: str) -> str:
    """Make, keep and seal one capture of a case's page, and give the state it was seen in (`Capture.visible`).

    It waits in the outbox before it is recorded, so that a kill at any moment loses no stamp; a service that does not
    answer now is asked again by the flow `stamp`.
    """
    post = state.posts.one(case.post_id)
    if post is None:
        return "error"
    card = cards_of(settings).get(post.source)
    services = services_of(settings)
    made = capture(
        post.permalink,
        case_id=case.id,
        folder=settings.evidence,
        post_text=post.text,
        chromium=chromium_of(settings),
        author_profile=post.author_profile,
        media=post.media,
        before=services,
        roots=roots_of(settings),
        allow_loopback=bool(card and card.allow_loopback),
    )
    made = waiting_for(made, services)
    outbox_of(settings).put(made.id, made.manifest_sha256, services, at=now())
    state.papers.add_capture(made, by=by)
    stamp_waiting(settings, state, only=made.id, timeout_s=STAMP_S)
    return made.visible
