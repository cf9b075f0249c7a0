"""A notice by mail is acknowledged, and the post it names is removed and stays removed."""

import smtplib
import socket
import ssl
import time
from email.message import EmailMessage, Message
from pathlib import Path

import httpx
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MailKeeper

from demo.town import Town, start_town

POST = "/bericht/1003"


def write_notice(town: Town, *paths: str, site: str = "forum", to: str = "") -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Meldpunt <meldpunt@jbw.test>"
    mail["To"] = to or f"abuse@{site}.test"
    mail["Subject"] = "Melding op grond van artikel 16 DSA: één bedreiging"
    mail["Message-ID"] = "<melding-1@jbw.test>"
    places = "\n".join(f"Plaats: {town.sites[site]}{path}." for path in paths)
    mail.set_content(f"Geachte beheerder,\n\n{places}\n\nWij menen dat dit onrechtmatig is.\n\nMet hoogachting, Zoë")
    return mail


def send(town: Town, mail: EmailMessage) -> None:
    with smtplib.SMTP(town.smtp_host, town.smtp_port, timeout=10) as client:
        client.starttls(context=ssl.create_default_context(cafile=town.smtp_ca_file))
        client.send_message(mail)


def wait_for_status(url: str, status: int) -> bool:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if httpx.get(url, trust_env=False).status_code == status:
            return True
        time.sleep(0.1)
    return False


def test_a_notice_is_acknowledged_then_the_post_is_gone_and_stays_gone(tmp_path: Path) -> None:
    with start_town(tmp_path, remove_after_seconds=0.5) as town:
        forum = town.sites["forum"]
        before = httpx.get(f"{forum}/t/1", trust_env=False)
        assert 'data-id="1003"' in before.text
        send(town, write_notice(town, POST, "/over-ons"))
        [notice] = httpx.get(town.inbox_url, trust_env=False).json()["notices"]
        assert notice["post_ids"] == ["1003"]
        assert notice["unknown_urls"] == [f"{forum}/over-ons"]
        assert notice["message_id"] == "<melding-1@jbw.test>"
        assert notice["acknowledgement"]["to"] == "meldpunt@jbw.test"
        assert "forum-1" in notice["acknowledgement"]["text"]
        assert notice["acknowledgement"]["delivery"] == "recorded"
        assert wait_for_status(forum + POST, 410)
        assert "Dit bericht is verwijderd" in httpx.get(forum + POST, trust_env=False).text
        after = httpx.get(f"{forum}/t/1", headers={"If-None-Match": before.headers["etag"]}, trust_env=False)
        assert after.status_code == 200
        assert 'data-id="1003"' not in after.text
        assert 'data-id="1011"' not in after.text, "the posts after it keep their page"
        assert httpx.get(forum + "/bericht/1004", trust_env=False).status_code == 200
    with start_town(tmp_path) as town:
        assert httpx.get(town.sites["forum"] + POST, trust_env=False).status_code == 410
        assert len(httpx.get(town.inbox_url, trust_env=False).json()["notices"]) == 1
    with start_town(tmp_path, reset=True) as town:
        assert httpx.get(town.sites["forum"] + POST, trust_env=False).status_code == 200
        assert httpx.get(town.inbox_url, trust_env=False).json() == {"notices": [], "mails": []}


def test_a_removal_due_while_the_town_was_down_is_done_at_its_next_start(tmp_path: Path) -> None:
    with start_town(tmp_path, remove_after_seconds=2) as town:
        send(town, write_notice(town, POST))
        assert httpx.get(town.sites["forum"] + POST, trust_env=False).status_code == 200
    with start_town(tmp_path) as town:
        assert wait_for_status(town.sites["forum"] + POST, 410)


def test_a_removed_post_leaves_the_feeds_and_the_notice_board(tmp_path: Path) -> None:
    with start_town(tmp_path, remove_after_seconds=0) as town:
        send(town, write_notice(town, "/bericht/4002", site="blog"))
        send(town, write_notice(town, "/bericht/3051", site="prikbord"))
        for site, path in (("blog", "/bericht/4002"), ("prikbord", "/bericht/3051")):
            assert wait_for_status(town.sites[site] + path, 410)
        for feed in ("rss.xml", "atom.xml"):
            assert "/bericht/4002" not in httpx.get(f"{town.sites['blog']}/{feed}", trust_env=False).text
        rows = httpx.get(f"{town.sites['prikbord']}/berichten.json", trust_env=False).json()["berichten"]
        assert "3051" not in {row["id"] for row in rows}


def test_a_place_inside_a_thread_names_the_post_too_but_only_on_its_own_site(tmp_path: Path) -> None:
    with start_town(tmp_path, remove_after_seconds=0) as town:
        send(town, write_notice(town, "/t/1?page=1#post-1003", "/bericht/2001"))
        [notice] = httpx.get(town.inbox_url, trust_env=False).json()["notices"]
        assert notice["post_ids"] == ["1003"]
        assert len(notice["unknown_urls"]) == 1


def test_the_acknowledgement_comes_by_mail_where_there_is_a_server(tmp_path: Path) -> None:
    received: list[Message] = []

    class Keeper(MailKeeper):
        def handle_message(self, message: Message) -> None:
            received.append(message)

    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    controller = Controller(Keeper(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        with start_town(tmp_path, acknowledge_to=("127.0.0.1", port)) as town:
            send(town, write_notice(town, POST))
            [notice] = httpx.get(town.inbox_url, trust_env=False).json()["notices"]
    finally:
        controller.stop()
    assert notice["acknowledgement"]["delivery"] == "sent"
    [mail] = received
    assert mail["In-Reply-To"] == "<melding-1@jbw.test>"
    assert mail["From"] == "abuse@forum.test"


def test_an_acknowledgement_that_can_t_be_delivered_is_recorded_as_such(tmp_path: Path) -> None:
    with start_town(tmp_path, acknowledge_to=("127.0.0.1", 1)) as town:
        send(town, write_notice(town, POST))
        [notice] = httpx.get(town.inbox_url, trust_env=False).json()["notices"]
    assert notice["acknowledgement"]["delivery"].startswith("not delivered to 127.0.0.1:1")


def test_mail_without_tls_and_mail_to_somebody_else_are_refused(town: Town) -> None:
    with smtplib.SMTP(town.smtp_host, town.smtp_port, timeout=10) as client, pytest.raises(smtplib.SMTPException):
        client.send_message(write_notice(town, POST))
    for stranger in ("directeur@forum.test", "iemand@example.org"):
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            send(town, write_notice(town, POST, to=stranger))


def test_mail_to_the_house_itself_is_kept_and_removes_nothing(tmp_path: Path) -> None:
    with start_town(tmp_path, remove_after_seconds=0) as town:
        send(town, write_notice(town, POST, to="piket@waterland.test"))
        inbox = httpx.get(town.inbox_url, trust_env=False).json()
        assert httpx.get(town.sites["forum"] + POST, trust_env=False).status_code == 200
    assert inbox["notices"] == []
    [mail] = inbox["mails"]
    assert mail["recipient"] == "piket@waterland.test"
    assert POST in mail["body"]
