"""Who may do what: the one table. Every route names one right; a role has exactly the rights listed here."""

from collections.abc import Mapping
from enum import StrEnum

from warehouse import Person, Role, User


class Right(StrEnum):
    """One thing that a route lets a person do."""

    ACCOUNT = "account"
    """Own preferences, help, signing out."""
    READ = "read"
    """See the queue, the cases and their evidence."""
    REVIEW = "review"
    """Judge, decide, take back; acknowledge an alarm."""
    DRAFT = "draft"
    """Draft a notice. Drafting sends nothing."""
    APPROVE = "approve"
    """Say the second yes to a colleague's notice."""
    SEND = "send"
    """Hand an approved notice over."""
    ANSWER = "answer"
    """Enter what a platform answered and move the case on."""
    EVIDENCE = "evidence"
    """Look at the page again, download evidence files and bundles."""
    FIGURES = "figures"
    """See the overview: numbers, no posts."""
    AUDIT = "audit"
    """Read and verify the log."""
    ADMINISTER = "administer"
    """Users, roster, sources."""


_EVERYBODY = {Right.ACCOUNT, Right.FIGURES}
_REVIEWER = _EVERYBODY | {Right.READ, Right.REVIEW, Right.DRAFT}

RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.REVIEWER: frozenset(_REVIEWER),
    Role.LEGAL: frozenset(_REVIEWER | {Right.APPROVE, Right.SEND, Right.ANSWER, Right.EVIDENCE, Right.AUDIT}),
    Role.ADMIN: frozenset(_EVERYBODY | {Right.AUDIT, Right.ADMINISTER}),
}
"""An administrator sees no posts: whoever keeps the roster has no need to read what is said about it."""


def may(user: User, right: Right) -> bool:
    """Say whether this user has the right."""
    return right in RIGHTS[user.role]


def is_about(user: User, person: Person) -> bool:
    """Say whether the user is this person of the roster; nobody reviews posts about herself.

    Compared without case: the user's name with the person's name and aliases, her login and the part of her address
    before the @ with the aliases and handles. A namesake colleague is kept away too, which is the safe side.
    """
    names = {_plain(name) for name in (person.display_name, *person.aliases)}
    handles = {_plain(handle).lstrip("@") for handle in (*person.aliases, *person.handles)}
    own = {_plain(user.login), _plain(user.email), _plain(user.email.partition("@")[0])} - {""}
    return _plain(user.name) in names or bool(own & handles)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
