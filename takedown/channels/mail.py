"""Notices by e-mail: SMTP with STARTTLS.

Reads from the configuration: `address` (host or host:port, port 587 when missing), `user` and `secret` (may be
empty), `sender` (the From address; the notifier's mailbox when empty), `ca_file`, `plain_loopback`, `timeout_s`.
"""

import asyncio
import ssl
from datetime import datetime
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

import aiosmtplib

from takedown.channels import ChannelConfig
from takedown.egress import addresses_of, is_open_address
from takedown.errors import SendLaterError, SendRefusedError
from takedown.notices import ADDRESS
from warehouse import Label, Notice, Receipt

SUBMISSION_PORT = 587
"""RFC 6409 §3.1."""

ONE_LINE = policy.SMTP.clone(max_line_length=400)
"""Headers aren't folded: Python 3.11 loses a space between two encoded words when it folds (seen in a subject). 400 is
well under the 998 that RFC 5322 §2.1.1 allows; the body was encoded in lines of 76 before."""


def message_id(notice: Notice, sender: str) -> str:
    """Give the Message-ID: the same for the same notice, so that a second sending after a crash is recognised."""
    return f"<{notice.id}@{sender.rpartition('@')[2]}>"


def compose(notice: Notice, sender: str) -> EmailMessage:
    """Write the message: one recipient, UTF-8 text, and nothing in a header but what belongs there.

    Raises:
        SendRefusedError: a recipient, sender or subject that is not one.

    """
    for what, value in (("recipient", notice.recipient), ("sender", sender)):
        if not ADDRESS.fullmatch(value):
            message = f"The {what} of notice {notice.id} is not an e-mail address: {value[:200]!r}. Correct the card."
            raise SendRefusedError(message)
    letter = EmailMessage(policy=policy.SMTP)
    try:
        letter["From"] = Address(display_name=notice.notifier_name, addr_spec=sender)
        letter["To"] = Address(addr_spec=notice.recipient)
        letter["Reply-To"] = Address(addr_spec=notice.notifier_email)
        letter["Subject"] = notice.subject
    except (ValueError, MessageError) as error:
        message = f"A header of notice {notice.id} can't be written ({error}). Draft the notice again."
        raise SendRefusedError(message) from error
    letter["Date"] = format_datetime(notice.drafted_at)
    letter["Message-ID"] = message_id(notice, sender)
    letter["Content-Language"] = notice.language
    letter.set_content(notice.body, charset="utf-8", cte="quoted-printable")
    return letter


class Mail:
    """SMTP, one message to one mailbox."""

    name = "mail"

    def send(self, notice: Notice, config: ChannelConfig, *, labels: tuple[Label, ...], now: datetime) -> Receipt:  # noqa: ARG002 - mail needs no category
        """Hand the letter to the mail server; call it from a thread without an event loop of its own.

        Raises:
            SendLaterError: no connection, or the server said 4xx (RFC 5321 §4.2.1).
            SendRefusedError: the server said 5xx, offers no STARTTLS, or its certificate is not trusted.

        """
        sender = config.sender or notice.notifier_email
        letter = compose(notice, sender)
        reply = asyncio.run(self._hand_over(letter, config))
        return Receipt(
            notice_id=notice.id, channel=self.name, reference=letter["Message-ID"], sent_at=now, detail=reply[:500]
        )

    async def _hand_over(self, letter: EmailMessage, config: ChannelConfig) -> str:
        """Speak SMTP and give the server's words of acceptance."""
        host, _, port = config.address.partition(":")
        where = f"the mail server {config.address}"
        plain = config.plain_loopback and all(
            not is_open_address(one, allow_loopback=False) and is_open_address(one, allow_loopback=True)
            for one in addresses_of(host) or ("",)
        )
        context = ssl.create_default_context(cafile=str(config.ca_file) if config.ca_file else None)
        server = aiosmtplib.SMTP(
            hostname=host,
            port=int(port) if port.isdigit() else SUBMISSION_PORT,
            username=config.user or None,
            password=config.secret or None,
            start_tls=not plain,
            tls_context=None if plain else context,
            timeout=config.timeout_s,
        )
        try:
            async with server:
                refused, words = await server.sendmail(
                    letter["From"].addresses[0].addr_spec,
                    [letter["To"].addresses[0].addr_spec],
                    letter.as_bytes(policy=ONE_LINE),
                )
        except aiosmtplib.SMTPRecipientsRefused as error:
            first = error.recipients[0]
            raise _by_code(first.code, first.message, where) from error
        except aiosmtplib.SMTPResponseException as error:
            raise _by_code(error.code, error.message, where) from error
        except ssl.SSLError as error:
            message = f"The certificate of {where} is not trusted ({error.reason}). Check the address and the CA file."
            raise SendRefusedError(message) from error
        except aiosmtplib.SMTPException as error:
            if "STARTTLS" in str(error) or isinstance(error.__cause__, ssl.SSLError):
                message = f"No safe connection with {where}: {error}. The notice was not sent in the clear."
                raise SendRefusedError(message) from error
            message = f"No answer from {where} ({error}). The notice waits for a later try."
            raise SendLaterError(message) from error
        except OSError as error:
            message = f"No connection with {where} ({error}). The notice waits for a later try."
            raise SendLaterError(message) from error
        if refused:
            code, why = next(iter(refused.values()))
            raise _by_code(code, why, where)
        return words


def _by_code(code: int, words: str, where: str) -> SendLaterError | SendRefusedError:
    """Choose the error for an SMTP answer: 4xx may pass later, 5xx won't (RFC 5321 §4.2.1)."""
    if 400 <= code < 500:  # noqa: PLR2004 - RFC 5321's own borders
        return SendLaterError(f"{where} can't take the notice now: {code} {words[:300]}. It waits for a later try.")
    return SendRefusedError(f"{where} refused the notice: {code} {words[:300]}. Correct it before sending again.")


CHANNEL = Mail()
