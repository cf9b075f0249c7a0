"""The town's post office: its abuse desk acknowledges notices and notes which posts must go; other mail is kept."""

import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parseaddr
from urllib.parse import urlsplit

import aiosmtplib
from aiosmtpd.smtp import SMTP, Envelope, Session
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from demo.gold import POST_ID
from demo.messages import TownPost
from demo.town.pages import render
from demo.town.state import DeskNotice, TownState

URL = re.compile(r"https?://[^\s<>\"']+")
TRAILING = ".,;:!?)]}"
"""Marks that end a sentence, not an address."""


class AbuseDesk:
    """The mailboxes `abuse@<site>.test`: the handler of an aiosmtpd server."""

    def __init__(
        self,
        posts: Mapping[str, TownPost],
        ports: Mapping[int, str],
        state: TownState,
        *,
        remove_after_seconds: float,
        acknowledge_to: tuple[str, int] | None,
    ) -> None:
        """Open the desk for `posts` (by id) on the sites that listen on `ports` (port to site).

        Acknowledgements go to the SMTP server at `acknowledge_to` (host, port), or are only recorded.
        """
        self._posts = posts
        self._ports = ports
        self._state = state
        self._remove_after = timedelta(seconds=remove_after_seconds)
        self._acknowledge_to = acknowledge_to

    async def handle_RCPT(  # noqa: N802 - the name is aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take mail for the desk of a site, and for addresses elsewhere under `.test` (RFC 2606), which is only kept."""
        mailbox, _, domain = address.lower().partition("@")
        if not domain.endswith(".test"):
            return "550 5.7.1 This town delivers to addresses under .test only"
        if self._is_site(domain) and mailbox != "abuse":
            return "550 5.1.1 Nobody of that name here; write to abuse@<site>.test"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 - the name is aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Note the notice, set the time of removal, and acknowledge it."""
        content = envelope.content or b""
        mail = message_from_bytes(content if isinstance(content, bytes) else content.encode(), policy=policy.default)
        for recipient in envelope.rcpt_tos:
            if self._is_site(recipient.lower().partition("@")[2]):
                await self._acknowledge(self._note(mail, envelope.mail_from or "", recipient))
            else:
                self._keep(mail, envelope.mail_from or "", recipient)
            self._state.save()
        return "250 2.0.0 Taken"

    def _is_site(self, domain: str) -> bool:
        return domain.removesuffix(".test") in self._ports.values()

    def _keep(self, mail: EmailMessage, sender: str, recipient: str) -> None:
        self._state.mails.append(
            {
                "received_at": datetime.now(UTC).isoformat(),
                "sender": sender,
                "recipient": recipient,
                "subject": _flatten(str(mail.get("Subject", ""))),
                "body": _read_text(mail),
            }
        )

    def _note(self, mail: EmailMessage, sender: str, recipient: str) -> DeskNotice:
        site = recipient.lower().partition("@")[2].removesuffix(".test")
        body = _read_text(mail)
        urls = list(dict.fromkeys(url.rstrip(TRAILING) for url in URL.findall(body)))
        located = {url: self._locate(url, site) for url in urls}
        now = datetime.now(UTC)
        notice = DeskNotice(
            number=len(self._state.notices) + 1,
            site=site,
            received_at=now.isoformat(),
            sender=parseaddr(str(mail.get("From", "")))[1] or sender,
            recipient=recipient,
            subject=_flatten(str(mail.get("Subject", ""))),
            message_id=_flatten(str(mail.get("Message-ID", ""))),
            body=body,
            post_ids=sorted({post_id for post_id in located.values() if post_id}),
            unknown_urls=[url for url, post_id in located.items() if not post_id],
            remove_at=(now + self._remove_after).isoformat(),
        )
        self._state.notices.append(notice)
        self._state.save()
        return notice

    def _locate(self, url: str, site: str) -> str:
        """Give the id of the post of `site` at exactly this address, or nothing."""
        try:
            parts = urlsplit(url)
            here = parts.hostname in ("127.0.0.1", "localhost") and self._ports.get(parts.port or 0) == site
        except ValueError:
            return ""
        match = POST_ID.search(f"{parts.path}#{parts.fragment}" if parts.fragment else parts.path)
        if not here or match is None:
            return ""
        post = self._posts.get(match[1])
        return post.post_id if post and post.site == site else ""

    async def _acknowledge(self, notice: DeskNotice) -> None:
        """Confirm receipt (art. 16(4) DSA), by mail where there is a server for it."""
        answer = EmailMessage()
        answer["From"] = notice.recipient
        answer["To"] = notice.sender
        answer["Subject"] = f"Re: {notice.subject}"
        answer["Date"] = format_datetime(datetime.now(UTC))
        answer["Message-ID"] = make_msgid(domain=f"{notice.site}.test")
        answer["Auto-Submitted"] = "auto-replied"  # RFC 3834 §5
        if notice.message_id:
            answer["In-Reply-To"] = notice.message_id
            answer["References"] = notice.message_id
        text = render("ontvangst.txt.jinja", notice=notice)
        answer.set_content(text)
        notice.acknowledgement = {
            "message_id": str(answer["Message-ID"]),
            "to": notice.sender,
            "subject": f"Re: {notice.subject}",
            "text": text,
            "delivery": await self._deliver(answer),
        }

    async def _deliver(self, answer: EmailMessage) -> str:
        if self._acknowledge_to is None:
            return "recorded"
        host, port = self._acknowledge_to
        try:
            await aiosmtplib.send(answer, hostname=host, port=port, start_tls=False, timeout=5)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            return f"not delivered to {host}:{port}: {error}"
        return "sent"


def create_inbox(state: TownState) -> Starlette:
    """Build the application that shows all mail, at `/inbox.json`: `notices` to the desk, `mails` to others."""

    async def show_inbox(_request: Request) -> JSONResponse:
        return JSONResponse({"notices": [asdict(notice) for notice in state.notices], "mails": state.mails})

    return Starlette(routes=[Route("/inbox.json", show_inbox)])


def _read_text(mail: EmailMessage) -> str:
    """Give all plain text of a mail, transfer encodings and charsets undone."""
    parts = [part for part in mail.walk() if part.get_content_type() == "text/plain" and not part.is_attachment()]
    return "\n".join(str(part.get_content()) for part in parts)


def _flatten(header: str) -> str:
    """Put a header on one line, so that it can't start another one in the answer."""
    return " ".join(header.split())
