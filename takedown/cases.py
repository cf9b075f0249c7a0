"""The life of a case: the one table of what may follow what, and the policy that opens one."""

from warehouse import HARMS, Band, Case, CaseState, Mention, Verdict

from .errors import CaseError

S = CaseState

STEPS: dict[CaseState, dict[CaseState, str]] = {
    S.FOUND: {
        S.TO_REVIEW: "The page is captured, or the attempt is noted; the case waits for a reviewer.",
    },
    S.TO_REVIEW: {
        S.SECOND_EYES: "The reviewer asks a colleague to look as well.",
        S.LAWFUL: "The reviewer decides to leave the post alone.",
        S.UNLAWFUL: "The reviewer decides to act.",
        S.CLOSED: "It is not our person, or there is nothing left to decide.",
    },
    S.SECOND_EYES: {
        S.TO_REVIEW: "The question to the colleague is taken back.",
        S.LAWFUL: "The colleague decides to leave the post alone.",
        S.UNLAWFUL: "The colleague decides to act.",
        S.CLOSED: "It is not our person, or there is nothing left to decide.",
    },
    S.LAWFUL: {
        S.TO_REVIEW: "The decision is taken back.",
        S.CLOSED: "The post is left alone and the case is done.",
    },
    S.UNLAWFUL: {
        S.TO_REVIEW: "The decision is taken back.",
        S.NOTICE_DRAFTED: "A notice under art. 16 DSA is drafted.",
        S.REMOVED_VERIFIED: "Two looks find the post gone before any notice was drafted.",
        S.CLOSED: "The organisation acts in another way, such as a police report alone.",
    },
    S.NOTICE_DRAFTED: {
        S.UNLAWFUL: "The draft is withdrawn.",
        S.TO_REVIEW: "The decision is taken back, and the draft with it.",
        S.SENT: "A second person approved the notice and it was handed over.",
        S.REMOVED_VERIFIED: "Two looks find the post gone before the notice was sent.",
    },
    S.SENT: {
        S.ACKNOWLEDGED: "The recipient confirms receipt (art. 16(4) DSA).",
        S.REMOVED: "The recipient says that it removed the post (art. 16(5) DSA).",
        S.REFUSED: "The recipient says that it leaves the post (art. 16(5) DSA).",
        S.NO_ANSWER: "The time for an answer has passed and the post still stands.",
        S.REMOVED_VERIFIED: "Two looks find the post gone.",
    },
    S.ACKNOWLEDGED: {
        S.REMOVED: "The recipient says that it removed the post (art. 16(5) DSA).",
        S.REFUSED: "The recipient says that it leaves the post (art. 16(5) DSA).",
        S.NO_ANSWER: "The time for an answer has passed and the post still stands.",
        S.REMOVED_VERIFIED: "Two looks find the post gone.",
    },
    S.REMOVED: {
        S.REMOVED_VERIFIED: "Two looks confirm that the post is gone.",
        S.RETURNED: "A look finds the post where it was said to be gone.",
    },
    S.REFUSED: {
        S.NOTICE_DRAFTED: "A notice to the next recipient, such as the hoster, is drafted.",
        S.COMPLAINT: "An internal complaint is filed (art. 20 DSA, within six months).",
        S.DISPUTE: "The dispute goes to a certified body (art. 21 DSA).",
        S.REGULATOR: "A complaint goes to the regulator (ACM, art. 53 DSA).",
        S.REMOVED_VERIFIED: "Two looks find the post gone after all.",
        S.CLOSED: "The refusal is accepted.",
    },
    S.NO_ANSWER: {
        S.ACKNOWLEDGED: "A late confirmation comes in.",
        S.REMOVED: "A late answer: removed.",
        S.REFUSED: "A late answer: refused.",
        S.NOTICE_DRAFTED: "A notice to the next recipient, such as the hoster, is drafted.",
        S.COMPLAINT: "An internal complaint is filed (art. 20 DSA).",
        S.DISPUTE: "The dispute goes to a certified body (art. 21 DSA).",
        S.REGULATOR: "A complaint goes to the regulator (ACM, art. 53 DSA).",
        S.REMOVED_VERIFIED: "Two looks find the post gone after all.",
        S.CLOSED: "The organisation gives up on this recipient.",
    },
    S.COMPLAINT: {
        S.REMOVED: "The complaint is upheld.",
        S.REFUSED: "The complaint is rejected.",
        S.DISPUTE: "The dispute goes to a certified body (art. 21 DSA).",
        S.REGULATOR: "A complaint goes to the regulator (ACM, art. 53 DSA).",
        S.REMOVED_VERIFIED: "Two looks find the post gone.",
        S.CLOSED: "The outcome is accepted.",
    },
    S.DISPUTE: {
        S.REMOVED: "The body's decision is followed.",
        S.REGULATOR: "A complaint goes to the regulator (ACM, art. 53 DSA).",
        S.REMOVED_VERIFIED: "Two looks find the post gone.",
        S.CLOSED: "The outcome is accepted.",
    },
    S.REGULATOR: {
        S.REMOVED: "The post is removed after the regulator stepped in.",
        S.REMOVED_VERIFIED: "Two looks find the post gone.",
        S.CLOSED: "Nothing further can be done.",
    },
    S.REMOVED_VERIFIED: {
        S.RETURNED: "A later look finds the post again.",
        S.CLOSED: "The post is gone and the case is done.",
    },
    S.RETURNED: {
        S.NOTICE_DRAFTED: "A new notice is drafted.",
        S.TO_REVIEW: "The post came back in other words and must be judged anew.",
        S.REMOVED_VERIFIED: "Two looks find the post gone again.",
        S.CLOSED: "The organisation acts in another way.",
    },
    S.CLOSED: {
        S.TO_REVIEW: "The case is opened again.",
        S.RETURNED: "A later look finds a removed post again.",
    },
}
"""From, to, and why: the whole of what may happen to a case. DSA is Regulation (EU) 2022/2065."""


def may_follow(before: CaseState, after: CaseState) -> bool:
    """Say whether a case may go from `before` to `after` in one step."""
    return after in STEPS[before]


def next_states(before: CaseState) -> tuple[CaseState, ...]:
    """Give the states that may follow `before`, in the table's order."""
    return tuple(STEPS[before])


def explain_step(before: CaseState, after: CaseState) -> str:
    """Give the sentence for this step.

    Raises:
        CaseError: there is no such step.

    """
    if not may_follow(before, after):
        allowed = ", ".join(next_states(before)) or "nothing"
        message = f"A case that is {before} can't become {after}. What may follow: {allowed}."
        raise CaseError(message)
    return STEPS[before][after]


def check_move(case: Case, to: CaseState) -> None:
    """Let the move pass or say why not.

    Raises:
        CaseError: `to` may not follow the case's state; the message lists what may.

    """
    try:
        explain_step(case.state, to)
    except CaseError as error:
        message = f"Case {case.id}: {error}"
        raise CaseError(message) from None


def opens_case(mention: Mention, verdict: Verdict) -> bool:
    """Say whether this verdict on this mention puts the post before a person.

    It does when the name is probably hers (band certain or probable) and at least one harm label reached the
    policy's threshold (`verdict.labels` holds exactly those) or is in doubt (`verdict.doubts`; the case then has no
    urgency and waits behind all others). Criticism alone never opens a case, and a namesake in another context never does.

    Raises:
        CaseError: the verdict is about another mention.

    """
    if verdict.mention_id != mention.id:
        message = f"Verdict {verdict.id} is about mention {verdict.mention_id}, not {mention.id}: pair them first."
        raise CaseError(message)
    likely = mention.band in (Band.CERTAIN, Band.PROBABLE)
    return likely and any(label in HARMS for label in verdict.asked)
