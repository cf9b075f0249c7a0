"""The words for states, labels, urgencies and the rest: English msgids, for the catalogues."""

from collections.abc import Mapping

from review.language import N_
from warehouse import Answer, Band, CaseState, Choice, Label, Role, Urgency

STATES: Mapping[CaseState, str] = {
    CaseState.FOUND: N_("Found"),
    CaseState.TO_REVIEW: N_("To review"),
    CaseState.SECOND_EYES: N_("Second pair of eyes"),
    CaseState.LAWFUL: N_("Lawful: left alone"),
    CaseState.UNLAWFUL: N_("Unlawful"),
    CaseState.NOTICE_DRAFTED: N_("Notice drafted"),
    CaseState.SENT: N_("Sent"),
    CaseState.ACKNOWLEDGED: N_("Receipt confirmed"),
    CaseState.REMOVED: N_("Removed, they say"),
    CaseState.REFUSED: N_("Refused"),
    CaseState.NO_ANSWER: N_("No answer"),
    CaseState.COMPLAINT: N_("Complaint (art. 20 DSA)"),
    CaseState.DISPUTE: N_("Dispute (art. 21 DSA)"),
    CaseState.REGULATOR: N_("Regulator (ACM)"),
    CaseState.REMOVED_VERIFIED: N_("Removed, verified"),
    CaseState.RETURNED: N_("Returned"),
    CaseState.CLOSED: N_("Closed"),
}

LABELS: Mapping[Label, str] = {
    Label.THREAT: N_("Threat"),
    Label.INCITEMENT: N_("Incitement"),
    Label.DOXXING: N_("Doxxing"),
    Label.DEFAMATION: N_("Defamation"),
    Label.INSULT: N_("Insult"),
    Label.CRITICISM: N_("Criticism"),
}

ARTICLES: Mapping[Label, str] = {
    Label.THREAT: "284, 285 Sr",
    Label.INCITEMENT: "131 Sr",
    Label.DOXXING: "285d Sr",
    Label.DEFAMATION: "261, 262 Sr",
    Label.INSULT: "266, 267 Sr",
    Label.CRITICISM: "261 lid 3, 266 lid 2 Sr",
}
"""Articles of the Dutch Criminal Code by label (peers-and-law §4.5)."""

URGENCIES: Mapping[Urgency, str] = {
    Urgency.ACUTE: N_("Acute"),
    Urgency.HIGH: N_("High"),
    Urgency.NORMAL: N_("Normal"),
    Urgency.NONE: N_("In doubt"),
}

ANSWERS: Mapping[Answer, str] = {
    Answer.POSITIVE: N_("Yes, it is her"),
    Answer.NEGATIVE: N_("Not our person"),
    Answer.UNSURE: N_("Not sure"),
}

CHOICES: Mapping[Choice, str] = {
    Choice.ACT: N_("Act"),
    Choice.LEAVE: N_("Leave it alone"),
    Choice.ESCALATE: N_("Second pair of eyes"),
    Choice.WITHDRAW: N_("Taken back"),
}

ROLES: Mapping[Role, str] = {
    Role.REVIEWER: N_("Reviewer"),
    Role.LEGAL: N_("Legal"),
    Role.ADMIN: N_("Administrator"),
}

BANDS: Mapping[Band, str] = {
    Band.CERTAIN: N_("certain"),
    Band.PROBABLE: N_("probable"),
    Band.OTHER_CONTEXT: N_("other context"),
}

RESPONSES: Mapping[str, str] = {
    "acknowledged": N_("Confirmed receipt"),
    "removed": N_("Says it was removed"),
    "refused": N_("Refused"),
    "still_there": N_("Look: still there"),
    "gone": N_("Look: gone"),
    "returned": N_("Look: back again"),
}

OUTCOMES: Mapping[str, str] = {
    "running": N_("running"),
    "ok": N_("ok"),
    "empty": N_("empty"),
    "unchanged": N_("unchanged"),
    "failed": N_("failed"),
    "stopped": N_("stopped"),
    "killed": N_("interrupted"),
    "": N_("never looked"),
}

MEASURES: Mapping[str, str] = {
    "found": N_("Found"),
    "reviewed": N_("Reviewed"),
    "lawful": N_("Left alone"),
    "sent": N_("Notices sent"),
    "removed": N_("Removed"),
}

VISIBLE: Mapping[str, str] = {
    "visible": N_("page was visible"),
    "removed": N_("page was gone"),
    "login_wall": N_("a login wall stood before it"),
    "consent_wall": N_("a consent wall stood before it"),
    "blocked": N_("we were blocked"),
    "error": N_("the page could not be opened"),
}
"""How the page was found, by `Capture.visible`."""
