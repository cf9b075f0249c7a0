"""One case: reading it, judging it, deciding it, taking it back."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from review.casefile import CaseFile, read_case
from review.deadlines import deadlines_of
from review.deciding import choices_of, decide, judge, open_case, withdraw
from review.errors import InputError
from review.highlight import covered, pieces_of, shortened
from review.language import N_
from review.pages import always_shows, go, pages_of
from review.reasons import QUESTIONS, READY, written_reason
from review.rights import Right
from review.routes.queue import is_held
from review.timeline import events_of
from review.visit import Allowed, Visit
from takedown.cases import STEPS, next_states
from warehouse import Answer, CaseState, Choice

router = APIRouter(prefix="/case/{case_id}")
Reader = Annotated[Visit, Depends(Allowed(Right.READ))]
Reviewer = Annotated[Visit, Depends(Allowed(Right.REVIEW))]
BY_HAND = (
    CaseState.NO_ANSWER, CaseState.COMPLAINT, CaseState.DISPUTE, CaseState.REGULATOR, CaseState.CLOSED,
    CaseState.TO_REVIEW,
)  # fmt: skip
"""States that a person moves a decided case to; the others follow from a deed, an answer or a look."""


@router.get("")
def show(visit: Reader, case_id: str) -> Response:
    """Show the case. Opening one that waits takes the lease: SameSite=Strict keeps other sites from doing so."""
    file = read_case(visit, case_id)
    for_me = file.is_open and visit.may(Right.REVIEW) and file.escalated_by != visit.login
    if for_me and open_case(visit, file):
        file = read_case(visit, case_id)
    return case_page(visit, file, revealed=always_shows(visit.request))


@router.post("/text")
def reveal(visit: Reader, case_id: str) -> Response:
    """Show the text, and note who read it."""
    file = read_case(visit, case_id)
    whole = visit.field("whole") == "yes"
    if not visit.by_htmx:
        return case_page(visit, file, revealed=True, whole=whole)
    _note(visit, file, "post.unblurred")
    return pages_of(visit).part(visit, "post_text.html", **text_of(file, revealed=True, whole=whole))


@router.post("/cover")
def cover(visit: Reader, case_id: str) -> Response:
    """Cover the text again."""
    file = read_case(visit, case_id)
    if not visit.by_htmx:
        return case_page(visit, file, revealed=False)
    return pages_of(visit).part(visit, "post_text.html", **text_of(file, revealed=False))


@router.post("/author")
def show_author(visit: Reader, case_id: str) -> Response:
    """Show the author's other posts that name somebody, and note who read them."""
    file = read_case(visit, case_id)
    if not visit.by_htmx:
        return case_page(visit, file, revealed=False, author=True)
    _note(visit, file, "author.read")
    return pages_of(visit).part(visit, "author.html", file=file, author=True, others=others_of(visit, file))


@router.post("/picture")
def show_picture(visit: Reader, case_id: str) -> Response:
    """Show the screenshot; the picture's own route notes who saw it."""
    file = read_case(visit, case_id)
    hidden = visit.field("hide") == "yes"
    if not visit.by_htmx:
        return case_page(visit, file, revealed=False, picture=not hidden)
    return pages_of(visit).part(visit, "picture.html", file=file, picture=not hidden)


@router.post("/lease")
def renew(visit: Reviewer, case_id: str) -> Response:
    """Keep the case open for the person whose page asks each minute."""
    file = read_case(visit, case_id)
    if file.is_open and file.escalated_by != visit.login:
        open_case(visit, file)
    return Response(status_code=204)


@router.post("/release")
def release(visit: Reader, case_id: str) -> Response:
    """Give the case back to the queue."""
    visit.desk.state.cases.release(case_id, login=visit.login)
    return go("/queue")


@router.post("/judgement")
def answer_who(visit: Reviewer, case_id: str) -> Response:
    """Save "is it her?"."""
    file = read_case(visit, case_id)
    answer = visit.field("answer")
    if answer not in list(Answer):
        message = N_("Choose an answer: yes, no, or not sure.")
        raise InputError(message)
    judge(visit, file, Answer(answer), _reason(visit, answer, file), version=visit.number("version"))
    return _onward(visit, case_id) if answer == Answer.NEGATIVE else go(f"/case/{case_id}")


@router.post("/decision")
def answer_act(visit: Reviewer, case_id: str) -> Response:
    """Save "do we act?"."""
    file = read_case(visit, case_id)
    choice = visit.field("choice")
    if choice not in list(Choice):
        message = N_("Choose what to do: act, leave it, or ask a colleague.")
        raise InputError(message)
    decide(visit, file, Choice(choice), _reason(visit, choice, file), version=visit.number("version"))
    if choice != Choice.ACT:
        return _onward(visit, case_id)
    visit.desk.state.cases.release(case_id, login=visit.login)
    return go(f"/case/{case_id}")


@router.post("/undo")
def undo(visit: Reviewer, case_id: str) -> Response:
    """Take the last answer back."""
    file = read_case(visit, case_id)
    reason = pages_of(visit).text(visit.language, "Taken back by the reviewer")
    version = visit.number("version") if "version" in visit.form else file.case.version
    withdraw(visit, file, reason, version=version)
    return go(f"/case/{case_id}")


@router.post("/alarm")
def take_alarm(visit: Reviewer, case_id: str) -> Response:
    """Say "I am on it" for an acute case."""
    file = read_case(visit, case_id)
    alarms = visit.desk.state.alarms
    if not file.alarms:  # seen at the desk before the alarm went out: note it as told to whoever takes it
        alarms.claim(case_id, step=0, told=visit.login, at=visit.now)
    alarms.acknowledge(case_id, by=visit.login, at=visit.now)
    return go(f"/case/{case_id}")


def case_page(
    visit: Visit,
    file: CaseFile,
    *,
    revealed: bool,
    whole: bool = False,
    picture: bool = False,
    author: bool = False,
) -> Response:
    """Render the whole page of a case, with what was asked for uncovered and noted."""
    if revealed:
        _note(visit, file, "post.unblurred")
    if author:
        _note(visit, file, "author.read")
    done = visit.request.query_params.get("done", "")
    return pages_of(visit).show(
        visit,
        "case.html",
        **text_of(file, revealed=revealed, whole=whole),
        picture=picture,
        author=author,
        others=others_of(visit, file) if author else (),
        choices=choices_of(file, visit.login),
        held=file.is_open and is_held(file.case, visit),
        ready=READY,
        questions=_questions(file),
        deadlines=deadlines_of(file),
        events=events_of(file, visit.desk.state.audit.of(file.case.id)),
        missing=visit.desk.missing_fields(file.notice) if file.notice and not file.receipt else (),
        steps=STEPS,
        next_states=next_states(file.case.state),
        by_hand=[to for to in next_states(file.case.state) if to in BY_HAND and not file.is_open],
        done=done if done.isalnum() else "",
    )


def text_of(file: CaseFile, *, revealed: bool, whole: bool = False) -> Mapping[str, Any]:
    """Give what the text's part of the page needs."""
    pieces = pieces_of(file.post.text, file.mentions, file.case.person_id, file.verdict.phrases)
    shown = pieces if whole else shortened(pieces)
    labels = [label for label in file.verdict.scores if any(label in piece.labels for piece in pieces)]
    return {
        "file": file,
        "revealed": revealed,
        "pieces": shown if revealed else covered(shown),
        "is_cut": any(piece.skipped for piece in shown),
        "marked": labels,
        "names_others": any(piece.other for piece in pieces),
    }


def others_of(visit: Visit, file: CaseFile) -> Sequence[Any]:
    """Give the author's other posts that we keep."""
    found = visit.desk.state.posts.by_author(file.post.author_handle, file.post.source)
    return tuple(post for post in found if post.place != file.case.place)


def _note(visit: Visit, file: CaseFile, action: str) -> None:
    visit.desk.state.audit.note(at=visit.now, actor=visit.login, action=action, subject=file.case.id)


def _questions(file: CaseFile) -> tuple[str, ...]:
    return tuple(question for label, asked in QUESTIONS.items() if label in file.verdict.asked for question in asked)


def _reason(visit: Visit, answer: str, file: CaseFile) -> str:
    """Put the reason together: ready ones, free words, and for leaving a smear or insult the law's questions."""
    pages, language = pages_of(visit), visit.language
    ready = READY.get(answer, ())
    ticked = [ready[int(place)] for place in visit.fields("ready") if place.isdigit() and int(place) < len(ready)]
    reason = written_reason([pages.text(language, text) for text in ticked], (), visit.field("reason"))
    asked = _questions(file) if answer == Choice.LEAVE else ()
    if not asked:
        return reason
    yes = set(visit.fields("question"))
    weighed = [f"{'☑' if str(place) in yes else '☐'} {pages.text(language, text)}" for place, text in enumerate(asked)]
    return written_reason((reason,), weighed, "")


def _onward(visit: Visit, case_id: str) -> Response:
    """After an answer that ends this reviewer's part: the next case."""
    visit.desk.state.cases.release(case_id, login=visit.login)
    return go(f"/queue/next?done={case_id}")
