"""What the desk does outside itself: draft and send. Handed to `review` as plain functions."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from flows.clock import now
from flows.errors import FlowError
from flows.open_house import cards_of
from flows.settings import Settings
from takedown.channels import ChannelConfig, find_channels
from takedown.notices import Notifier, draft
from takedown.sending import send
from warehouse import Approval, Case, Notice, Person, Post, Receipt, State, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """A case with everything it is about."""

    case: Case
    post: Post
    person: Person
    verdict: Verdict


def read_case(state: State, case_id: str) -> CaseFile:
    """Read a case with its post, person and verdict. Raises `FlowError` where its post was forgotten."""
    case = state.cases.one(case_id)
    post = state.posts.one(case.post_id)
    person = state.people.one(case.person_id)
    verdict = state.posts.verdict(case.verdict_id)
    if post is None or person is None or verdict is None:
        raise FlowError(
            f"What case {case_id} is about was deleted (retention); there is nothing left to send or bundle."
        )
    return CaseFile(case=case, post=post, person=person, verdict=verdict)


def notifier_of(settings: Settings) -> Notifier:
    """Give who notifies: the organisation and its role mailbox."""
    return Notifier(name=settings.organisation, email=settings.mailbox, phone=settings.phone)


def way_of(settings: Settings, post: Post) -> tuple[str, str]:
    """Give the channel and the recipient that the post's source card names; the sheet where there is none."""
    card = cards_of(settings).get(post.source)
    if card is None:
        return "sheet", ""
    return card.channel, card.notice_to


def draft_notice(
    settings: Settings, state: State, case_id: str, *, language: str, explanation: str, by: str, channel: str = ""
) -> Notice:
    """Draft the notice of a case by the channel its source's card names, or another; the desk keeps it."""
    file = read_case(state, case_id)
    usual_channel, usual_recipient = way_of(settings, file.post)
    chosen = channel or usual_channel
    return draft(
        file.case,
        file.post,
        file.person,
        file.verdict,
        state.papers.captures(case_id),
        notifier=notifier_of(settings),
        language=language,
        channel=chosen,
        recipient=usual_recipient if chosen == usual_channel else "",
        explanation=explanation,
        now=now(),
        by=by,
    )


def send_notice(settings: Settings, state: State, notice: Notice, approvals: Sequence[Approval]) -> Receipt:
    """Send an approved notice, or give the receipt of when it was sent; the desk keeps it.

    Killed between sending and keeping, it is sent again with the same Message-ID (or finds the report it made).
    Raises what `takedown.sending.send` raises.
    """
    file = read_case(state, notice.case_id)
    channels = find_channels()
    if notice.channel not in channels:
        raise FlowError(f"There is no channel {notice.channel!r}. There are: {', '.join(sorted(channels))}.")
    return send(
        notice,
        approvals,
        channels[notice.channel],
        channel_config(settings, notice, file.post),
        state.papers.receipt(notice.id),
        labels=file.verdict.asked,
        now=now(),
    )


def channel_config(settings: Settings, notice: Notice, post: Post) -> ChannelConfig:
    """Give how a channel reaches the other side, with the secrets it needs and no others."""
    if notice.channel == "mail":
        return ChannelConfig(
            address=f"{settings.smtp_host}:{settings.smtp_port}" if settings.smtp_host else "",
            user=settings.smtp_user,
            secret=settings.smtp_password.get_secret_value(),
            sender=settings.mailbox,
            ca_file=Path(settings.smtp_ca) if settings.smtp_ca else None,
        )
    if notice.channel == "mastodon":
        place = urlsplit(post.permalink)
        return ChannelConfig(
            address=notice.recipient or f"{place.scheme}://{place.netloc}",
            secret=settings.mastodon_token.get_secret_value(),
            plain_loopback=_on_loopback(settings, post),
        )
    if notice.channel == "bluesky":
        return ChannelConfig(
            address=settings.bluesky_service,
            user=settings.bluesky_login,
            secret=settings.bluesky_password.get_secret_value(),
            plain_loopback=_on_loopback(settings, post),
        )
    return ChannelConfig(folder=settings.home / "sheets")


def _on_loopback(settings: Settings, post: Post) -> bool:
    card = cards_of(settings).get(post.source)
    return bool(card and card.allow_loopback)
