"""A case's captures, decisions and notices in one ZIP that anybody can check."""

import hashlib
import os
import tempfile
from collections.abc import Callable
from datetime import datetime
from functools import partial
from importlib.resources import files
from pathlib import Path

from takedown.errors import EvidenceError
from takedown.evidence.facts import CaseFacts, document_of, in_order
from takedown.evidence.files import canonical, digest_of, read_kept
from takedown.evidence.packing import write_zip
from takedown.evidence.report import make_report
from warehouse import Bundle, content_id

HASH_LIST = "manifest-sha256.txt"

Entry = tuple[str, Callable[[], bytes]]


def hash_list(digests: dict[str, str]) -> bytes:
    """Write the list that `sha256sum -c` reads, sorted by name."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items())).encode()


def entries_of(facts: CaseFacts, folder: Path, made_at: datetime) -> list[Entry]:
    """Give the bundle's files in their fixed order, the hash list first.

    Raises:
        EvidenceError: a capture's file is missing or changed, or belongs to another case.

    """
    own = files("takedown.evidence")
    written: dict[str, bytes] = {
        "LEESMIJ.txt": own.joinpath("LEESMIJ.txt").read_bytes(),
        "controleer.sh": own.joinpath("controleer.sh").read_bytes(),
        "rapport.pdf": make_report(facts, folder, made_at),
        "zaak.json": canonical(document_of(facts, made_at)),
    }
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in written.items()}
    later: list[Entry] = []
    for capture in in_order(facts.captures):
        if capture.case_id != facts.case.id:
            message = f"Capture {capture.id} belongs to case {capture.case_id}, not to {facts.case.id}."
            raise EvidenceError(message)
        for file in sorted(capture.files, key=lambda kept: kept.name):
            name = f"vastleggingen/{capture.id}/{file.name}"
            digests[name] = file.sha256
            later.append((name, partial(read_kept, folder, file.sha256)))
    listed = hash_list(digests)
    first: list[Entry] = [(HASH_LIST, lambda: listed)]
    return first + [(name, partial(bytes, content)) for name, content in sorted(written.items())] + later


def make_bundle(facts: CaseFacts, folder: Path, out: Path, *, made_at: datetime, made_by: str) -> Bundle:
    """Write the bundle of a case to `out` and give its record; the same facts and time give the same bytes.

    `folder` is the evidence folder. The ZIP is written beside `out` and renamed, so that a kill leaves no half bundle.
    `made_by` stands in the record only: who made it is not in the bundle.

    Raises:
        EvidenceError: evidence is missing or damaged, the report can't be made, or the disk is full.

    """
    entries = entries_of(facts, folder, made_at)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".unfinished-", dir=out.parent)
        unfinished = Path(name)
        try:
            with os.fdopen(handle, "w+b") as target:
                write_zip(target, entries)
                target.flush()
                os.fsync(target.fileno())
            sha256, size = digest_of(unfinished), unfinished.stat().st_size
            unfinished.replace(out)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        message = f"The bundle {out} could not be written ({error.strerror or error}). Make room and make it again."
        raise EvidenceError(message) from error
    return Bundle(
        id=content_id("bundle", facts.case.id, sha256),
        case_id=facts.case.id,
        sha256=sha256,
        bytes=size,
        made_at=made_at,
        made_by=made_by,
    )
