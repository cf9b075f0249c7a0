"""The organisation's mail server, for alarms; notices leave by `takedown.channels.mail`."""

import asyncio
import ssl
from email.message import EmailMessage

import aiosmtplib

from flows.settings import Settings


def send_mail(settings: Settings, message: EmailMessage) -> None:
    """Hand one message to the organisation's mail server, over STARTTLS.

    Raises `ValueError` when no server is set, `OSError` with the server's words when it does not take the message.
    """
    if not settings.smtp_host or not settings.mailbox:
        raise ValueError("no mail can be sent: set smtp_host and mailbox in handenaf.toml")
    trust = ssl.create_default_context(cafile=settings.smtp_ca or None)
    try:
        asyncio.run(
            aiosmtplib.send(
                message,
                hostname=settings.smtp_host,
                port=settings.smtp_port,
                start_tls=True,
                tls_context=trust,
                username=settings.smtp_user or None,
                password=settings.smtp_password.get_secret_value() or None,
                timeout=20,
            )
        )
    except aiosmtplib.SMTPException as error:
        raise OSError(f"{settings.smtp_host}:{settings.smtp_port} did not take the message: {error}") from error
