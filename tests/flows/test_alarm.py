"""Alarms by a real mail server (the town's post office) and a real web server."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from demo.town import Town
from flows import alarm as alarm_module
from flows.alarm import alarm
from flows.clock import now
from flows.open_house import opened
from flows.settings import Settings

MakeHome = Callable[..., Settings]
OpenCase = Callable[..., str]
THREAT = ("forum", "1003")


class Clock:
    """A clock that a test puts forward, instead of waiting ten minutes."""

    def __init__(self) -> None:
        self.later = timedelta()

    def __call__(self) -> datetime:
        return now() + self.later


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Put the alarm's clock under the test's hand."""
    made = Clock()
    monkeypatch.setattr(alarm_module, "now", made)
    return made


@pytest.fixture
def in_line() -> list[str]:
    """Give two people that no other test mails to."""
    return [f"{who}-{uuid4().hex[:8]}@waterland.test" for who in ("piket", "leiding")]


@pytest.fixture
def acute(judge_environment: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:  # noqa: ARG001 - asked for its effect
    """Make every threat acute, whatever its words."""
    policy = Path(os.environ["HANDENAF_POLICY"]).read_text("utf-8").replace("acute_cues = 2", "acute_cues = 0")
    (tmp_path / "acute.toml").write_text(policy, "utf-8")
    monkeypatch.setenv("HANDENAF_POLICY", str(tmp_path / "acute.toml"))


@pytest.fixture
def webhook() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Run a small web server, and give its address and what it was told."""
    told: list[dict[str, Any]] = []

    class Take(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(500 if self.path == "/broken" else 204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Take)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", told
    server.shutdown()
    server.server_close()


def mails_to(town: Town, *people: str) -> list[str]:
    """Give the bodies of what these people got, oldest first."""
    mails = httpx.get(town.inbox_url).json()["mails"]
    return [mail["body"] for mail in mails if mail["recipient"] in people]


@pytest.mark.usefixtures("acute")
def test_the_first_in_line_is_told_once_and_the_next_after_the_wait(
    make_home: MakeHome, open_case: OpenCase, town: Town, clock: Clock, in_line: list[str]
) -> None:
    settings = make_home("home", changes={"alarm_mail": in_line, "alarm_wait_minutes": 10})
    open_case(settings, *THREAT)
    assert alarm(str(settings.home)) == 1
    assert alarm(str(settings.home)) == 0
    (body,) = mails_to(town, in_line[0])
    assert "HA-000001" in body
    assert "112" in body
    assert "Wolde" not in body, "a name has no place in a mail that is read on a telephone"
    clock.later = timedelta(minutes=9)
    assert alarm(str(settings.home)) == 0
    clock.later = timedelta(minutes=11)
    assert alarm(str(settings.home)) == 1
    assert len(mails_to(town, in_line[1])) == 1
    clock.later = timedelta(hours=5)
    assert alarm(str(settings.home)) == 0, "nobody is left in line"
    assert len(mails_to(town, *in_line)) == 2


@pytest.mark.usefixtures("acute")
def test_one_message_tells_of_all_acute_cases(
    make_home: MakeHome, open_case: OpenCase, town: Town, in_line: list[str]
) -> None:
    settings = make_home("home", changes={"alarm_mail": in_line})
    open_case(settings, *THREAT)
    open_case(settings, "blog", "4021")
    assert alarm(str(settings.home)) == 1
    (body,) = mails_to(town, in_line[0])
    assert "HA-000001" in body
    assert "HA-000002" in body


@pytest.mark.usefixtures("acute")
def test_an_acknowledged_alarm_goes_to_nobody_else(
    make_home: MakeHome, open_case: OpenCase, town: Town, clock: Clock, in_line: list[str]
) -> None:
    settings = make_home("home", changes={"alarm_mail": in_line})
    case_id = open_case(settings, *THREAT)
    alarm(str(settings.home))
    with opened(settings) as state:
        state.alarms.acknowledge(case_id, by="sanne", at=now())
    clock.later = timedelta(hours=1)
    assert alarm(str(settings.home)) == 0
    assert mails_to(town, in_line[1]) == []


@pytest.mark.usefixtures("acute")
def test_an_alarm_the_mail_server_did_not_take_is_tried_again(
    make_home: MakeHome,
    open_case: OpenCase,
    town: Town,
    in_line: list[str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings = make_home("home", changes={"alarm_mail": in_line})
    case_id = open_case(settings, *THREAT)
    monkeypatch.setenv("HANDENAF_SMTP_PORT", "9")
    assert alarm(str(settings.home)) == 0
    assert "not handed over" in caplog.text
    with opened(settings) as state:
        assert state.alarms.of(case_id) == ()
    monkeypatch.delenv("HANDENAF_SMTP_PORT")
    assert alarm(str(settings.home)) == 1
    assert len(mails_to(town, in_line[0])) == 1


@pytest.mark.usefixtures("acute")
def test_two_processes_at_once_send_one_message(
    make_home: MakeHome, open_case: OpenCase, town: Town, in_line: list[str]
) -> None:
    settings = make_home("home", changes={"alarm_mail": in_line})
    open_case(settings, *THREAT)
    command = [sys.executable, "-c", "import sys; from flows.alarm import alarm; print(alarm(sys.argv[1]))"]
    both = [
        subprocess.Popen(
            [*command, str(settings.home)], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
        )
        for _ in range(2)
    ]
    assert sorted(process.communicate(timeout=120)[0].strip() for process in both) == ["0", "1"]
    assert len(mails_to(town, *in_line)) == 1


@pytest.mark.usefixtures("acute")
def test_the_webhook_is_told_the_number_and_no_names(
    make_home: MakeHome, open_case: OpenCase, webhook: tuple[str, list[dict[str, Any]]]
) -> None:
    address, told = webhook
    settings = make_home("home", changes={"alarm_mail": [], "alarm_webhook": f"{address}/alarm"})
    open_case(settings, *THREAT)
    assert alarm(str(settings.home)) == 1
    assert alarm(str(settings.home)) == 0
    assert told == [
        {"cases": ["HA-000001"], "urgency": "acute", "address": f"http://127.0.0.1:{settings.desk_port}/", "step": 0}
    ]


@pytest.mark.usefixtures("acute")
def test_a_broken_webhook_does_not_mail_the_same_person_again_and_its_secret_stays_out_of_the_log(
    make_home: MakeHome,
    open_case: OpenCase,
    town: Town,
    in_line: list[str],
    webhook: tuple[str, list[dict[str, Any]]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    address, told = webhook
    settings = make_home("home", changes={"alarm_mail": in_line, "alarm_webhook": f"{address}/broken"})
    case_id = open_case(settings, *THREAT)
    assert alarm(str(settings.home)) == 1
    assert alarm(str(settings.home)) == 0
    assert len(told) == len(mails_to(town, in_line[0])) == 1
    with opened(settings) as state:
        (noted,) = state.alarms.of(case_id)
        assert noted.handed_at is not None
    assert "500" in caplog.text
    assert "/broken" not in caplog.text


@pytest.mark.usefixtures("acute")
def test_without_anybody_to_tell_nothing_is_sent(make_home: MakeHome, open_case: OpenCase) -> None:
    settings = make_home("home", changes={"alarm_mail": []})
    open_case(settings, *THREAT)
    assert alarm(str(settings.home)) == 0
