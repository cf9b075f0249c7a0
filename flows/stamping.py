"""Time stamps for captures that still wait for one, and for the log's head each day; somebody is told when a service stays down."""

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import formatdate
from functools import partial
from pathlib import Path

import httpx
from asn1crypto import x509

from flows.clock import now
from flows.mail import send_mail
from flows.open_house import opened
from flows.settings import Settings, read_settings
from takedown.evidence.log_heads import has_head, stamp_head
from takedown.evidence.outbox import Outbox, Stamped
from takedown.evidence.timestamp import Service, arrived
from takedown.evidence.tokens import load_roots
from warehouse import Capture, MissingError, State

LOG = logging.getLogger("handenaf.stamping")

BY = "system:stamp"
ORPHAN = timedelta(hours=1)
"""A capture that waits for a stamp and has no record after so long was never finished: its process was killed."""
TELL_AGAIN = timedelta(hours=24)


def services_of(settings: Settings) -> tuple[Service, ...]:
    """Give the time-stamp services that the settings name, in their order."""
    return tuple(
        Service(
            address=address,
            qualified=address in settings.tsa_qualified,
            policies=settings.tsa_policies.get(address, ()),
            pause_s=settings.tsa_pauses.get(address, 0.0),
        )
        for address in settings.tsa
    )


def roots_of(settings: Settings) -> tuple[x509.Certificate, ...]:
    """Give the roots that tokens must lead to. Raises `EvidenceError` where the folder can't be read."""
    return load_roots(Path(settings.tsa_roots) if settings.tsa_roots else None)


def outbox_of(settings: Settings) -> Outbox:
    """Give the outbox of the organisation."""
    return Outbox(settings.evidence / "outbox")


def heads_of(settings: Settings) -> Path:
    """Give the folder of the log's stamped heads."""
    return settings.evidence / "heads"


def stamp_waiting(settings: Settings, state: State, *, only: str = "", timeout_s: float = 10.0) -> int:
    """Ask every service for what waits for it, and give the number of tokens that came; `only`: of one capture.

    A service that is down or resting is passed over. Safe to kill and to run twice at once.
    """
    roots, box = roots_of(settings), outbox_of(settings)
    deliver = partial(_deliver, settings, state)
    return sum(
        box.stamp(service, roots, deliver, now=now, only=only, timeout_s=timeout_s, fetch=bool(roots))
        for service in services_of(settings)
    )


def _deliver(settings: Settings, state: State, stamped: Stamped) -> None:
    """Put a token into its capture's record; one whose capture has no record yet waits for another round."""

    def change(capture: Capture) -> Capture:
        return arrived(capture, settings.evidence, stamped.reply, stamped.token, stamped.path, stamped.waiting.service)

    try:
        state.papers.amend_capture(stamped.waiting.capture_id, change, at=now(), by=BY)
    except MissingError:
        LOG.warning("a time stamp came for capture %s, which has no record", stamped.waiting.capture_id)


def tell_of_outages(settings: Settings) -> list[str]:
    """Tell those in line of each service that left captures waiting for too long; give the services told of.

    Once an outage and day. What could not be told is logged and tried again at the next round.
    """
    box, told = outbox_of(settings), []
    for service in services_of(settings):
        waits = [
            one for one in box.waiting(service) if now() - one.since >= timedelta(minutes=settings.stamp_alarm_minutes)
        ]
        queue = box.queue(service)
        if not waits or (queue.told_at and now() - queue.told_at < TELL_AGAIN):
            continue
        LOG.error("%d captures wait for a time stamp of %s: %s", len(waits), service.address, queue.error)
        if _tell(settings, service.address, len(waits), waits[0].since, queue.error):
            box.note(service, replace(queue, told_at=now()))
            told.append(service.address)
    return told


def _tell(settings: Settings, address: str, count: int, since: datetime, error: str) -> bool:
    """Send the message by every way there is; False when none took it."""
    text = (
        f"{count} vastlegging(en) wachten sinds {since:%Y-%m-%d %H:%M} UTC op een tijdstempel van {address}.\n"
        f"Laatste antwoord: {error or 'niet gevraagd'}\n\n"
        "De vastleggingen zelf zijn bewaard; zodra de dienst weer antwoordt komen de tijdstempels vanzelf. Duurt dit langer,"
        " kies dan een andere dienst in handenaf.toml (tsa)."
    )
    taken = False
    failed: list[str] = []
    for way in (partial(_mail, settings, text), partial(_post, settings, address, count)):
        try:
            taken = way() or taken
        except (OSError, ValueError) as why_not:
            failed.append(str(why_not))
    for why in failed:
        LOG.error("the message about %s was not handed over: %s", address, why)
    return taken


def _mail(settings: Settings, text: str) -> bool:
    if not settings.alarm_mail:
        return False
    message = EmailMessage()
    message["From"], message["To"] = settings.mailbox, ", ".join(settings.alarm_mail)
    message["Subject"] = "Vastleggingen wachten op een tijdstempel"
    message["Date"] = formatdate()
    message.set_content(text)
    send_mail(settings, message)
    return True


def _post(settings: Settings, address: str, count: int) -> bool:
    """Post to the webhook. Raises `OSError` without its address, which often holds a secret."""
    if not settings.alarm_webhook:
        return False
    try:
        answer = httpx.post(settings.alarm_webhook, json={"unstamped": count, "service": address}, timeout=10)
        answer.raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise OSError(f"the webhook did not take it ({type(error).__name__}); check alarm_webhook") from error
    return True


def drop_orphans(settings: Settings, state: State) -> int:
    """Let go of waiting captures that never got a record, and give their number."""
    box, dropped = outbox_of(settings), 0
    for service in services_of(settings):
        for one in box.waiting(service):
            if now() - one.since > ORPHAN and not state.papers.has_capture(one.capture_id):
                box.drop(one)
                dropped += 1
    return dropped


def stamp_round(home: str) -> int:
    """Make one round: what waits, what was left behind, the log's head of the day, and who must be told."""
    settings = read_settings(Path(home))
    with opened(settings) as state:
        drop_orphans(settings, state)
        came = stamp_waiting(settings, state)
        stamp_log(settings, state)
    tell_of_outages(settings)
    return came


def stamp_log(settings: Settings, state: State) -> str:
    """Stamp the log's head where today has none yet; gives the SHA-256 of what was stamped, empty where nothing was."""
    services, at = services_of(settings), now()
    if not services or has_head(heads_of(settings), at):
        return ""
    entries = tuple(state.audit.entries())
    if not entries:
        return ""
    digests = [entry.digest for entry in entries]
    made = stamp_head(heads_of(settings), entries[-1], digests, services, roots_of(settings), at=at)
    if made:
        state.audit.note(at=at, actor=BY, action="log.stamped", subject=str(entries[-1].sequence), detail=made)
    return made
