"""A decided case to a notice under article 16 DSA, and the check that nothing it needs is missing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from importlib.resources import files
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from jinja2 import FunctionLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from takedown.errors import NoticeError
from takedown.law import grounds_for
from takedown.page_state import VISIBLE
from takedown.quoting import many_lines, one_line, quote_unlawful
from warehouse import Capture, Case, Notice, Person, Post, Receipt, Verdict, content_id

AMSTERDAM = ZoneInfo("Europe/Amsterdam")

LEAST_EXPLANATION = 40
"""Characters: below that no explanation is "sufficiently substantiated" (art. 16(2)(a)); a floor, not a measure."""

LONGEST_EXPLANATION = 6000
"""Characters: art. 16(3) wants a notice that needs no detailed legal examination."""

STATEMENTS = {
    "nl": "te goeder trouw van mening te zijn dat de informatie en beweringen in deze melding juist en volledig zijn",
    "en": "bona fide belief that the information and allegations in this notice are accurate and complete",
}
"""The words of art. 16(2)(d), as the letters have them."""

SUBJECTS = {"nl": "Melding illegale inhoud", "en": "Notice of illegal content"}

ADDRESS = re.compile(r"[^@\s<>,;:\"()\[\]]+@[^@\s<>,;:\"()\[\]]+\.[^@\s<>,;:\"()\[\]]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notifier:
    """The organisation that notifies (art. 16(2)(c)); never the professional herself."""

    name: str
    email: str
    """Its role mailbox."""
    phone: str = ""


def _letter(name: str) -> str | None:
    """Read a letter's template; only our own letters are templates, never anything a person or page wrote."""
    found = files("takedown").joinpath("letters", name)
    return found.read_text(encoding="utf-8") if found.is_file() else None


@cache
def _letters() -> SandboxedEnvironment:
    """Make the environment of the letters: plain text, and a missing value is an error."""
    return SandboxedEnvironment(
        loader=FunctionLoader(_letter),
        undefined=StrictUndefined,
        autoescape=False,
        keep_trailing_newline=True,
    )


def _local(moment: datetime, language: str) -> str:
    """Write a moment in Dutch local time, with UTC beside it."""
    local = moment.astimezone(AMSTERDAM)
    word = "uur" if language == "nl" else "Dutch time"
    return f"{local:%d-%m-%Y %H:%M} {word} ({moment:%Y-%m-%dT%H:%MZ})"


def draft(
    case: Case,
    post: Post,
    person: Person,
    verdict: Verdict,
    captures: Sequence[Capture],
    *,
    notifier: Notifier,
    language: str,
    channel: str,
    recipient: str,
    explanation: str,
    now: datetime,
    by: str,
) -> Notice:
    """Draft the notice of a case, in Dutch (`nl`) or English (`en`).

    The post's text appears only as the unlawful phrase, shortened; the professional's name not beyond that. The
    notice's id is the digest of what is sent, so that an approval holds for exactly these words. `explanation` may be
    too short as yet: `check_notice` says so, and `send` refuses.

    Raises:
        NoticeError: the records don't belong together, or there is no letter in that language.

    """
    if case.person_id != person.id or case.place != post.place or verdict.person_id != person.id:
        message = f"Case {case.id} is not about this post and this person: load them by the case's own ids."
        raise NoticeError(message)
    if language not in STATEMENTS:
        message = f"There is no letter in {language!r}; there is one in: {', '.join(STATEMENTS)}."
        raise NoticeError(message)
    shown = (capture.final_url for capture in captures if capture.visible == VISIBLE)
    urls = tuple(dict.fromkeys(_exact(url) for url in (post.permalink, *shown)))
    explained = many_lines(explanation, LONGEST_EXPLANATION)
    host = one_line(urlsplit(urls[0]).hostname or "", 80)
    address = one_line(recipient, 500)
    sender = Notifier(
        name=one_line(notifier.name, 200), email=one_line(notifier.email, 200), phone=one_line(notifier.phone, 60)
    )
    seen_at = min((capture.begun_at for capture in captures), default=post.fetched_at)
    body = _write(
        language,
        _facts_of(post, verdict, language),
        recipient_name=address or host,
        notifier=sender,
        date=f"{now.astimezone(AMSTERDAM):%d-%m-%Y}",
        reference=f"HA-{case.id[:12]}",
        urls=urls,
        captured_at=_local(seen_at, language),
        explanation=explained.replace("\n", "\n   "),
    )
    subject = f"{SUBJECTS[language]} (art. 16 DSA): {host} - HA-{case.id[:12]}"
    return Notice(
        id=content_id("notice", case.id, channel, address, language, subject, body, sender.email, *urls),
        case_id=case.id,
        channel=channel,
        recipient=address,
        language=language,
        subject=subject,
        body=body,
        urls=urls,
        explanation=explained,
        notifier_name=sender.name,
        notifier_email=sender.email,
        good_faith=STATEMENTS[language] in body,
        drafted_by=by,
        drafted_at=now,
    )


def _facts_of(post: Post, verdict: Verdict, language: str) -> dict[str, object]:
    """Give what the letter says about the post: who and when as displayed, the phrase, the provisions."""
    posted_at = _local(post.posted_at, language) if post.posted_at else one_line(post.posted_at_literal, 60)
    return {
        "author": one_line(post.author_name or post.author_handle, 100),
        "platform_id": one_line(post.platform_id, 100),
        "posted_at": posted_at,
        "quotes": quote_unlawful(post.text, verdict.phrases, verdict.asked),
        "grounds": grounds_for(verdict.acted_on, language),
    }


def _write(language: str, about_post: dict[str, object], **rest: object) -> str:
    """Fill in the letter of a language."""
    return _letters().get_template(f"{language}.txt.jinja").render(**about_post, **rest)


def draft_reminder(notice: Notice, receipt: Receipt, *, now: datetime, by: str) -> Notice:
    """Draft a reminder of a notice that was sent: the letter again, under a line that says when it went.

    It is a notice of its own, and needs its own approvals.

    Raises:
        NoticeError: the receipt is another notice's.

    """
    if receipt.notice_id != notice.id:
        message = f"Receipt {receipt.reference} belongs to notice {receipt.notice_id}, not to {notice.id}."
        raise NoticeError(message)
    sent = _local(receipt.sent_at, notice.language)
    body = (
        _letters()
        .get_template(f"{notice.language}.reminder.txt.jinja")
        .render(sent=sent, sent_reference=one_line(receipt.reference, 300), letter=notice.body)
    )
    subject = f"{'Herinnering' if notice.language == 'nl' else 'Reminder'}: {notice.subject}"
    return replace(
        notice,
        id=content_id("notice", notice.case_id, notice.channel, notice.recipient, notice.language, subject, body),
        subject=subject,
        body=body,
        drafted_by=by,
        drafted_at=now,
    )


def _exact(url: str) -> str:
    """Give an address free of spaces and control characters, which would break a letter's line (RFC 3986 §2)."""
    return re.sub(
        r"[\x00-\x20\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", lambda m: f"%{ord(m[0]) & 255:02X}", url
    )


def check_notice(notice: Notice) -> list[str]:
    """Say what a notice lacks under article 16(2) DSA: `code: sentence` in Dutch, empty when it is complete."""
    missing: list[str] = []
    if len(notice.explanation.strip()) < LEAST_EXPLANATION or notice.explanation.split("\n")[0] not in notice.body:
        missing.append(
            "16.2.a: De toelichting ontbreekt of is te kort: schrijf waarom het bericht illegaal is, en welke woorden."
        )
    if not notice.urls or not all(
        urlsplit(url).scheme in ("http", "https") and urlsplit(url).hostname for url in notice.urls
    ):
        missing.append("16.2.b: De precieze vindplaats ontbreekt: geef het volledige webadres van het bericht.")
    elif not all(url in notice.body for url in notice.urls):
        missing.append("16.2.b: Niet elk webadres staat in de brief: maak de brief opnieuw.")
    if not notice.notifier_name.strip() or notice.notifier_name not in notice.body:
        missing.append("16.2.c: De naam van de melder ontbreekt: vul in de instellingen de naam van de organisatie in.")
    if not ADDRESS.fullmatch(notice.notifier_email) or notice.notifier_email not in notice.body:
        missing.append("16.2.c: Het e-mailadres van de melder ontbreekt: vul in de instellingen de functiepostbus in.")
    if not notice.good_faith or STATEMENTS.get(notice.language, "\0") not in notice.body:
        missing.append("16.2.d: De verklaring van goede trouw ontbreekt: maak de brief opnieuw.")
    if notice.channel == "mail" and not ADDRESS.fullmatch(notice.recipient):
        missing.append("ontvanger: De melding gaat per e-mail, maar de ontvanger is geen e-mailadres: pas de bron aan.")
    if "[[" in notice.body or "[[" in notice.subject:
        missing.append("invulplek: Er staat nog een plek om in te vullen in de brief, tussen [[ en ]].")
    if "\n" in notice.subject or "\r" in notice.subject:
        missing.append("onderwerp: Het onderwerp bevat een regeleinde: maak de brief opnieuw.")
    return missing


def short_form(notice: Notice, longest: int) -> str:
    """Give the notice in `longest` characters, for an API with a short field: all four elements, the explanation cut.

    Raises:
        NoticeError: the addresses and the notifier alone don't fit.

    """
    dutch = notice.language == "nl"
    head = "Melding illegale inhoud (art. 16 DSA). " if dutch else "Notice of illegal content (art. 16 DSA). "
    where = " ".join(notice.urls)
    who = f"{'Melder' if dutch else 'Notifier'}: {notice.notifier_name}, {notice.notifier_email}."
    faith = f"Wij verklaren {STATEMENTS['nl']}." if dutch else f"We declare our {STATEMENTS['en']}."
    tail = f"\n{where}\n{who}\n{faith}"
    room = longest - len(head) - len(tail)
    if room < LEAST_EXPLANATION:
        message = (
            f"The addresses don't leave room for an explanation in {longest} characters: send this notice by mail."
        )
        raise NoticeError(message)
    return head + one_line(notice.explanation, room) + tail
