"""A case's lines of the hash-chained log, each with its path to the daily head that was time-stamped.

`regels.txt` says per line its number and digest, then the path: `links`/`rechts` and the neighbour's digest, leaf to root, as
`takedown.evidence.merkle` has it. A line later than the head is marked `later`: the next head will hold it. The full edition
adds `logboek.jsonl`, the very bytes that were hashed. Other editions give the same digests and, in `regels.json`, what
happened without who: the line's own bytes hold a login.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from takedown.errors import EvidenceError
from takedown.evidence.editions import Edition
from takedown.evidence.files import canonical
from warehouse import AuditEntry

FOLDER = "data/logboek/"
LINES = f"{FOLDER}regels.txt"
HASHED = f"{FOLDER}logboek.jsonl"
READABLE = f"{FOLDER}regels.json"
HEAD = f"{FOLDER}kop.json"
HEAD_SCHEMA = "handenaf/logkop/1"
READABLE_SCHEMA = "handenaf/logregels/1"

LINE = re.compile(r"(regel|later) ([1-9][0-9]{0,11}) ([0-9a-f]{64})\n|(links|rechts) ([0-9a-f]{64})\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One entry of the log with its way to the head."""

    entry: AuditEntry
    hashed: str
    """The text whose SHA-256 is the entry's digest."""
    path: str | None
    """Lines `links`/`rechts` and a digest; None when the entry is later than the head."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """What the log says about one case."""

    lines: tuple[LogLine, ...]
    head: bytes = b""
    """`kop.json` as it was stamped; empty when no head was made yet."""
    stamps: Mapping[str, bytes] | None = None
    """The head's stamps: name (`tijdstempel-0.tsr`, …) to content."""


def excerpt_files(excerpt: Excerpt, edition: Edition, names: Mapping[str, str]) -> dict[str, bytes]:
    """Give the files under `data/logboek/`; `names` gives each login its pseudonym.

    Raises:
        EvidenceError: a line has a path but there is no head to lead to.

    """
    if not excerpt.head and any(line.path is not None for line in excerpt.lines):
        message = "The log's lines lead to a daily head that was not given. Make the bundle again."
        raise EvidenceError(message)
    told = "".join(
        f"{'later' if line.path is None else 'regel'} {line.entry.sequence} {line.entry.digest}\n{line.path or ''}"
        for line in excerpt.lines
    )
    files = {LINES: told.encode()}
    if edition is Edition.FULL:
        files[HASHED] = "".join(f"{line.hashed}\n" for line in excerpt.lines).encode()
    else:
        files[READABLE] = canonical({"schema": READABLE_SCHEMA, "regels": _readable(excerpt.lines, names)})
    if excerpt.head:
        files[HEAD] = excerpt.head
        files |= {FOLDER + name: content for name, content in (excerpt.stamps or {}).items()}
    return files


def _readable(lines: Sequence[LogLine], names: Mapping[str, str]) -> list[dict[str, object]]:
    """Say what happened and when, by whom only under a pseudonym; what the log notes beside it may name people."""
    return [
        {
            "nummer": line.entry.sequence,
            "op": line.entry.at.isoformat(),
            "handeling": line.entry.action,
            "door": names.get(line.entry.actor, "systeem" if line.entry.actor.startswith("system:") else "medewerker"),
        }
        for line in lines
    ]
