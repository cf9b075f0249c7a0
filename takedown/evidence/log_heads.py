"""The log's head, stamped once a day: what shows that a log was not cut or written anew afterwards.

A head is a folder `<day>/` with `kop.json` (the last entry's number and digest, and the root of a tree over all
entries' digests, by which an excerpt shows its place) and a token over that file.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from asn1crypto import x509

from takedown.errors import EvidenceError
from takedown.evidence import merkle
from takedown.evidence.files import canonical, write_whole
from takedown.evidence.timestamp import Service, stamp_digest
from takedown.evidence.tokens import Token, read_token
from warehouse import AuditEntry

SCHEMA = "handenaf/logkop/1"
NAME = "kop.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """One stamped head."""

    day: str
    sequence: int
    digest: str
    root: str
    tokens: tuple[Token, ...]
    problems: tuple[str, ...]
    """What is wrong with it; a head with problems proves nothing."""


def has_head(folder: Path, at: datetime) -> bool:
    """Say whether the day of `at` has a head."""
    return (folder / f"{at:%Y-%m-%d}").exists()


def stamp_head(
    folder: Path,
    head: AuditEntry,
    digests: Sequence[str],
    services: Sequence[Service],
    roots: Sequence[x509.Certificate],
    *,
    at: datetime,
) -> str:
    """Stamp the head of the day of `at`, where it has none yet; gives the SHA-256 of `kop.json`, empty when nothing was made.

    `digests` are those of the entries 1 to `head.sequence`. A folder is made whole: where no service answers there is
    none, and the next round tries again.

    Raises:
        EvidenceError: the folder can't be written.

    """
    place = folder / f"{at:%Y-%m-%d}"
    if place.exists():
        return ""
    told = {
        "schema": SCHEMA,
        "dag": place.name,
        "volgnummer": head.sequence,
        "kop": head.digest,
        "wortel": merkle.root(digests),
    }
    content = canonical(told)
    sha256 = hashlib.sha256(content).hexdigest()
    named, _ = stamp_digest(sha256, services, roots=roots)
    if not named:
        return ""
    unfinished = folder / f".unfinished-{place.name}-{os.getpid()}"
    try:
        unfinished.mkdir(parents=True, exist_ok=True)
        for name, part in {NAME: content, **named}.items():
            write_whole(unfinished / name, (part,))
        unfinished.rename(place)
    except OSError as error:
        if place.exists():  # another process was first
            return ""
        raise EvidenceError(
            f"{place} can't be written ({error.strerror or error}). Make room, then run again."
        ) from error
    return sha256


def read_heads(folder: Path, roots: Sequence[x509.Certificate]) -> Iterator[Head]:
    """Read every stamped head, oldest first, its tokens checked against `roots` where any are given."""
    for place in sorted(folder.glob("[0-9]*")):
        problems: list[str] = []
        tokens: list[Token] = []
        told: dict[str, object] = {}
        try:
            content = (place / NAME).read_bytes()
            told = json.loads(content)
            over = hashlib.sha256(content).hexdigest()
            tokens += [read_token(path.read_bytes(), over, roots) for path in sorted(place.glob("*.tsr"))]
        except (OSError, ValueError, EvidenceError) as error:
            problems.append(f"{place.name}: {error}")
        if not problems and (told.get("schema") != SCHEMA or told.get("dag") != place.name or not tokens):
            problems.append(f"{place.name}: no stamped head in its form")
        yield Head(
            day=place.name,
            sequence=int(str(told.get("volgnummer", 0))),
            digest=str(told.get("kop", "")),
            root=str(told.get("wortel", "")),
            tokens=tuple(tokens),
            problems=tuple(problems),
        )
