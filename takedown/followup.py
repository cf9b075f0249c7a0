"""What became of a post: looking again, and what follows from the looks."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin

import httpx

from takedown.egress import refuse_closed
from takedown.errors import EvidenceError
from takedown.evidence.files import read_kept
from takedown.page_state import LOGIN_WALL, REMOVED, VISIBLE, holds_post, page_state
from warehouse import Capture, CaseState

GONE, STILL_THERE, UNCLEAR = "gone", "still_there", "unclear"

MOST_HOPS = 8
"""Redirects followed; browsers allow 20, but a page that needs more than a few is a loop."""

MOST_BYTES = 8 << 20
"""Bytes read of a page: more than any page of text has."""

NAME = "handenaf/1 (follow-up of a notice; public pages only)"
"""What we call ourselves to a server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look at a post's page."""

    url: str
    at: datetime
    outcome: str
    """gone, still_there, login_wall or unclear."""
    status: int
    """HTTP's, 0 when no answer came."""
    why: str
    """For a person: what made the outcome."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowPolicy:
    """How patient follow-up is."""

    between_looks: timedelta = timedelta(minutes=10)
    """Two looks that find a post gone must be this far apart: one may meet a hiccup."""
    remind_after: timedelta = timedelta(hours=48)
    """A reminder when the post still stands (the tables of cases run by others start at 24 to 48 hours)."""
    give_up_after: timedelta = timedelta(hours=240)
    """No answer: ten days, about the ten working days of the Dutch notice-and-takedown practice."""
    look_every: timedelta = timedelta(hours=12)
    """How often a post under notice is looked at."""
    watch_every: timedelta = timedelta(days=7)
    """How often a removed post is looked for again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What follows from the looks: perhaps another state, perhaps a reminder, and when to look again."""

    to: CaseState | None
    """The state to move to; None: stay."""
    kind: str
    """The kind of `Response` to note: still_there, gone, returned, or empty."""
    remind: bool
    look_again_at: datetime | None
    why: str


class _Words(HTMLParser):
    """The visible words of an HTML page: no scripts, no styles, no comments."""

    HIDDEN = frozenset({"script", "style", "noscript", "template"})

    def __init__(self) -> None:
        """Start with nothing heard."""
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - html.parser's signature
        """Go into an element; a hidden one hides what is in it."""
        self._hidden += tag in self.HIDDEN

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        self._hidden = max(0, self._hidden - (tag in self.HIDDEN))

    def handle_data(self, data: str) -> None:
        """Hear words, unless hidden."""
        if not self._hidden:
            self.words.append(data)


def visible_words(html: str) -> str:
    """Give the text of a page as a reader without scripts would see it; broken markup gives what can be read."""
    parser = _Words()
    parser.feed(html)
    parser.close()
    return " ".join(parser.words)


def _fetch(url: str, *, allow_loopback: bool, timeout_s: float) -> tuple[int, str, str]:
    """Get a page, each hop checked; gives status, final address and text.

    Raises:
        EvidenceError: an address that may not be visited, or too many redirects.
        httpx.HTTPError: no answer.

    """
    asked, ends = url, time.monotonic() + 3 * timeout_s
    with httpx.Client(
        timeout=timeout_s, follow_redirects=False, headers={"User-Agent": NAME}, trust_env=False
    ) as client:
        for _ in range(MOST_HOPS):
            refuse_closed(asked, allow_loopback=allow_loopback)
            with client.stream("GET", asked, headers={"Accept-Language": "nl, en;q=0.5"}) as answer:
                if answer.is_redirect and "location" in answer.headers:
                    asked = urljoin(asked, answer.headers["location"])
                    continue
                content = b""
                for block in answer.iter_bytes():
                    content += block
                    if len(content) > MOST_BYTES or time.monotonic() > ends:  # endless, or drop by drop
                        break
                return answer.status_code, asked, content.decode(answer.encoding or "utf-8", "replace")
    message = f"{url} sends a visitor round in circles: more than {MOST_HOPS} redirects."
    raise EvidenceError(message)


def look(
    url: str,
    post_text: str,
    *,
    needs_javascript: bool = False,
    allow_loopback: bool = False,
    timeout_s: float = 20.0,
    now: datetime | None = None,
) -> Look:
    """Look whether the post still stands at `url`, without a browser; nothing that goes wrong raises.

    404, 410 or a phrase like "dit bericht is verwijderd" means gone. So does a page without the post's text, unless
    `needs_javascript`: then the text was never in the page itself, and the look is unclear; take a capture and
    use `look_of_capture`.
    """
    at = now or datetime.now(UTC)
    try:
        status, final_url, page = _fetch(url, allow_loopback=allow_loopback, timeout_s=timeout_s)
    except (EvidenceError, httpx.HTTPError, httpx.InvalidURL, LookupError, ValueError) as error:
        return Look(
            url=url, at=at, outcome=UNCLEAR, status=0, why=f"Geen antwoord: {str(error)[:200] or type(error).__name__}"
        )
    words = visible_words(page)
    found = holds_post(words, post_text)
    state = page_state(status=status, url=url, final_url=final_url, page_text=words, found=found)
    outcome, why = _judge(state, found=found, needs_javascript=needs_javascript)
    return Look(url=url, at=at, outcome=outcome, status=status, why=f"{why} (HTTP {status})")


def _judge(state: str, *, found: bool, needs_javascript: bool) -> tuple[str, str]:
    """Turn what a page shows into an outcome and its reason."""
    if state == REMOVED:
        return GONE, "De pagina zegt dat het bericht er niet meer is"
    if state == LOGIN_WALL:
        return LOGIN_WALL, "De pagina vraagt om aan te melden"
    if state == VISIBLE and found:
        return STILL_THERE, "De tekst van het bericht staat op de pagina"
    if state == VISIBLE and not needs_javascript:
        return GONE, "De pagina is er, de tekst van het bericht niet meer"
    return UNCLEAR, f"De pagina laat het niet zien (toestand: {state})"


def found_in(capture: Capture, folder: Path) -> bool:
    """Say whether a capture found the post's text on its page: a page can be visible without it.

    Raises:
        EvidenceError: the capture's manifest is missing from the evidence folder, or was changed.

    """
    return bool(json.loads(read_kept(folder, capture.manifest_sha256))["bericht"]["gevonden"])


def look_of_capture(capture: Capture, *, found: bool) -> Look:
    """Turn a capture into a look, for pages that need a browser; `found` is what `found_in` says of it."""
    outcome, why = _judge(capture.visible, found=found, needs_javascript=False)
    return Look(
        url=capture.url, at=capture.ended_at, outcome=outcome, status=0, why=f"{why} (vastlegging {capture.id})"
    )


UNDER_NOTICE = frozenset({CaseState.SENT, CaseState.ACKNOWLEDGED})
WAITING = UNDER_NOTICE | {
    CaseState.UNLAWFUL, CaseState.NOTICE_DRAFTED, CaseState.REFUSED, CaseState.NO_ANSWER, CaseState.COMPLAINT,
    CaseState.DISPUTE, CaseState.REGULATOR, CaseState.REMOVED, CaseState.RETURNED,
}  # fmt: skip
"""States in which a post may turn out to be gone."""


def next_step(  # noqa: PLR0911 - one return per row of the rule
    state: CaseState,
    looks: Sequence[Look],
    *,
    sent_at: datetime | None,
    now: datetime,
    reminded: bool = False,
    policy: FollowPolicy | None = None,
) -> Step:
    """Say what follows from the looks at a case, pure.

    Gone at the last two looks, `between_looks` apart at least and nothing else between them: removed_verified. There
    again after removed or removed_verified: returned; a closed case only if it was ever gone (a lawful post stays up). Still there `remind_after` the sending: one reminder;
    `give_up_after`: no_answer (never while a look is unclear: then a person must see for herself).
    """
    rule = policy or FollowPolicy()
    ordered = sorted((one for one in looks if one.outcome != UNCLEAR), key=lambda one: one.at)
    last = ordered[-1] if ordered else None
    soon, later = now + rule.look_every, now + rule.watch_every
    if state in (CaseState.REMOVED_VERIFIED, CaseState.CLOSED):
        was_gone = state == CaseState.REMOVED_VERIFIED or any(one.outcome == GONE for one in ordered)
        if not was_gone:
            return Step(to=None, kind="", remind=False, look_again_at=None, why="De zaak is gesloten.")
        if last and last.outcome == STILL_THERE:
            return Step(to=CaseState.RETURNED, kind="returned", remind=False, look_again_at=soon, why=last.why)
        return Step(to=None, kind="", remind=False, look_again_at=later, why="Nog steeds weg.")
    if state not in WAITING:
        return Step(to=None, kind="", remind=False, look_again_at=None, why="Over deze zaak is nog niet beslist.")
    if last and last.outcome == GONE:
        since = _gone_since(ordered)
        if last.at - since >= rule.between_looks:
            return Step(to=CaseState.REMOVED_VERIFIED, kind=GONE, remind=False, look_again_at=later, why=last.why)
        again = since + rule.between_looks
        return Step(to=None, kind=GONE, remind=False, look_again_at=max(again, now), why="Weg bij een keer kijken.")
    if last and last.outcome == STILL_THERE and state == CaseState.REMOVED:
        return Step(to=CaseState.RETURNED, kind="returned", remind=False, look_again_at=soon, why=last.why)
    if last and last.outcome == STILL_THERE and state in UNDER_NOTICE and sent_at and last.at >= sent_at:
        waited = now - sent_at
        if waited >= rule.give_up_after:
            return Step(to=CaseState.NO_ANSWER, kind=STILL_THERE, remind=False, look_again_at=soon, why=last.why)
        remind = waited >= rule.remind_after and not reminded
        return Step(to=None, kind=STILL_THERE, remind=remind, look_again_at=soon, why=last.why)
    return Step(to=None, kind="", remind=False, look_again_at=soon, why=last.why if last else "Nog niet gekeken.")


def _gone_since(ordered: Sequence[Look]) -> datetime:
    """Give the time of the first of the unbroken row of `gone` looks at the end."""
    since = ordered[-1].at
    for one in reversed(ordered):
        if one.outcome != GONE:
            break
        since = one.at
    return since
