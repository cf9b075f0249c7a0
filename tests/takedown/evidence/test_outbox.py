"""The outbox: a service that fails is asked later, a slow rhythm is met by batches, and nothing that waits is lost."""

import hashlib
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from takedown.evidence import merkle, outbox
from takedown.evidence.before import before_digest, stamp_before
from takedown.evidence.log_heads import NAME, read_heads, stamp_head
from takedown.evidence.outbox import LONGEST_WAIT_S, Outbox, Stamped
from takedown.evidence.timestamp import Service, arrived, waiting_for
from takedown.evidence.tokens import load_roots, read_token
from takedown.evidence.trial import Authority, serve
from warehouse import AuditEntry, Capture

START = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def name(number: int) -> str:
    """Give a capture's id."""
    return f"00000000-0000-4000-8000-{number:012d}"


def digest(number: int) -> str:
    """Give a manifest's digest."""
    return hashlib.sha256(str(number).encode()).hexdigest()


class Behind:
    """An authority whose answers can be made to fail, and a clock that stands until it is moved."""

    def __init__(self, authority: Authority) -> None:
        self.authority, self.fault, self.asked, self.at = authority, "", 0, START
        self.roots = load_roots(authority.folder / "roots")
        self.came: list[Stamped] = []
        self.old: list[bytes] = []

    def answer(self, _: str, query: bytes) -> tuple[int, str, bytes]:
        """Answer, or fail as told."""
        self.asked += 1
        if self.fault == "503":
            return 503, "text/plain", b""
        if self.fault == "garbage":
            return 200, "application/timestamp-reply", b"\x30\x82\xff\xff" + b"x" * 500
        if self.fault == "hang":
            time.sleep(2)
        self.old.append(self.authority.answer(query))
        return 200, "application/timestamp-reply", self.old[0] if self.fault == "replay" else self.old[-1]

    def now(self) -> datetime:
        """Give the standing clock."""
        return self.at

    def round(self, box: Outbox, service: Service, **more: float) -> int:
        """Make one round."""
        return box.stamp(service, self.roots, self.came.append, now=self.now, fetch=False, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tsa")).make()


@pytest.fixture
def behind(authority: Authority) -> Iterator[tuple[Behind, str]]:
    made = Behind(authority)
    with serve(made.answer) as address:
        yield made, address


@pytest.mark.parametrize("fault", ["503", "garbage", "hang", "replay"])
def test_a_fault_is_waited_out_and_the_stamp_comes(behind: tuple[Behind, str], tmp_path: Path, fault: str) -> None:
    tsa, address = behind
    service, box = Service(address=address), Outbox(tmp_path)
    box.put(name(0), digest(0), [service], at=START)
    assert tsa.round(box, service) == 1
    box.put(name(1), digest(1), [service], at=START)
    tsa.fault = fault
    waits = []
    for _ in range(9):
        assert tsa.round(box, service, timeout_s=0.5) == 0
        queue = box.queue(service)
        assert queue.ask_again_at is not None
        waits.append((queue.ask_again_at - tsa.at).total_seconds())
        asked = tsa.asked
        assert tsa.round(box, service) == 0
        assert tsa.asked == asked, "a service that failed rests"
        tsa.at = queue.ask_again_at
        if fault == "hang":
            break
    assert waits == sorted(waits)
    assert max(waits) <= LONGEST_WAIT_S
    assert box.queue(service).down_since == START
    assert [one.capture_id for one in box.waiting(service)] == [name(1)]
    tsa.fault = ""
    assert tsa.round(box, service) == 1
    assert box.waiting(service) == []
    assert box.queue(service).failures == 0
    assert read_token(tsa.came[-1].reply, digest(1), tsa.roots).trusted


def test_a_rate_limit_is_met_with_one_token_for_all_that_waits(behind: tuple[Behind, str], tmp_path: Path) -> None:
    """Sectigo's qualified service wants 15 s between requests: 21 captures are two requests, each with its own way up."""
    tsa, address = behind
    service, box = Service(address=address, pause_s=15), Outbox(tmp_path)
    box.put(name(0), digest(0), [service], at=START)
    assert tsa.round(box, service) == 1
    for number in range(1, 22):
        box.put(name(number), digest(number), [service], at=START + timedelta(seconds=number))
    assert tsa.round(box, service) == 0, "not before the pause is over"
    tsa.at += timedelta(seconds=15)
    assert tsa.round(box, service) == 21
    assert tsa.asked == 2
    assert tsa.came[0].path == ""
    for number, one in enumerate(tsa.came[1:], start=1):
        assert one.waiting.capture_id == name(number)
        assert read_token(one.reply, merkle.follow(digest(number), one.path), tsa.roots).trusted


def test_much_that_waits_after_an_outage_is_one_request(behind: tuple[Behind, str], tmp_path: Path) -> None:
    tsa, address = behind
    service, box = Service(address=address), Outbox(tmp_path)
    for number in range(outbox.BATCH_FROM):
        box.put(name(number), digest(number), [service], at=START)
    assert tsa.round(box, service) == outbox.BATCH_FROM
    assert tsa.asked == 1


def test_a_token_that_could_not_be_put_away_is_asked_for_again(behind: tuple[Behind, str], tmp_path: Path) -> None:
    tsa, address = behind
    service, box = Service(address=address), Outbox(tmp_path)
    box.put(name(1), digest(1), [service], at=START)

    def full(_: Stamped) -> None:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        box.stamp(service, tsa.roots, full, now=tsa.now, fetch=False)
    assert len(box.waiting(service)) == 1
    assert tsa.round(box, service) == 1


def test_two_at_once_ask_once(behind: tuple[Behind, str], tmp_path: Path) -> None:
    """While one holds a service's queue another passes it over."""
    tsa, address = behind
    service, box = Service(address=address), Outbox(tmp_path)
    box.put(name(1), digest(1), [service], at=START)
    seen: list[int] = []

    def inside(stamped: Stamped) -> None:
        seen.append(tsa.round(Outbox(tmp_path), service))
        tsa.came.append(stamped)

    assert box.stamp(service, tsa.roots, inside, now=tsa.now, fetch=False) == 1
    assert seen == [0]
    assert tsa.asked == 1


def test_a_damaged_file_holds_nobody_else_up(behind: tuple[Behind, str], tmp_path: Path) -> None:
    tsa, address = behind
    service, box = Service(address=address), Outbox(tmp_path)
    box.put(name(1), digest(1), [service], at=START)
    (next(tmp_path.rglob("*-*.json")).parent / "half-file.json").write_text('{"capture_id": ')
    (next(tmp_path.rglob("*-*.json")).parent / "queue.json").write_text("[]")
    assert tsa.round(box, service) == 1


def test_the_stamp_before_is_over_id_address_and_secret(behind: tuple[Behind, str]) -> None:
    tsa, address = behind
    down = Service(address="http://127.0.0.1:1/")
    made, said = stamp_before(name(1), "https://forum.example/1", [down, Service(address=address)], tsa.roots)
    assert made is not None
    assert said == ()
    facts = made.facts()
    assert before_digest(name(1), "https://forum.example/1", facts["nonce"]) == facts["over"]
    assert read_token(made.reply, facts["over"], tsa.roots).trusted
    assert before_digest(name(2), "https://forum.example/1", facts["nonce"]) != facts["over"]
    none, said = stamp_before(name(1), "https://forum.example/1", [down], tsa.roots)
    assert none is None
    assert "Geen tijdstempel vooraf" in said[0]


def test_a_capture_says_how_late_its_stamp_was(
    behind: tuple[Behind, str], make_capture: Callable[..., Capture], tmp_path: Path
) -> None:
    tsa, address = behind
    service = Service(address=address, qualified=True)
    capture = waiting_for(make_capture("zaak"), [service])
    assert any("Nog geen tijdstempel" in text for text in capture.limitations)
    box = Outbox(tmp_path / "outbox")
    box.put(capture.id, capture.manifest_sha256, [service], at=START)
    tsa.round(box, service)
    came = tsa.came[-1]
    sealed = arrived(capture, tmp_path / "evidence", came.reply, came.token, came.path, address)
    minutes = round((came.token.at - capture.ended_at).total_seconds() / 60)
    assert any(f"{minutes} minuten na de vastlegging" in text for text in sealed.limitations)
    assert not any("Nog geen tijdstempel" in text for text in sealed.limitations)
    assert arrived(sealed, tmp_path / "evidence", came.reply, came.token, came.path, address) == sealed


def test_a_day_has_one_stamped_head(behind: tuple[Behind, str], tmp_path: Path) -> None:
    tsa, address = behind
    head = AuditEntry(
        sequence=3, at=START, actor="system:watch", action="case.opened", subject="x", detail="", previous="0" * 64, digest="a" * 64
    )  # fmt: skip
    digests = ["b" * 64, "c" * 64, "a" * 64]
    assert stamp_head(tmp_path, head, digests, [Service(address="http://127.0.0.1:1/")], tsa.roots, at=START) == ""
    assert stamp_head(tmp_path, head, digests, [Service(address=address)], tsa.roots, at=START)
    assert stamp_head(tmp_path, head, digests, [Service(address=address)], tsa.roots, at=START) == ""
    (read,) = read_heads(tmp_path, tsa.roots)
    assert (read.sequence, read.digest, read.problems) == (3, "a" * 64, ())
    assert merkle.follow("c" * 64, merkle.path_to(digests, 1)) == read.root
    path = tmp_path / f"{START:%Y-%m-%d}" / NAME
    path.write_bytes(path.read_bytes().replace(b"aaaa", b"aaab", 1))
    assert next(read_heads(tmp_path, tsa.roots)).problems
