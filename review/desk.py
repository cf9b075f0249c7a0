"""What the desk is given: its memory, its evidence folder, and the deeds of the other rooms as callables."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from warehouse import Approval, Bundle, Notice, Receipt, Source, State


class DraftNotice(Protocol):
    """Writes a notice about a case; raises `takedown.errors.NoticeError` when it can't be written."""

    def __call__(self, case_id: str, language: str, by: str, explanation: str, channel: str) -> Notice:
        """Give the notice; the desk stores it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything `create_app` needs. Made once, by `flows`."""

    state: State
    evidence: Path
    """The folder of captures and bundles, content-addressed."""
    now: Callable[[], datetime]
    """The clock: aware, UTC."""
    organisation: str
    """Name of the notifier (art. 16(2)(c) DSA)."""
    mailbox: str
    """The organisation's role mailbox, never a professional's own."""
    phone: str
    """Whom staff call when a post frightens them."""
    draft_notice: DraftNotice
    send: Callable[[Notice, Sequence[Approval]], Receipt]
    """Hands a notice over; raises `TakedownError`. The desk checks the four eyes as well."""
    make_edition: Callable[[str, str, str], tuple[Bundle, Path]]
    """From case id, login and edition (`takedown.evidence.editions`): the bundle's record and the ZIP, which the desk deletes."""
    recapture: Callable[[str], None]
    """Looks at the case's page again and stores the capture."""
    missing_fields: Callable[[Notice], Sequence[str]]
    """What art. 16(2) DSA asks and this notice lacks, in words; empty: complete."""
    channels: Sequence[str] = ("sheet",)
    """Names of the channels a notice can go through."""
    sources: Callable[[], Sequence[Source]] = tuple
    """The cards of the sources that are watched."""
    secure: bool = False
    """Served over https: the cookie is then `__Host-` and Secure, and HSTS is sent."""
    lease_minutes: int = 15
    """How long a case stays with the reviewer who opened it, unless her page renews it."""
    break_after: int = 25
    """Posts read in a day after which the desk suggests a break."""
    support: Mapping[str, str] = field(default_factory=dict)
    """Who to call, name to number, shown on the help page after the organisation's own number."""
