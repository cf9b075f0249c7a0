"""Making bundles of a case from the desk's memory: facts, log excerpt, stamps, the organisation's seal; and erasing them."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

from flows.clock import now
from flows.dispatch import read_case
from flows.errors import FlowError
from flows.settings import Settings
from flows.stamping import heads_of, roots_of, services_of
from takedown.errors import EvidenceError
from takedown.evidence import merkle
from takedown.evidence.bundle import make_bundle
from takedown.evidence.editions import Edition
from takedown.evidence.erasure import Ground, erase
from takedown.evidence.excerpt import Excerpt, LogLine
from takedown.evidence.facts import CaseFacts
from takedown.evidence.mask_store import read_review
from takedown.evidence.pdfseal import read_seal
from takedown.evidence.stamping import Sealing, no_seal
from takedown.evidence.timestamp import ask, stamp_digest
from takedown.evidence.vault import keep_bundle
from warehouse import AuditEntry, Bundle, CaseState, State

SEAL = "seal"
"""Folder of the organisation's electronic seal, under its own."""

OUTGOING = ".uit"
EVERY = 10_000_000


def facts_of(settings: Settings, state: State, case_id: str) -> CaseFacts:
    """Gather everything a bundle says about a case. Raises `FlowError` where its post was forgotten."""
    file = read_case(state, case_id)
    notices = state.papers.notices(case_id)
    receipts = [state.papers.receipt(notice.id) for notice in notices]
    return CaseFacts(
        case=file.case,
        post=file.post,
        person=file.person,
        verdict=file.verdict,
        captures=state.papers.captures(case_id),
        judgements=state.cases.judgements(case_id),
        decisions=state.cases.decisions(case_id),
        notices=notices,
        receipts=tuple(receipt for receipt in receipts if receipt),
        responses=state.papers.responses(case_id),
        log=excerpt_of(settings, state, case_id),
        review=read_review(settings.evidence, case_id),
    )


def make_edition(settings: Settings, state: State, case_id: str, *, edition: str, by: str) -> tuple[Bundle, Path]:
    """Make one edition of a case's bundle, keep it encrypted with its record, and give the ZIP.

    The ZIP is the caller's: she hands it out and deletes it.
    """
    facts = facts_of(settings, state, case_id)
    made_at = now()
    folder = settings.evidence / OUTGOING
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    out = Path(tempfile.mkdtemp(dir=folder)) / f"HA-{state.cases.number(case_id):06d}-{edition}.zip"
    bundle = make_bundle(
        facts,
        settings.evidence,
        out,
        made_at=made_at,
        made_by=by,
        edition=Edition(edition),
        sealing=sealing_of(settings),
    )
    keep_bundle(settings.evidence, case_id, bundle.sha256, out)
    state.papers.add_bundle(bundle)
    return bundle, out


def sealing_of(settings: Settings) -> Sealing:
    """Give how bundles are stamped and reports sealed here: by the services and the seal that are set."""
    services, roots = services_of(settings), roots_of(settings)

    def stamp(sha256: str) -> Mapping[str, bytes]:
        return stamp_digest(sha256, services, roots=roots)[0]

    def stamp_once(sha256: str) -> bytes:
        said: list[str] = []
        for service in services:
            try:
                return ask(service, sha256, roots)[0]
            except EvidenceError as error:
                said.append(f"{service.address}: {error}")
        raise EvidenceError(f"No time-stamp service answered, so the report can't be sealed. {'; '.join(said)}")

    seal = read_seal(settings.home / SEAL, stamp_once if services else None)
    return Sealing(stamp=stamp, seal=seal or no_seal)


def excerpt_of(settings: Settings, state: State, case_id: str) -> Excerpt:
    """Give the log's lines about a case, each with its path to the last stamped head."""
    places = sorted(heads_of(settings).glob("[0-9]*/kop.json"))
    own = state.audit.of(case_id)
    if not places:
        return Excerpt(lines=tuple(LogLine(entry=entry, hashed=hashed(entry), path=None) for entry in own))
    head = places[-1].read_bytes()
    last = int(json.loads(head)["volgnummer"])
    digests = [entry.digest for entry in state.audit.entries() if entry.sequence <= last]
    paths = merkle.paths_to(digests, [entry.sequence - 1 for entry in own if entry.sequence <= last])
    lines = tuple(LogLine(entry=entry, hashed=hashed(entry), path=paths.get(entry.sequence - 1)) for entry in own)
    stamps = {path.name: path.read_bytes() for path in sorted(places[-1].parent.glob("tijdstempel-*"))}
    return Excerpt(lines=lines, head=head, stamps=stamps)


def hashed(entry: AuditEntry) -> str:
    """Give the text whose SHA-256 is the entry's digest (`warehouse.state.audit.digest_of`)."""
    fields = {
        name: getattr(entry, name) for name in ("sequence", "actor", "action", "subject", "detail", "previous")
    } | {"at": entry.at.isoformat()}
    return json.dumps(fields, sort_keys=True, separators=(",", ":"))


def erase_case(settings: Settings, state: State, case_id: str, *, by: str, ground: str) -> tuple[Path, ...]:
    """Erase the evidence of a case for good and note it in the log; gives the tombstones. Safe to run again."""
    case = state.cases.one(case_id)
    try:
        chosen = Ground[ground.upper()]
    except KeyError:
        known = ", ".join(f"{one.name.lower()} ({one.value})" for one in Ground)
        raise FlowError(f"{ground!r} is no ground for erasing. There are: {known}.") from None
    captures = state.papers.captures(case_id)
    others = (one.id for one in state.cases.of_states(tuple(CaseState), most=EVERY) if one.id != case_id)
    needed = {file.sha256 for other in others for capture in state.papers.captures(other) for file in capture.files}
    made = erase(
        settings.evidence, case.id, captures, still_needed=needed, at=now(), by="beheerder of jurist", ground=chosen
    )
    state.audit.note(at=now(), actor=by, action="evidence.erased", subject=case_id, detail=chosen.name.lower())
    return made
