"""The one door by which a notice leaves: complete, approved by somebody else, and once."""

from collections.abc import Sequence
from datetime import UTC, datetime

from takedown.channels import Channel, ChannelConfig
from takedown.errors import FourEyesError, NoticeError
from takedown.notices import check_notice
from warehouse import Approval, Label, Notice, Receipt

SOFTWARE = "system:"
"""What the software signs with, before the flow's name: it is nobody's second pair of eyes."""


def is_approved(notice: Notice, approvals: Sequence[Approval]) -> bool:
    """Say whether two different persons stand behind exactly this notice, one of them not its drafter.

    A draft by a person needs one approval by another; a draft by the software (`system:…`) needs two. Logins compare
    without case.
    """
    drafter = notice.drafted_by.strip().casefold()
    others = {a.by.strip().casefold() for a in approvals if a.notice_id == notice.id} - {drafter, ""}
    others = {login for login in others if not login.startswith(SOFTWARE)}
    return bool(drafter) and len(others) >= (2 if drafter.startswith(SOFTWARE) else 1)


def send(
    notice: Notice,
    approvals: Sequence[Approval],
    channel: Channel,
    config: ChannelConfig,
    sent: Receipt | None,
    *,
    labels: tuple[Label, ...] = (),
    now: datetime | None = None,
) -> Receipt:
    """Hand a notice over and give its receipt; one that was sent before gives the receipt of then.

    `labels` are the verdict's, for channels that want a category. Store the receipt at once: if the program is
    killed between the two, the second try carries the same Message-ID or finds the report it made.

    Raises:
        NoticeError: something of art. 16(2) DSA is missing, or the notice is for another channel.
        FourEyesError: nobody but its drafter approved it.
        ChannelError: it was not handed over; `SendLaterError` when a later try may help.

    """
    if sent is not None:
        if sent.notice_id != notice.id:
            message = f"Receipt {sent.reference} belongs to notice {sent.notice_id}, not to {notice.id}."
            raise NoticeError(message)
        return sent
    if not is_approved(notice, approvals):
        message = f"Notice {notice.id} may not leave: somebody other than its drafter must approve it first."
        raise FourEyesError(message)
    if missing := check_notice(notice):
        message = f"Notice {notice.id} is not complete: {' '.join(missing)}"
        raise NoticeError(message)
    if notice.channel != channel.name:
        message = f"Notice {notice.id} was written for {notice.channel!r}, not for {channel.name!r}: draft it again."
        raise NoticeError(message)
    return channel.send(notice, config, labels=labels, now=now or datetime.now(UTC))
