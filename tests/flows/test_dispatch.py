"""From a draft to a receipt and on to the end, by real mail to the town's abuse desk."""

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from demo.town import Town
from flows import follow as follow_module
from flows.bundling import make_edition
from flows.clock import now
from flows.dispatch import draft_notice, send_notice
from flows.follow import follow_cases
from flows.open_house import opened
from flows.settings import Settings
from takedown.errors import FourEyesError, SendLaterError
from takedown.evidence.verify import verify
from warehouse import Approval, CaseState, Notice, Receipt, State

MakeHome = Callable[..., Settings]
OpenCase = Callable[..., str]

WHY = "Dit bericht bedreigt onze medewerker met de dood; dat is strafbaar en zij durft haar huis niet meer uit."
UP_TO_UNLAWFUL = (CaseState.TO_REVIEW, CaseState.UNLAWFUL)


def walk(state: State, case_id: str, *steps: CaseState) -> None:
    """Move a case as the desk does when people decide."""
    for step in steps:
        state.cases.move(
            case_id, version=state.cases.one(case_id).version, to=step, by="sanne", reason="test", at=now()
        )


def draft_one(settings: Settings, state: State, case_id: str) -> Notice:
    """Decide that a case is unlawful, and draft and keep its notice."""
    walk(state, case_id, *UP_TO_UNLAWFUL)
    notice = draft_notice(settings, state, case_id, language="nl", explanation=WHY, by="sanne")
    state.papers.add_notice(notice)
    walk(state, case_id, CaseState.NOTICE_DRAFTED)
    return notice


def approve(state: State, notice: Notice, by: str = "lars") -> list[Approval]:
    """Let a second person agree."""
    state.papers.approve(Approval(notice_id=notice.id, by=by, at=now()))
    return list(state.papers.approvals(notice.id))


def send_one(settings: Settings, state: State, case_id: str) -> Receipt:
    """Draft, approve, send, and keep the receipt."""
    notice = draft_one(settings, state, case_id)
    receipt = send_notice(settings, state, notice, approve(state, notice))
    state.papers.add_receipt(receipt, case_id=case_id, by="lars")
    walk(state, case_id, CaseState.SENT)
    return receipt


def notices_at(town: Town) -> list[dict[str, Any]]:
    """Give what the town's abuse desk received."""
    notices: list[dict[str, Any]] = httpx.get(town.inbox_url).json()["notices"]
    return notices


def test_a_notice_leaves_by_mail_after_a_second_persons_yes_and_only_once(
    make_home: MakeHome, open_case: OpenCase, own_town: Town
) -> None:
    settings = make_home("home", at=own_town)
    case_id = open_case(settings, "blog", "4021", at=own_town)
    with opened(settings) as state:
        notice = draft_one(settings, state, case_id)
        assert (notice.channel, notice.recipient) == ("mail", "abuse@blog.test")
        with pytest.raises(FourEyesError):
            send_notice(settings, state, notice, [])
        own = [Approval(notice_id=notice.id, by=" SANNE ", at=now())]
        with pytest.raises(FourEyesError):
            send_notice(settings, state, notice, own)
        assert notices_at(own_town) == []
        agreed = approve(state, notice)
        receipt = send_notice(settings, state, notice, agreed)
        state.papers.add_receipt(receipt, case_id=case_id, by="lars")
        assert send_notice(settings, state, notice, agreed) == receipt
    (received,) = notices_at(own_town)
    assert received["message_id"] == receipt.reference
    assert received["post_ids"] == ["4021"]
    assert received["acknowledgement"]["text"]


def test_killed_between_sending_and_keeping_the_second_mail_has_the_same_message_id(
    make_home: MakeHome, open_case: OpenCase, own_town: Town
) -> None:
    settings = make_home("home", at=own_town)
    case_id = open_case(settings, "blog", "4021", at=own_town)
    with opened(settings) as state:
        notice = draft_one(settings, state, case_id)
        approve(state, notice)
    die = (
        "import os, signal, sys; from pathlib import Path; from flows.dispatch import send_notice;"
        "from flows.open_house import opened; from flows.settings import read_settings;"
        "settings = read_settings(Path(sys.argv[1]))\n"
        "with opened(settings) as state:\n"
        "    notice = state.papers.notice(sys.argv[2])\n"
        "    send_notice(settings, state, notice, state.papers.approvals(notice.id))\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", die, str(settings.home), notice.id],
        cwd=Path(__file__).parents[2],
        check=False,
        timeout=120,
    )
    assert ended.returncode == -9
    with opened(settings) as state:
        assert state.papers.receipt(notice.id) is None
        receipt = send_notice(settings, state, notice, state.papers.approvals(notice.id))
    first, second = notices_at(own_town)
    assert first["message_id"] == second["message_id"] == receipt.reference


def test_a_mail_server_that_is_down_leaves_the_notice_unsent_with_a_sentence(
    make_home: MakeHome, open_case: OpenCase, own_town: Town
) -> None:
    settings = make_home("home", at=own_town, changes={"smtp_port": 9})
    case_id = open_case(settings, "blog", "4021", at=own_town)
    with opened(settings) as state:
        notice = draft_one(settings, state, case_id)
        with pytest.raises(SendLaterError, match="later try"):
            send_notice(settings, state, notice, approve(state, notice))
        assert state.papers.receipt(notice.id) is None


def test_a_bundle_of_a_sent_case_can_be_verified_by_anybody(
    make_home: MakeHome, open_case: OpenCase, own_town: Town
) -> None:
    from flows.capturing import capture_case

    settings = make_home("home", at=own_town)
    case_id = open_case(settings, "blog", "4021", at=own_town)
    capture_case(str(settings.home), case_id)
    with opened(settings) as state:
        bundle, path = make_edition(settings, state, case_id, edition="volledig", by="lars")
        assert state.papers.bundles(case_id) == (bundle,)
    assert path.stat().st_size == bundle.bytes
    assert verify(path).ok


class Clock:
    """A clock that a test puts forward, instead of waiting for days."""

    def __init__(self) -> None:
        self.later = timedelta()

    def __call__(self) -> datetime:
        return now() + self.later


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Put the clock of following up under the test's hand."""
    made = Clock()
    monkeypatch.setattr(follow_module, "now", made)
    return made


def test_a_post_is_removed_only_when_two_looks_find_it_gone(
    make_home: MakeHome, open_case: OpenCase, own_town: Town, clock: Clock
) -> None:
    settings = make_home("home", at=own_town)
    case_id = open_case(settings, "blog", "4021", at=own_town)
    with opened(settings) as state:
        send_one(settings, state, case_id)
        address = f"{own_town.sites['blog']}/bericht/4021"
        until = time.monotonic() + 20
        while httpx.get(address).status_code != 410 and time.monotonic() < until:
            time.sleep(0.2)
        assert follow_cases(str(settings.home)) == {"looked": 1, "moved": 0}
        assert state.cases.one(case_id).state == CaseState.SENT
        clock.later = timedelta(minutes=5)
        assert follow_cases(str(settings.home)) == {"looked": 1, "moved": 1}
        assert state.cases.one(case_id).state == CaseState.REMOVED_VERIFIED
        assert [response.kind for response in state.papers.responses(case_id)] == ["gone", "gone"]
        assert follow_cases(str(settings.home)) == {"looked": 0, "moved": 0}, "not looked at again for a week"


def test_a_post_that_stands_is_brought_up_again_once_and_then_counts_as_unanswered(
    make_home: MakeHome, open_case: OpenCase, own_town: Town, clock: Clock
) -> None:
    settings = make_home("home", at=own_town, changes={"remind_hours": 72, "answer_hours": 240})
    case_id = open_case(settings, "blog", "4021", at=own_town)
    keep_standing(settings)
    with opened(settings) as state:
        send_one(settings, state, case_id)
        for hours, kinds in (
            (0, ["still_there"]),
            (1, ["still_there"]),
            (73, ["still_there", "still_there", "reminder"]),
            (100, ["still_there", "still_there", "reminder", "still_there"]),
        ):
            clock.later = timedelta(hours=hours)
            follow_cases(str(settings.home))
            assert sorted(response.kind for response in state.papers.responses(case_id)) == sorted(kinds)
            assert state.cases.one(case_id).state == CaseState.SENT
        clock.later = timedelta(hours=241)
        assert follow_cases(str(settings.home))["moved"] == 1
        assert state.cases.one(case_id).state == CaseState.NO_ANSWER


def keep_standing(settings: Settings) -> None:
    """Send notices to a mailbox that keeps them and does nothing."""
    card = settings.cards / "demo-blog.toml"
    card.write_text(card.read_text("utf-8").replace("abuse@blog.test", "abuse@elders.test"), "utf-8")


def test_a_removed_post_that_is_there_again_has_returned(
    make_home: MakeHome, open_case: OpenCase, own_town: Town, clock: Clock
) -> None:
    settings = make_home("home", at=own_town)
    case_id = open_case(settings, "blog", "4021", at=own_town)
    keep_standing(settings)
    with opened(settings) as state:
        send_one(settings, state, case_id)
        walk(state, case_id, CaseState.REMOVED_VERIFIED)
        assert follow_cases(str(settings.home)) == {"looked": 1, "moved": 1}
        assert state.cases.one(case_id).state == CaseState.RETURNED
        clock.later = timedelta(hours=13)
        follow_cases(str(settings.home))
        assert state.cases.one(case_id).state == CaseState.RETURNED


def test_a_page_filled_by_javascript_is_looked_at_with_a_browser(
    make_home: MakeHome, open_case: OpenCase, own_town: Town
) -> None:
    settings = make_home("home", at=own_town)
    case_id = open_case(settings, "prikbord", "3002", at=own_town)
    with opened(settings) as state:
        walk(state, case_id, *UP_TO_UNLAWFUL)
        assert follow_cases(str(settings.home)) == {"looked": 1, "moved": 0}
        assert [response.kind for response in state.papers.responses(case_id)] == ["still_there"]
