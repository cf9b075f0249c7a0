"""The bundle of a case, edition by edition: who it is for, what is masked in it, and how it is locked."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from review.casefile import CaseFile, read_case
from review.errors import InputError, UnknownPageError
from review.language import N_
from review.pages import go, pages_of
from review.rights import Right
from review.visit import Allowed, Visit
from takedown.evidence.editions import Edition
from takedown.evidence.locking import lock_for, lock_with, lock_with_seven_zip, new_passphrase, seven_zip
from takedown.evidence.mask_store import keep_review, read_review
from takedown.evidence.masks import Mark, MaskReview
from takedown.evidence.redaction import own_words
from takedown.evidence.suggestions import loose_words, suggest_marks
from warehouse import Bundle

router = APIRouter(prefix="/case/{case_id}/editions")
Keeper = Annotated[Visit, Depends(Allowed(Right.EVIDENCE))]
SHORTEST_PASSPHRASE = 16
CONTEXT = 40
"""Characters shown on each side of a marked place."""

EDITIONS = (
    (Edition.FULL, N_("Full, for the police"), N_("Everything, locked: with the page itself and who did what.")),
    (Edition.REDACTED, N_("Redacted, for platforms and others"), N_("The post alone; children, others, addresses and numbers are masked. Without decisions and letters.")),
    (Edition.SUSPECT, N_("For the suspect's file"), N_("As redacted, with decisions and letters; colleagues have no names in it.")),
)  # fmt: skip
UNANSWERED = N_("Say of every marked place whether it is masked: what nobody looked at never leaves the house.")
KINDS = {
    "minderjarige": N_("a child"),
    "derde": N_("somebody else"),
    "adres": N_("an address or mark"),
    "telefoon": N_("a telephone number"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One marked place of the post, as the page shows it."""

    mark: Mark
    before: str
    words: str
    after: str

    @property
    def field(self) -> str:
        """The form field of its answer."""
        return f"mark-{self.mark.start}-{self.mark.end}"


@router.get("")
def editions(visit: Keeper, case_id: str) -> Response:
    """Show the editions, and what is masked in those that leave openly."""
    file = read_case(visit, case_id)
    review = _review(visit, file)
    visit.desk.state.audit.note(at=visit.now, actor=visit.login, action="marks.shown", subject=case_id)
    return pages_of(visit).show(
        visit,
        "editions.html",
        file=file,
        places=_places(file, review),
        loose=_loose(file),
        kinds=KINDS,
        more="\n".join(w for w in review.words if w not in _loose(file)) if review else "",
        reviewed=review,
        editions=EDITIONS,
        passphrase=new_passphrase(),
        seven_zip=bool(seven_zip()),
    )


@router.post("/marks")
def answer_marks(visit: Keeper, case_id: str) -> Response:
    """Keep what is masked and what is shown; each marked place wants an answer."""
    file = read_case(visit, case_id)
    marks = []
    for place in _places(file, _review(visit, file)):
        answer = visit.field(place.field)
        if answer not in ("mask", "show"):
            raise InputError(UNANSWERED)
        mark = place.mark
        marks.append(Mark(start=mark.start, end=mark.end, kind=mark.kind, masked=answer == "mask"))
    masked, shown = _loose_answers(visit, file)
    more = tuple(line.strip() for line in visit.field("words").splitlines() if line.strip())
    words = tuple(dict.fromkeys((*more, *masked)))
    review = MaskReview(
        post_id=file.post.id, by=visit.login, at=visit.now, marks=tuple(marks), words=words, shown=shown
    )
    keep_review(visit.desk.evidence, case_id, review)
    detail = f"{sum(bool(mark.masked) for mark in marks)} of {len(marks)} masked"
    visit.desk.state.audit.note(
        at=visit.now, actor=visit.login, action="marks.reviewed", subject=case_id, detail=detail
    )
    return go(f"/case/{case_id}/editions")


@router.post("")
def download(visit: Keeper, case_id: str) -> Response:
    """Make an edition, note who took it, and hand it over; the full one only locked."""
    file = read_case(visit, case_id)
    edition, lock = visit.field("edition"), visit.field("lock")
    if edition not in set(Edition):
        message = N_("There is no such edition.")
        raise UnknownPageError(message)
    seal = _lock_of(visit, lock) if edition == Edition.FULL else None
    made, path = visit.desk.make_edition(case_id, visit.login, edition)
    try:
        path = seal(path) if seal else path
    except Exception:
        _clear(path)
        raise
    state = visit.desk.state
    state.papers.add_bundle(made)
    state.audit.note(
        at=visit.now, actor=visit.login, action="bundle.downloaded", subject=case_id, detail=f"{edition} {lock or '-'} {made.sha256}"
    )  # fmt: skip
    return _handed(path, _name_of(file, made, edition) + "".join(path.suffixes))


def _review(visit: Visit, file: CaseFile) -> MaskReview | None:
    """Give the review of this very text; an edit of the post asks for a new one."""
    review = read_review(visit.desk.evidence, file.case.id)
    return review if review and review.post_id == file.post.id else None


def _last_words(text: str) -> str:
    """Give the end of a text, from the beginning of a word."""
    end = text[-CONTEXT:]
    return text if len(text) <= CONTEXT else f"… {end.partition(' ')[2] or end}"


def _first_words(text: str) -> str:
    """Give the beginning of a text, to the end of a word."""
    start = text[:CONTEXT]
    return text if len(text) <= CONTEXT else f"{start.rpartition(' ')[0] or start} …"


def _places(file: CaseFile, review: MaskReview | None) -> list[Place]:
    """Give the marked places with the answers there are."""
    text = file.post.text
    answers = {(mark.start, mark.end): mark for mark in review.marks} if review else {}
    return [
        Place(
            mark=answers.get((mark.start, mark.end), mark),
            before=_last_words(text[: mark.start]),
            words=text[mark.start : mark.end],
            after=_first_words(text[mark.end :]),
        )
        for mark in suggest_marks(text, file.person)
    ]


def _loose(file: CaseFile) -> tuple[str, ...]:
    """Give the words of reasons and answers that may name somebody."""
    return loose_words(own_words(file.judgements, file.decisions, file.responses), file.person)


def _loose_answers(visit: Visit, file: CaseFile) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give which of them are masked and which are shown."""
    answers = {words: visit.field(f"word-{number}") for number, words in enumerate(_loose(file))}
    if not set(answers.values()) <= {"mask", "show"}:
        raise InputError(UNANSWERED)
    return tuple(w for w, a in answers.items() if a == "mask"), tuple(w for w, a in answers.items() if a == "show")


def _lock_of(visit: Visit, lock: str) -> Callable[[Path], Path]:
    """Give what locks a ZIP as the form asks; the open ZIP is deleted."""
    recipient, passphrase = visit.field("recipient"), visit.field("passphrase")
    if lock == "key":
        lock_for(b"", recipient)  # a wrong key is refused before anything is made
        return lambda path: _locked(path, lambda content: lock_for(content, recipient))
    if lock not in ("passphrase", "7z") or len(passphrase) < SHORTEST_PASSPHRASE:
        message = N_("Choose how the full edition is locked: an age key, or a passphrase of 16 characters or more.")
        raise InputError(message)
    if lock == "7z":
        return lambda path: _packed(path, passphrase)
    return lambda path: _locked(path, lambda content: lock_with(content, passphrase))


def _locked(path: Path, lock: Callable[[bytes], bytes]) -> Path:
    out = path.with_name(path.name + ".age")
    out.write_bytes(lock(path.read_bytes()))
    path.unlink()
    return out


def _packed(path: Path, passphrase: str) -> Path:
    out = path.with_name(path.name + ".7z")
    lock_with_seven_zip(path, out, passphrase)
    path.unlink()
    return out


def _name_of(file: CaseFile, made: Bundle, edition: str) -> str:
    return f"HA-{file.number:06d}-{edition}-{made.sha256[:12]}"


def _handed(path: Path, name: str) -> Response:
    """Give the file, and delete it and its folder when it was sent."""
    return FileResponse(
        path, media_type="application/octet-stream", filename=name, background=BackgroundTask(_clear, path)
    )


def _clear(path: Path) -> None:
    """Delete what was made for one download."""
    for one in path.parent.iterdir():
        one.unlink()
    path.parent.rmdir()
