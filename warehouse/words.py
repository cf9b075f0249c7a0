"""The words that records use: closed lists, only added to, for what is stored is never renamed; and what a text may be."""

from enum import StrEnum


def storable(text: str) -> str:
    r"""Give `text` as any store and any wire takes it, with every character in its place.

    JSON lets a site send half a surrogate pair (`"\ud800"`), which UTF-8 can't hold, and NUL, which PostgreSQL refuses:
    each becomes U+FFFD. Two halves that belong together become their one character.
    """
    plain = str(text)
    if "\0" in plain:
        plain = plain.replace("\0", "\ufffd")
    if plain.isascii():
        return plain
    try:
        plain.encode()
    except UnicodeEncodeError:
        return plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return plain


class Band(StrEnum):
    """How sure the name finder is that a mention means our person."""

    CERTAIN = "certain"
    PROBABLE = "probable"
    OTHER_CONTEXT = "other_context"
    """The same name in a life that contradicts the roster (a baker, a footballer): shown apart, never flagged."""


class Label(StrEnum):
    """What a post does to the person it names; the borders stand in `classify/harm/README.md`."""

    THREAT = "threat"
    INCITEMENT = "incitement"
    DOXXING = "doxxing"
    DEFAMATION = "defamation"
    INSULT = "insult"
    CRITICISM = "criticism"
    """Protected speech (art. 10 ECHR; 261 lid 3 and 266 lid 2 Sr): counted and left alone."""


HARMS = (Label.THREAT, Label.INCITEMENT, Label.DOXXING, Label.DEFAMATION, Label.INSULT)
"""The labels on which a case may open; `criticism` never does."""


class Urgency(StrEnum):
    """How soon a person must look; the rule stands in `classify/harm/urgency.py`."""

    ACUTE = "acute"
    """Alarm the duty officer now."""
    HIGH = "high"
    NORMAL = "normal"
    NONE = "none"
    """No harm was found. A case of this urgency is one in doubt, which waits behind all others."""


class Answer(StrEnum):
    """A person's answer to "is it her?" (a `Judgement`)."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    UNSURE = "unsure"


class Choice(StrEnum):
    """A person's answer to "do we act?" (a `Decision`)."""

    ACT = "act"
    """The post is unlawful: draft a notice."""
    LEAVE = "leave"
    """The post is lawful criticism, or not for us: leave it alone."""
    ESCALATE = "escalate"
    """A second pair of eyes must look."""
    WITHDRAW = "withdraw"
    """The reviewer takes her last decision back; the earlier rows stay."""


class CaseState(StrEnum):
    """Where a case stands. What may follow what is the one table in `takedown/cases.py`."""

    FOUND = "found"
    TO_REVIEW = "to_review"
    SECOND_EYES = "second_eyes"
    LAWFUL = "lawful"
    UNLAWFUL = "unlawful"
    NOTICE_DRAFTED = "notice_drafted"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    REMOVED = "removed"
    REFUSED = "refused"
    NO_ANSWER = "no_answer"
    COMPLAINT = "complaint"
    """Internal complaint under art. 20 DSA."""
    DISPUTE = "dispute"
    """Out-of-court dispute under art. 21 DSA."""
    REGULATOR = "regulator"
    REMOVED_VERIFIED = "removed_verified"
    """Gone at two independent looks."""
    RETURNED = "returned"
    CLOSED = "closed"


class Role(StrEnum):
    """What a user of the desk may do: each role has exactly the rights named in `review/rights.py`."""

    REVIEWER = "reviewer"
    LEGAL = "legal"
    ADMIN = "admin"
