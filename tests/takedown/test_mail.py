"""Notices handed to a real SMTP server (aiosmtpd) over STARTTLS."""

import re
import socket
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from takedown.channels import ChannelConfig, find_channels
from takedown.errors import SendLaterError, SendRefusedError
from warehouse import Notice

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
BODY = "Geachte heer, mevrouw,\n\nEén bericht \N{EN DASH} mét accenten. \n.\nFrom de rand.\n" + "lang " * 400


@pytest.fixture
def notice() -> Notice:
    return Notice(
        id="ab" * 16, case_id="cd" * 16, channel="mail", recipient="abuse@platform.example", language="nl",
        subject="Melding illegale inhoud (art. 16 DSA): forum.example \N{EN DASH} één", body=BODY,
        urls=("https://forum.example/1",), explanation="x", notifier_name='Jeugdhulp "Voorbeeldstad", regio Eén',
        notifier_email="veiligheid@jeugdhulp.example", good_faith=True, drafted_by="karel", drafted_at=NOW,
    )  # fmt: skip


@dataclass
class Inbox:
    """What the server took in, and what it answers."""

    letters: list[bytes] = field(default_factory=list)
    answer: str = "250 2.0.0 Ok: queued as 4711"
    to_recipient: str = "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: object, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.to_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to_recipient

    async def handle_DATA(self, _server: object, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        assert isinstance(envelope.content, bytes)
        self.letters.append(envelope.content)
        return self.answer


def free_port() -> int:
    """Give a port of 127.0.0.1 that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a certificate for 127.0.0.1, its own root."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    return folder


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def server(inbox: Inbox, certificate: Path) -> Iterator[ChannelConfig]:
    """Run a server that wants STARTTLS and a login, and say how to reach it."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")

    def login(_server: object, _session: object, _envelope: object, _mechanism: str, who: object) -> AuthResult:
        good = isinstance(who, LoginPassword) and who.login == b"notices" and who.password == b"geheim-woord"
        return AuthResult(success=good, handled=good)

    controller = Controller(
        inbox, hostname="127.0.0.1", port=free_port(), tls_context=context, require_starttls=True, authenticator=login,
        auth_required=True, auth_require_tls=True,
    )  # fmt: skip
    controller.start()
    yield ChannelConfig(
        address=f"127.0.0.1:{controller.port}",
        user="notices",
        secret="geheim-woord",
        ca_file=certificate / "cert.pem",
        timeout_s=5,
    )
    controller.stop()


@pytest.fixture
def plain_server(inbox: Inbox) -> Iterator[ChannelConfig]:
    """Run a server without TLS."""
    controller = Controller(inbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield ChannelConfig(address=f"127.0.0.1:{controller.port}", timeout_s=5)
    controller.stop()


def mail(notice: Notice, config: ChannelConfig) -> str:
    """Send, and give the receipt's reference."""
    return find_channels()["mail"].send(notice, config, labels=(), now=NOW).reference


def test_a_letter_arrives_whole_over_tls(notice: Notice, server: ChannelConfig, inbox: Inbox) -> None:
    receipt = find_channels()["mail"].send(notice, server, labels=(), now=NOW)
    letter = message_from_bytes(inbox.letters[0], policy=policy.default)
    assert letter["Message-ID"] == receipt.reference == f"<{'ab' * 16}@jeugdhulp.example>"
    assert letter["To"] == "abuse@platform.example"
    assert letter["From"].addresses[0].display_name == 'Jeugdhulp "Voorbeeldstad", regio Eén'
    assert letter["Subject"] == notice.subject
    assert letter["Date"].datetime == NOW
    body = letter.get_body()
    assert body is not None
    assert body.get_content().splitlines() == BODY.splitlines()
    assert "queued as 4711" in receipt.detail


def test_a_second_sending_carries_the_same_message_id(notice: Notice, server: ChannelConfig, inbox: Inbox) -> None:
    assert mail(notice, server) == mail(notice, server)
    assert inbox.letters[0] == inbox.letters[1]


def test_a_server_without_starttls_gets_nothing(notice: Notice, plain_server: ChannelConfig, inbox: Inbox) -> None:
    with pytest.raises(SendRefusedError, match="not sent in the clear"):
        mail(notice, plain_server)
    assert inbox.letters == []


def test_plain_mail_goes_to_loopback_only_when_asked_for(
    notice: Notice, plain_server: ChannelConfig, inbox: Inbox
) -> None:
    mail(notice, replace(plain_server, plain_loopback=True))
    assert len(inbox.letters) == 1


def test_an_untrusted_certificate_stops_the_letter(notice: Notice, server: ChannelConfig, inbox: Inbox) -> None:
    with pytest.raises(SendRefusedError, match=r"not sent in the clear|not trusted"):
        mail(notice, replace(server, ca_file=None))
    assert inbox.letters == []


def test_a_wrong_password_is_said_without_saying_it(notice: Notice, server: ChannelConfig) -> None:
    with pytest.raises(SendRefusedError) as caught:
        mail(notice, replace(server, secret="fout-woord"))
    assert "535" in str(caught.value)
    assert "fout-woord" not in str(caught.value)
    assert "geheim-woord" not in repr(server)


@pytest.mark.parametrize(
    ("answer", "error"),
    [("452 4.2.2 mailbox full", SendLaterError), ("550 5.1.1 no such user", SendRefusedError)],
)
@pytest.mark.parametrize("where", ["answer", "to_recipient"])
def test_the_servers_no_is_passed_on_in_its_own_words(
    notice: Notice, server: ChannelConfig, inbox: Inbox, answer: str, error: type[Exception], where: str
) -> None:
    setattr(inbox, where, answer)
    with pytest.raises(error, match=re.escape(answer[:20])):
        mail(notice, server)


def test_no_server_means_later(notice: Notice) -> None:
    with pytest.raises(SendLaterError, match=r"127\.0\.0\.1:1"):
        mail(notice, ChannelConfig(address="127.0.0.1:1", timeout_s=2))


@pytest.mark.parametrize(
    "change",
    [
        {"recipient": "a@b.example\r\nBcc: x@y.example"},
        {"recipient": "a@b.example, x@y.example"},
        {"recipient": "Jan <a@b.example>"},
        {"recipient": ""},
        {"notifier_email": "a@b.example\nX: y"},
        {"subject": "a\r\nBcc: x@y.example"},
    ],
)
def test_headers_cannot_be_injected(
    notice: Notice, server: ChannelConfig, inbox: Inbox, change: dict[str, Any]
) -> None:
    with pytest.raises(SendRefusedError):
        mail(replace(notice, **change), server)
    assert inbox.letters == []
