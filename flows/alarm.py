"""Alarm for acute threats: the duty officer first, then the next in line until somebody acknowledges."""

import logging
from datetime import timedelta
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path

import httpx

from flows.clock import now
from flows.mail import send_mail
from flows.open_house import opened
from flows.settings import Settings, read_settings
from warehouse import Case, State

LOG = logging.getLogger("handenaf.alarm")

TEXT = """Er is een acute dreiging gevonden: zaak {number}.

Gaat het om direct gevaar? Bel 112.

Open de zaak en bevestig dat u haar oppakt:
{address}

Niemand bevestigd binnen {minutes} minuten: dan krijgt de volgende op de lijst dit bericht.
Dit bericht bevat met opzet geen namen en geen tekst van het bericht.
"""


def alarm(home: str) -> int:
    """Tell the next person in line of every acute case that nobody took yet; give the number of messages sent.

    Safe to run at any time and in two processes at once: a step is claimed before it is sent, and given back when the
    message could not be handed over.
    """
    settings = read_settings(Path(home))
    sent = 0
    with opened(settings) as state:
        for case, told in state.alarms.pending():
            wait = timedelta(minutes=settings.alarm_wait_minutes)
            if told and now() < told[-1].told_at + wait:
                continue
            step = len(told)
            if step < max(len(settings.alarm_mail), 1) and (settings.alarm_mail or settings.alarm_webhook):
                sent += _tell(settings, state, case, step)
    return sent


def _tell(settings: Settings, state: State, case: Case, step: int) -> int:
    """Send one step's messages; 1 when they were handed over, 0 when not (the step is then tried again)."""
    who = settings.alarm_mail[step] if step < len(settings.alarm_mail) else "webhook"
    if not state.alarms.claim(case.id, step=step, told=who, at=now()):
        return 0
    number = f"HA-{state.cases.number(case.id):06d}"
    address = f"http://{settings.desk_host}:{settings.desk_port}/cases/{case.id}"
    try:
        if step < len(settings.alarm_mail):
            send_mail(settings, _mail(settings, who, number, address))
        if settings.alarm_webhook:
            body = {"case": number, "urgency": case.urgency.value, "address": address, "step": step}
            httpx.post(settings.alarm_webhook, json=body, timeout=10).raise_for_status()
    except (OSError, httpx.HTTPError, ValueError) as error:
        state.alarms.unclaim(case.id, step=step)
        LOG.error("alarm for case %s to %s was not handed over: %s; it is tried again", number, who, error)  # noqa: TRY400 - the sentence says it all
        return 0
    return 1


def _mail(settings: Settings, who: str, number: str, address: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = settings.mailbox
    message["To"] = who
    message["Subject"] = f"ACUTE DREIGING: zaak {number} wacht op u"
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=settings.mailbox.rpartition("@")[2] or None)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Priority"] = "1"
    message.set_content(TEXT.format(number=number, address=address, minutes=settings.alarm_wait_minutes))
    return message
