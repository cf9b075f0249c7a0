"""A case's captures, decisions and notices in one ZIP that anybody can check."""

import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib.resources import files
from pathlib import Path

from takedown.errors import EvidenceError
from takedown.evidence.bag import BAGIT, CHECKERS, PAYLOAD_LIST, STAMP_LIST, TAG_LIST, bag_info, digests_of, hash_list
from takedown.evidence.commitments import LEAVES, OPENED, fields_of, leaf_list, opened_list
from takedown.evidence.copies import CaptureCopy, masked_copy, whole_copy
from takedown.evidence.editions import Edition
from takedown.evidence.excerpt import excerpt_files
from takedown.evidence.facts import CaseFacts, document_of, in_order, pseudonyms
from takedown.evidence.files import canonical, digest_of
from takedown.evidence.keys import keys_of
from takedown.evidence.packing import write_zip
from takedown.evidence.papers import request_files, review_files
from takedown.evidence.redaction import mask_facts, masks_of
from takedown.evidence.report import make_report
from takedown.evidence.stamping import NO_SEALING, Sealing, stamp_files
from warehouse import Bundle, content_id

CAPTURES = "data/vastleggingen/"
CASE_FILE = "data/zaak.json"

Content = Callable[[], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """What lies under `data/`: the small files' contents, the captures' readers, and every digest and size."""

    facts: CaseFacts
    """As this edition tells them: masked where it is masked."""
    copies: tuple[CaptureCopy, ...]
    small: Mapping[str, bytes]
    contents: Mapping[str, Content]
    digests: Mapping[str, str]
    oxum: str


def make_bundle(
    facts: CaseFacts,
    folder: Path,
    out: Path,
    *,
    made_at: datetime,
    made_by: str,
    edition: Edition = Edition.FULL,
    sealing: Sealing = NO_SEALING,
) -> Bundle:
    """Write a bundle of a case to `out` and give its record; without stamps and seal, same facts and time, same bytes.

    `folder` is the evidence folder. The ZIP is written beside `out` and renamed, so that a kill leaves no half bundle.
    `made_by` stands in the record only: who made it is not in the bundle.

    Raises:
        EvidenceError: evidence is missing or damaged, the report can't be made, the disk is full; or for a masked edition:
            a marked place in the text was not reviewed.

    """
    payload = payload_of(facts, folder, made_at, edition)
    entries = entries_of(payload, made_at, edition, sealing)
    sha256, size = _write_whole(out, entries)
    return Bundle(
        id=content_id("bundle", facts.case.id, sha256),
        case_id=facts.case.id,
        sha256=sha256,
        bytes=size,
        made_at=made_at,
        made_by=made_by,
    )


def payload_of(facts: CaseFacts, folder: Path, made_at: datetime, edition: Edition) -> Payload:
    """Gather what lies under `data/`.

    Raises:
        EvidenceError: see `make_bundle`.

    """
    key = keys_of(folder, facts.case.id).salting
    for capture in facts.captures:
        if capture.case_id != facts.case.id:
            message = f"Capture {capture.id} belongs to case {capture.case_id}, not to {facts.case.id}."
            raise EvidenceError(message)
    whole = {capture.id: whole_copy(capture, folder) for capture in in_order(facts.captures)}
    promised = _promised(facts, tuple(whole.values()), made_at)
    told, copies = facts, tuple(whole.values())
    if edition.masked:
        masks = masks_of(facts, edition)
        told = mask_facts(facts, masks)
        post = told.post
        reviewed = f"{facts.post.text} {post.author_name} {post.author_handle} {post.posted_at_literal}"
        copies = tuple(masked_copy(capture, folder, masks, reviewed) for capture in in_order(told.captures))
    small, case_document = _small_files(told, copies, made_at, edition)
    here = digests_of(small) | {_under(copy, name): sha for copy in copies for name, sha in copy.digests.items()}
    leaves_here = fields_of(case_document) | {name.removeprefix("data/"): sha for name, sha in here.items()}
    small[LEAVES] = leaf_list(key, promised)
    small[OPENED] = opened_list(key, promised, [name for name in promised if leaves_here.get(name) == promised[name]])
    return _payload(told, copies, small, here)


def _payload(
    facts: CaseFacts, copies: tuple[CaptureCopy, ...], small: Mapping[str, bytes], here: Mapping[str, str]
) -> Payload:
    """Put the pieces together and count bytes and files (BagIt's Payload-Oxum)."""
    sizes = [len(content) for content in small.values()] + [size for copy in copies for size in copy.sizes.values()]
    contents: dict[str, Content] = {name: partial(bytes, content) for name, content in small.items()}
    contents |= {_under(copy, name): content for copy in copies for name, content in copy.contents.items()}
    return Payload(
        facts=facts,
        copies=copies,
        small=small,
        contents=contents,
        digests=dict(here) | digests_of(small),
        oxum=f"{sum(sizes)}.{len(sizes)}",
    )


def _promised(facts: CaseFacts, copies: tuple[CaptureCopy, ...], made_at: datetime) -> dict[str, str]:
    """Give every leaf of the commitments: the full edition's fields and files, whatever edition is being made."""
    small, case_document = _small_files(facts, copies, made_at, Edition.FULL)
    leaves = fields_of(case_document)
    leaves |= {
        name.removeprefix("data/"): sha
        for name, sha in digests_of(small).items()
        if name.startswith(("data/beoordeling/", "data/verzoeken/"))
    }
    return leaves | {
        _under(copy, name).removeprefix("data/"): sha for copy in copies for name, sha in copy.digests.items()
    }


def _small_files(
    facts: CaseFacts, copies: tuple[CaptureCopy, ...], made_at: datetime, edition: Edition
) -> tuple[dict[str, bytes], dict[str, object]]:
    """Give case file, decisions, requests and log lines, and the case file as it was before it became bytes."""
    names = pseudonyms(facts)
    document = document_of(facts, made_at, edition)
    for told, copy in zip(document["vastleggingen"], copies, strict=True):
        told["manifest_sha256"] = copy.digests["vastlegging.json"]
    small = {CASE_FILE: canonical(document)} | excerpt_files(facts.log, edition, names)
    if edition is Edition.FULL:
        small |= review_files(facts, names)
    if edition.with_reasons:
        small |= request_files(facts, names)
    return small, document


def _under(copy: CaptureCopy, name: str) -> str:
    return f"{CAPTURES}{copy.id}/{name}"


def entries_of(payload: Payload, made_at: datetime, edition: Edition, sealing: Sealing) -> list[tuple[str, Content]]:
    """Give the bundle's files in their fixed order: the root, the stamps, the payload."""
    own = files("takedown.evidence")
    payload_list = hash_list(payload.digests)
    report = make_report(payload.facts, payload.copies, made_at, edition, payload_list)
    reference = f"HA-{payload.facts.case.id[:12]}"
    root = {name: own.joinpath(name).read_bytes() for name in ("LEESMIJ.txt", *CHECKERS)} | {
        "bagit.txt": BAGIT,
        "bag-info.txt": bag_info(
            organisation=payload.facts.person.organisation,
            reference=reference,
            made_at=made_at,
            edition=edition,
            oxum=payload.oxum,
        ),
        PAYLOAD_LIST: payload_list,
        "rapport.pdf": sealing.seal(report),
    }
    root[TAG_LIST] = hash_list(digests_of(root))
    root |= stamp_files(root[TAG_LIST], sealing.stamp)
    first = (PAYLOAD_LIST, TAG_LIST, STAMP_LIST)
    order = [*first, *sorted(set(root) - set(first))]
    return [(name, partial(bytes, root[name])) for name in order] + sorted(
        payload.contents.items(), key=lambda entry: entry[0]
    )


def _write_whole(out: Path, entries: list[tuple[str, Content]]) -> tuple[str, int]:
    """Write the ZIP whole or not at all; give its digest and size."""
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
    return sha256, size
