"""The nouns of Handenaf. Read this file first; the words they use stand in `words.py`, those of crawling in `fetches.py`.

Every record is frozen and keyword-only. Times are aware and in UTC. Ids come from what a thing *is*, by
hashing (`content_id`), so that seeing it again changes nothing.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from warehouse.words import HARMS, Answer, Band, CaseState, Choice, Label, Role, Urgency, storable

__all__ = [
    "HARMS", "Answer", "Approval", "AuditEntry", "Band", "Bundle", "Capture", "Case", "CaseState", "Choice", "Decision",
    "EvidenceFile", "Judgement", "Label", "Mention", "Notice", "Person", "Phrase", "Post", "Reason", "Receipt",
    "Response", "Role", "Source", "Urgency", "User", "Verdict", "content_id",
]  # fmt: skip


def content_id(*parts: str) -> str:
    """Give the id of the thing that `parts` describe: 32 hex digits, the same for the same parts.

    Parts are joined with a unit separator (U+001F), which platform ids and links don't contain, so that
    ("a", "bc") and ("ab", "c") differ. 128 bits of SHA-256: a clash in 10^12 records has odds of 10^-15.
    """
    joined = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(joined).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A place where people post, as its card describes it."""

    name: str
    """Unique, [a-z0-9-]: the card's file name."""
    kind: str
    """The spider that reads it: feed, wordpress, forum, browser, mastodon, bluesky."""
    address: str
    purpose: str
    """One sentence: why this source is watched (AP guidance on scraping, 1 May 2024)."""
    language: str
    every_minutes: int
    least_posts: int
    """A first look that yields fewer posts is an alarm: the source has probably changed."""
    most_posts: int
    channel: str = "sheet"
    """How a notice about a post here is sent: the name of a file in `takedown/channels/`."""
    notice_to: str = ""
    """Where notices go: an e-mail address, or an API's address. Empty: the sheet says whom to ask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One public message, as its platform showed it when we looked.

    Its texts can always be stored and sent: what no store takes (NUL, half a surrogate pair) becomes U+FFFD, one for
    one, when the record is made and before its id is taken, so that spans and ids hold wherever the post came from.
    """

    source: str
    permalink: str
    platform_id: str
    text: str
    fetched_at: datetime
    author_handle: str = ""
    author_name: str = ""
    """As displayed. No claim that this is the writer's real name."""
    author_profile: str = ""
    posted_at: datetime | None = None
    posted_at_literal: str = ""
    """What the page said ("gisteren 14:02"), word for word."""
    posted_at_how: str = "unknown"
    """How `posted_at` was derived: api, attribute, absolute text, relative text, unknown."""
    language: str = ""
    """ISO 639-1, from the platform or detected; empty when neither is sure."""
    thread: str = ""
    """Link of the thread or article the post stands in."""
    parent: str = ""
    """Permalink or platform id of the post it answers."""
    media: tuple[str, ...] = ()
    title: str = ""

    def __post_init__(self) -> None:
        """Make every text of the post storable."""
        for name in _POST_TEXTS:
            object.__setattr__(self, name, storable(getattr(self, name)))
        object.__setattr__(self, "media", tuple(storable(link) for link in self.media))

    @property
    def place(self) -> str:
        """The id of where the post stands, the same after an edit."""
        return content_id("place", self.permalink)

    @property
    def id(self) -> str:
        """The id of this text at this place: an edit makes a new post at the same place."""
        return content_id("post", self.permalink, self.text)


_POST_TEXTS = tuple(name for name, kind in Post.__annotations__.items() if kind is str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody on the roster: a professional the organisation protects."""

    id: str
    """The roster's own id (`person_id`), or `content_id` of name and organisation."""
    display_name: str
    given_names: str = ""
    call_name: str = ""
    initials: str = ""
    tussenvoegsel: str = ""
    surname: str = ""
    partner_tussenvoegsel: str = ""
    partner_surname: str = ""
    name_usage: str = "E"
    """Which surname she uses: E own, P partner's, V partner-own, N own-partner (Dutch civil register codes)."""
    gender: str = ""
    """m, f or empty: only to weigh "mevrouw" and "meneer" before a surname."""
    aliases: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()
    organisation: str = ""
    organisation_aliases: tuple[str, ...] = ()
    town: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One feature that spoke for or against a mention."""

    feature: str
    words: str
    """The words of the post that made it."""
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A place in a post where a person of the roster is probably meant."""

    post_id: str
    person_id: str
    start: int
    end: int
    """Half-open span in Python characters of `Post.text`."""
    quote: str
    score: float
    """0 to 1, calibrated on the development split of the names benchmark."""
    band: Band
    reasons: tuple[Reason, ...] = ()
    also: tuple[str, ...] = ()
    """Ids of people that this text can't tell apart from this one."""

    @property
    def id(self) -> str:
        """The id of this span of this post for this person."""
        return content_id("mention", self.post_id, self.person_id, str(self.start), str(self.end))


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """The words that carry a label most, for the reviewer to see highlighted."""

    start: int
    end: int
    label: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the classifier makes of one mention. Never a decision."""

    mention_id: str
    post_id: str
    person_id: str
    scores: Mapping[Label, float]
    labels: tuple[Label, ...]
    """Those whose score reached the policy's threshold."""
    phrases: tuple[Phrase, ...]
    urgency: Urgency
    model: str
    """Name and first 12 hex digits of the weights' SHA-256."""
    policy: str
    """Version in `classify/harm/policy.toml`."""
    judged_at: datetime
    doubts: tuple[Label, ...] = ()
    """Harms that came near their threshold, where none reached it: a person looks, the classifier says nothing."""

    @property
    def asked(self) -> tuple[Label, ...]:
        """The labels that a person is asked about: the harms found, else those in doubt, else criticism."""
        found = any(label in HARMS for label in self.labels)
        return self.labels if found or not self.doubts else self.doubts

    @property
    def acted_on(self) -> tuple[Label, ...]:
        """The harms that hold once a person acts; none where several were in doubt, for she didn't say which."""
        return () if len(self.doubts) > 1 else tuple(label for label in self.asked if label in HARMS)

    @property
    def id(self) -> str:
        """The id of this model's and policy's verdict on this mention."""
        return content_id("verdict", self.mention_id, self.model, self.policy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One post, one person, and everything done about it."""

    place: str
    post_id: str
    person_id: str
    mention_id: str
    verdict_id: str
    urgency: Urgency
    state: CaseState
    opened_at: datetime
    version: int = 0
    """Rises with each change; a write names the version it read, so that nobody overwrites a colleague."""
    leased_by: str = ""
    """Login of the reviewer who has it open; empty when nobody does."""
    leased_until: datetime | None = None

    @property
    def id(self) -> str:
        """The id of this place and person: an edited post comes back to its case."""
        return content_id("case", self.place, self.person_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A person's answer to "is it her?". Only added, never changed."""

    id: str
    case_id: str
    answer: Answer
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A person's answer to "do we act?". Only added, never changed."""

    id: str
    case_id: str
    choice: Choice
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFile:
    """One file of a capture, content-addressed."""

    name: str
    """Name in the bundle, [a-z0-9._-]."""
    sha256: str
    bytes: int
    media_type: str
    role: str
    """screenshot, post-screenshot, text, html, mhtml, archive, manifest, token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """What a page looked like at one moment: files and their digests."""

    id: str
    """A random uuid4: two looks at the same page are two captures."""
    case_id: str
    url: str
    final_url: str
    begun_at: datetime
    ended_at: datetime
    visible: str
    """visible, removed, login_wall, consent_wall, blocked or error."""
    files: tuple[EvidenceFile, ...]
    limitations: tuple[str, ...]
    """What is missing and why, in words: it keeps the bundle honest under attack."""
    manifest_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Captures, manifest and digests in one ZIP that anyone can verify."""

    id: str
    case_id: str
    sha256: str
    bytes: int
    made_at: datetime
    made_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A notice under article 16(2) DSA: explanation, exact location, notifier, good faith."""

    id: str
    case_id: str
    channel: str
    recipient: str
    language: str
    subject: str
    body: str
    """The letter, whole, as it will be sent."""
    urls: tuple[str, ...]
    """Exact electronic locations (art. 16(2)(b))."""
    explanation: str
    """Why the notifier considers it illegal (art. 16(2)(a))."""
    notifier_name: str
    notifier_email: str
    """The organisation's role mailbox, never the professional's own (art. 16(2)(c))."""
    good_faith: bool
    """The statement of art. 16(2)(d)."""
    drafted_by: str
    drafted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A second person's yes to one notice, exactly as drafted (its id). Only added."""

    notice_id: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """That a notice was handed over (and the recipient's confirmation, art. 16(4) DSA)."""

    notice_id: str
    channel: str
    reference: str
    """Message-ID, report id, or the sheet's number."""
    sent_at: datetime
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What the recipient did (art. 16(5) DSA), or what a later look at the page showed."""

    id: str
    case_id: str
    kind: str
    """acknowledged, removed, refused, still_there, gone, returned."""
    text: str
    at: datetime
    by: str
    """`follow` for a look by the software, a login for what a person entered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One line of the hash-chained log. Ids only, no personal data."""

    sequence: int
    at: datetime
    actor: str
    """A login, or `system:<flow>`."""
    action: str
    """Verb and noun: `case.opened`, `post.unblurred`, `bundle.downloaded`."""
    subject: str
    """The id of what it was done to."""
    detail: str
    previous: str
    """SHA-256 of the entry before, 64 zeros for the first."""
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody who works at the desk."""

    login: str
    name: str
    role: Role
    password_hash: str = field(repr=False)
    """argon2id."""
    language: str = "nl"
    email: str = ""
    active: bool = True
