"""Alarm for acute threats: the duty officer first, then the next in line until somebody acknowledges."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path

import httpx

from flows.clock import now
from flows.mail import send_mail
from flows.open_house import opened
from flows.settings import Settings, read_settings
from warehouse import Case, State, Urgency

LOG = logging.getLogger("handenaf.alarm")

TEXT = """{count} op u: {numbers}.

Gaat het om direct gevaar? Bel 112.

Open de wachtrij en bevestig dat u dit oppakt:
{address}

Bevestigt niemand dit binnen {minutes} minuten, dan krijgt de volgende op de lijst dit bericht.
Dit bericht bevat met opzet geen namen en geen tekst van de gevonden berichten.
"""


def alarm(home: str) -> int:
    """Tell the next person in line of every acute case that nobody took yet; give the number of messages sent.

    One message a person, however many cases. Safe to run at any time and in two processes at once: a step is claimed
    before it is sent, and given back when the message could not be handed over.
    """
    settings = read_settings(Path(home))
    if not settings.alarm_mail and not settings.alarm_webhook:
        return 0
    sent = 0
    with opened(settings) as state:
        for step, cases in sorted(_due(settings, state).items()):
            claimed = [
                case for case in cases if state.alarms.claim(case.id, step=step, told=_who(settings, step), at=now())
            ]
            if claimed:
                sent += _tell(settings, state, claimed, step)
    return sent


def _due(settings: Settings, state: State) -> dict[int, list[Case]]:
    """Give the cases whose next step is due now, by step (0: the first in line)."""
    wait = timedelta(minutes=settings.alarm_wait_minutes)
    due: dict[int, list[Case]] = {}
    for case, told in state.alarms.pending():
        in_line = len(told) < max(len(settings.alarm_mail), 1)
        if in_line and not (told and now() < told[-1].told_at + wait):
            due.setdefault(len(told), []).append(case)
    return due


def _who(settings: Settings, step: int) -> str:
    return settings.alarm_mail[step] if step < len(settings.alarm_mail) else "webhook"


def _tell(settings: Settings, state: State, cases: Sequence[Case], step: int) -> int:
    """Send one step's message; 1 when a way took it, 0 when none did (the step is then tried again).

    Killed between sending and noting it, the step is sent once more after `warehouse.state.alarms.STUCK`: twice is
    better than not at all.
    """
    numbers = [f"HA-{state.cases.number(case.id):06d}" for case in cases]
    failed = []
    ways = _ways(settings, step, numbers)
    for way in ways:
        try:
            way()
        except (OSError, ValueError) as error:
            failed.append(str(error))
    for why in failed:
        LOG.error("an alarm for %d acute cases to %s was not handed over: %s", len(cases), _who(settings, step), why)
    for case in cases:
        if len(failed) == len(ways):
            state.alarms.unclaim(case.id, step=step)
        else:
            state.alarms.handed_over(case.id, step=step, at=now())
    return int(len(failed) < len(ways))


def _ways(settings: Settings, step: int, numbers: Sequence[str]) -> list[Callable[[], None]]:
    """Give the ways by which this step's message leaves: mail, webhook or both."""
    address = f"http://{settings.desk_host}:{settings.desk_port}/"
    ways: list[Callable[[], None]] = []
    if step < len(settings.alarm_mail):
        ways.append(lambda: send_mail(settings, _mail(settings, _who(settings, step), numbers, address)))
    if settings.alarm_webhook:
        body = {"cases": list(numbers), "urgency": Urgency.ACUTE.value, "address": address, "step": step}
        ways.append(lambda: _post(settings.alarm_webhook, body))
    return ways


def _post(webhook: str, body: Mapping[str, object]) -> None:
    """Post to the webhook. Raises `OSError` without its address, which often holds a secret."""
    try:
        answer = httpx.post(webhook, json=body, timeout=10)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise OSError(f"the webhook can't be reached ({type(error).__name__}); check alarm_webhook") from error
    if not answer.is_success:
        raise OSError(f"the webhook answered {answer.status_code}; check alarm_webhook")


def _mail(settings: Settings, who: str, numbers: Sequence[str], address: str) -> EmailMessage:
    count = "Eén acute dreiging wacht" if len(numbers) == 1 else f"{len(numbers)} acute dreigingen wachten"
    message = EmailMessage()
    message["From"] = settings.mailbox
    message["To"] = who
    message["Subject"] = f"ACUUT: {count} op u"
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=settings.mailbox.rpartition("@")[2] or None)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Priority"] = "1"
    named = ", ".join(numbers)
    message.set_content(TEXT.format(count=count, numbers=named, address=address, minutes=settings.alarm_wait_minutes))
    return message
