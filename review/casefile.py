"""Everything about one case, read together for its page."""

from collections.abc import Sequence
from dataclasses import dataclass

from review.errors import ForbiddenError, UnknownPageError
from review.language import N_
from review.rights import is_about
from review.visit import Visit
from warehouse import (
    Answer,
    Approval,
    Bundle,
    Capture,
    Case,
    CaseState,
    Choice,
    Decision,
    Judgement,
    Mention,
    MissingError,
    Notice,
    Person,
    Post,
    Receipt,
    Response,
    Verdict,
)
from warehouse.state.alarms import Alarm
from warehouse.state.cases import Step

REVIEWABLE = (CaseState.FOUND, CaseState.TO_REVIEW, CaseState.SECOND_EYES)
"""States in which somebody must judge and decide."""

DRAFTABLE = (CaseState.UNLAWFUL, CaseState.NOTICE_DRAFTED, CaseState.REFUSED, CaseState.NO_ANSWER, CaseState.RETURNED)
"""States in which a notice may be drafted or drafted again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """One case with its post, its papers and its answers."""

    case: Case
    number: int
    post: Post
    versions: tuple[Post, ...]
    """Every text that stood there, oldest first."""
    person: Person
    mention: Mention
    mentions: tuple[Mention, ...]
    """Everybody named in the post."""
    verdict: Verdict
    steps: tuple[Step, ...]
    judgements: tuple[Judgement, ...]
    decisions: tuple[Decision, ...]
    captures: tuple[Capture, ...]
    bundles: tuple[Bundle, ...]
    notices: tuple[Notice, ...]
    approvals: tuple[Approval, ...]
    """Of the last notice."""
    receipt: Receipt | None
    """Of the last notice."""
    responses: tuple[Response, ...]
    alarms: tuple[Alarm, ...]

    @property
    def is_open(self) -> bool:
        """Whether somebody must still judge or decide."""
        return self.case.state in REVIEWABLE

    @property
    def answer(self) -> Answer | None:
        """The answer that counts to "is it her?": the last one."""
        return self.judgements[-1].answer if self.judgements else None

    @property
    def notice(self) -> Notice | None:
        """The notice that counts: the last one."""
        return self.notices[-1] if self.notices else None

    @property
    def escalated_by(self) -> str:
        """Who asked for second eyes, while the case waits for them; somebody else must decide."""
        asked = [decision for decision in self.decisions if decision.choice is Choice.ESCALATE]
        return asked[-1].by if self.case.state is CaseState.SECOND_EYES and asked else ""

    @property
    def can_undo(self) -> bool:
        """Whether the last answer can be taken back: until a notice is drafted."""
        decided = self.case.state in (CaseState.LAWFUL, CaseState.UNLAWFUL, CaseState.SECOND_EYES)
        set_aside = self.case.state is CaseState.CLOSED and self.answer is Answer.NEGATIVE
        return (decided and bool(self.decisions)) or set_aside

    @property
    def can_draft(self) -> bool:
        """Whether a notice may be drafted now."""
        return self.case.state in DRAFTABLE


def read_case(visit: Visit, case_id: str) -> CaseFile:
    """Read a case for this visitor.

    Raises `UnknownPageError` when there is none, `ForbiddenError` when it is about the visitor herself.
    """
    state = visit.desk.state
    try:
        case = state.cases.one(case_id)
    except MissingError as error:
        message = N_("There is no such case.")
        raise UnknownPageError(message) from error
    person = state.people.one(case.person_id) or Person(id=case.person_id, display_name=case.person_id)
    if is_about(visit.user, person):
        message = N_("This case is about you. A colleague looks after it; ask your manager how it stands.")
        raise ForbiddenError(message)
    post, mention, verdict = (
        state.posts.one(case.post_id),
        state.posts.mention(case.mention_id),
        state.posts.verdict(case.verdict_id),
    )
    if post is None or mention is None or verdict is None:
        message = N_("The post of this case was forgotten under the retention rules.")
        raise UnknownPageError(message)
    papers = state.papers
    notices = papers.notices(case_id)
    return CaseFile(
        case=case,
        number=state.cases.number(case_id),
        post=post,
        versions=state.posts.versions(case.place),
        person=person,
        mention=mention,
        mentions=state.posts.mentions_in(case.post_id),
        verdict=verdict,
        steps=state.cases.steps(case_id),
        judgements=state.cases.judgements(case_id),
        decisions=state.cases.decisions(case_id),
        captures=papers.captures(case_id),
        bundles=papers.bundles(case_id),
        notices=notices,
        approvals=papers.approvals(notices[-1].id) if notices else (),
        receipt=papers.receipt(notices[-1].id) if notices else None,
        responses=papers.responses(case_id),
        alarms=state.alarms.of(case_id),
    )


def people_about(visit: Visit, people: Sequence[Person]) -> tuple[str, ...]:
    """Give the ids of the people on the roster who are the visitor herself."""
    return tuple(person.id for person in people if is_about(visit.user, person))
