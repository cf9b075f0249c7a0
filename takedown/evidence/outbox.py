"""Captures that wait for a time stamp: a folder of small files, so that a service that is down stops nothing.

A capture goes in before it is recorded and comes out once its token is; killed at any moment in between, it is asked for
again, and two tokens for one capture do no harm. Each service has its own queue, its own pause and its own back-off.
Where a service wants pauses, or much waits after an outage, one token is taken over the root of a tree (`merkle`) and
each capture gets its way up to it.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from asn1crypto import x509

from takedown.errors import EvidenceError
from takedown.evidence import merkle
from takedown.evidence.files import canonical, write_whole
from takedown.evidence.timestamp import Service, ask
from takedown.evidence.tokens import Token

FIRST_WAIT_S, LONGEST_WAIT_S = 10, 900
"""Seconds until a service that failed is asked again: doubled each time, at most a quarter of an hour."""

BATCH_FROM = 10
"""So many waiting captures share one token, also at a service without pauses: it has just been down."""

MOST_IN_BATCH = 4096
"""Captures under one token: a way of 12 lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One capture that waits for one service."""

    capture_id: str
    manifest_sha256: str
    service: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """How a service has been doing."""

    asked_at: datetime | None = None
    ask_again_at: datetime | None = None
    failures: int = 0
    error: str = ""
    down_since: datetime | None = None
    told_at: datetime | None = None
    """When a person was told of this outage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamped:
    """A token that came for a waiting capture."""

    waiting: Waiting
    reply: bytes
    token: Token
    path: str
    """The way from the capture's manifest to the stamped root; empty where the token is over the manifest itself."""


class Outbox:
    """The folder, one queue a service."""

    def __init__(self, folder: Path) -> None:
        """Use `folder`; made when first needed."""
        self._folder = folder

    def put(self, capture_id: str, manifest_sha256: str, services: Sequence[Service], *, at: datetime) -> None:
        """Let a capture wait for each service; one that waits already keeps its place.

        Raises:
            EvidenceError: the folder can't be written.

        """
        for service in services:
            path = self._queue(service.address) / f"{capture_id}.json"
            if not path.exists():
                told = {"manifest_sha256": manifest_sha256, "service": service.address, "since": at.isoformat()}
                self._write(path, {"capture_id": capture_id, **told})

    def waiting(self, service: Service) -> list[Waiting]:
        """Give what waits for a service, longest first; a file that is damaged is left for a person."""
        found = []
        for path in self._queue(service.address).glob("*-*.json"):
            try:
                told = json.loads(path.read_text("utf-8"))
                found.append(Waiting(**(told | {"since": datetime.fromisoformat(told["since"])})))
            except (OSError, ValueError, TypeError, KeyError):
                continue
        return sorted(found, key=lambda one: (one.since, one.capture_id))

    def queue(self, service: Service) -> Queue:
        """Give how a service has been doing; nothing known where its file is not there or damaged."""
        try:
            told = json.loads((self._queue(service.address) / "queue.json").read_text("utf-8"))
            times = ("asked_at", "ask_again_at", "down_since", "told_at")
            return Queue(**(told | {name: datetime.fromisoformat(told[name]) for name in times if told[name]}))
        except (OSError, ValueError, TypeError, KeyError):
            return Queue()

    def note(self, service: Service, queue: Queue) -> None:
        """Keep how a service has been doing."""
        told = {
            name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(queue).items()
        }
        self._write(self._queue(service.address) / "queue.json", told)

    def drop(self, one: Waiting) -> None:
        """Let a capture wait no longer: its token is kept, or its record was never made."""
        (self._queue(one.service) / f"{one.capture_id}.json").unlink(missing_ok=True)

    def stamp(
        self,
        service: Service,
        roots: Sequence[x509.Certificate],
        deliver: Callable[[Stamped], None],
        *,
        now: Callable[[], datetime],
        only: str = "",
        timeout_s: float = 10.0,
        fetch: bool = True,
    ) -> int:
        """Ask a service for what waits for it, where it may be asked now; hand over each token, and give their number.

        `only` limits it to one capture. Does nothing while another process asks the same service.
        """
        with self._alone(service) as mine:
            queue, at = self.queue(service), now()
            if not mine or not self._may_ask(service, queue, at):
                return 0
            waits = [one for one in self.waiting(service) if only in ("", one.capture_id)][:MOST_IN_BATCH]
            many = len(waits) > 1 and (service.pause_s > 0 or len(waits) >= BATCH_FROM)
            groups = [waits] if many else [[one] for one in waits]
            done = 0
            for group in groups:
                try:
                    done += self._ask(service, roots, group, deliver, timeout_s=timeout_s, fetch=fetch)
                except EvidenceError as error:
                    self.note(service, _failed(queue, str(error), now()))
                    return done
                queue = Queue(asked_at=now())
                self.note(service, queue)
                if service.pause_s:
                    break
            return done

    def _ask(
        self,
        service: Service,
        roots: Sequence[x509.Certificate],
        group: Sequence[Waiting],
        deliver: Callable[[Stamped], None],
        *,
        timeout_s: float,
        fetch: bool,
    ) -> int:
        """Get one token for a group and hand it over to each."""
        digests = [one.manifest_sha256 for one in group]
        over = digests[0] if len(group) == 1 else merkle.root(digests)
        reply, token = ask(service, over, roots, timeout_s=timeout_s, fetch=fetch)
        for place, one in enumerate(group):
            path = "" if len(group) == 1 else merkle.path_to(digests, place)
            deliver(Stamped(waiting=one, reply=reply, token=token, path=path))
            self.drop(one)
        return len(group)

    @staticmethod
    def _may_ask(service: Service, queue: Queue, at: datetime) -> bool:
        """Say whether a service's pause and back-off are over."""
        rested = queue.asked_at is None or at >= queue.asked_at + timedelta(seconds=service.pause_s)
        return rested and (queue.ask_again_at is None or at >= queue.ask_again_at)

    def _queue(self, address: str) -> Path:
        """Give the folder of a service: its address may hold any sign."""
        return self._folder / hashlib.sha256(address.encode()).hexdigest()[:16]

    @staticmethod
    def _write(path: Path, told: dict[str, object]) -> None:
        """Write a file whole. Raises `EvidenceError`."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, (canonical(told),))
        except OSError as error:
            message = (
                f"{path} can't be written ({error.strerror or error}). Make room or mend the folder, then run again."
            )
            raise EvidenceError(message) from error

    @contextmanager
    def _alone(self, service: Service) -> Iterator[bool]:
        """Hold a service's queue for this process; False when another holds it. A killed holder lets go by itself."""
        folder = self._queue(service.address)
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True
        finally:
            os.close(handle)


def _failed(queue: Queue, error: str, at: datetime) -> Queue:
    """Count a failure and say when to ask again."""
    wait = min(FIRST_WAIT_S * 2**queue.failures, LONGEST_WAIT_S)
    return replace(
        queue,
        asked_at=at,
        ask_again_at=at + timedelta(seconds=wait),
        failures=min(queue.failures + 1, 20),
        error=error[:500],
        down_since=queue.down_since or at,
    )
