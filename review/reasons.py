"""Ready reasons for an answer, chosen with the number keys, and the questions the law asks before leaving or acting."""

from collections.abc import Mapping, Sequence

from review.errors import InputError
from review.language import N_
from warehouse import Label

READY: Mapping[str, Sequence[str]] = {
    "positive": (
        N_("Full name and organisation or town agree"),
        N_("Full name and her role agree"),
        N_("The thread or earlier posts are about her"),
        N_("Her handle or photo is in the post"),
    ),
    "negative": (
        N_("Another profession or another life"),
        N_("Another town"),
        N_("Somebody with the same name, known to us"),
        N_("The word is not a name here"),
    ),
    "unsure": (
        N_("Only a surname or first name"),
        N_("The organisation fits, the person may be another"),
        N_("I lack the context of the thread"),
    ),
    "act": (
        N_("Announces or insinuates serious harm (285 Sr)"),
        N_("Calls on others to harm or visit her (131 Sr)"),
        N_("Spreads private data to frighten or hinder (285d Sr)"),
        N_("States a specific damaging fact (261 Sr)"),
        N_("Abuses or humiliates without a checkable fact (266 Sr)"),
    ),
    "leave": (
        N_("Judgement of her work: protected speech"),
        N_("Own experience or complaint"),
        N_("Announces a lawful step"),
        N_("Quotes or reports somebody else's words"),
        N_("Figure of speech, no victim"),
        N_("Harmful, but aimed at somebody else"),
    ),
    "escalate": (
        N_("On the border between criticism and offence"),
        N_("I know the author or the case"),
        N_("Safety: somebody must look at the threat with me"),
    ),
}
"""By answer; borders as in the labels guide. The words go into the reason in the language of the page."""

QUESTIONS: Mapping[Label, Sequence[str]] = {
    Label.DEFAMATION: (
        N_("261 lid 3 Sr: the writer could in good faith take it to be true"),
        N_("261 lid 3 Sr: the general interest called for saying it"),
    ),
    Label.INSULT: (
        N_("266 lid 2 Sr: it judges how public interests are served"),
        N_("266 lid 2 Sr: it does not aim to hurt more than follows from that"),
    ),
}
"""The free-speech questions a reviewer answers before she leaves a smear or an insult alone (peers-and-law §4.5)."""

LONGEST = 4000
"""Characters of a reason."""


def written_reason(ready: Sequence[str], ticked: Sequence[str], free: str) -> str:
    """Join the ready reasons, the ticked questions and the free words to one reason. Raises `InputError` when empty."""
    parts = [part.strip() for part in (*ready, *ticked, free) if part.strip()]
    if not parts:
        message = N_("Give a reason: choose a ready one with a number key, or write your own.")
        raise InputError(message)
    reason = " · ".join(parts)
    if len(reason) > LONGEST:
        message = N_("The reason has %(length)s characters; keep it under %(most)s.")
        raise InputError(message, length=len(reason), most=LONGEST)
    return reason
