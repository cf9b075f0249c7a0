"""Erasing the evidence of a case: its keys and files go, its seals stay, and a tombstone says who, when and why.

Article 17 GDPR, with 17(3)(e): what a claim needs is kept, so a person decides. After it nobody can read a kept bundle or guess
from a commitment what it promised, and the stamps still prove that something was sealed then. The log holds ids only, so it
stays as it is.
"""

import zipfile
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import partial
from hashlib import sha256
from pathlib import Path

from takedown.errors import EvidenceError
from takedown.evidence.files import canonical, place_of, write_whole
from takedown.evidence.keys import destroy_keys
from takedown.evidence.packing import zip_bytes
from takedown.evidence.vault import KEPT, LOCKED, SEAL, seals_of
from warehouse import Capture

TOMBSTONE = "grafsteen.json"
SCHEMA = "handenaf/grafsteen/1"
ERASED = ".gewist.zip"


class Ground(StrEnum):
    """Why evidence was erased. A fixed list: a free reason could name people."""

    RETENTION = "de bewaartermijn is om"
    REQUEST = "verzoek om wissing (artikel 17 AVG)"
    MISTAKE = "ten onrechte vastgelegd"


def erase(
    folder: Path,
    case_id: str,
    captures: Sequence[Capture],
    *,
    still_needed: Collection[str],
    at: datetime,
    by: str,
    ground: Ground,
) -> tuple[Path, ...]:
    """Erase a case's evidence and give the tombstones: one ZIP per kept bundle, or one alone where none was kept.

    `by` is the role of who decided, not a name; the log has who. `still_needed` are digests of files that other
    cases' captures hold too. Keys go first: a kill after that leaves nothing readable, and running it again ends the work.

    Raises:
        EvidenceError: the folder can't be written.

    """
    destroy_keys(folder, case_id)
    told = {
        "schema": SCHEMA,
        "zaak_id": case_id,
        "gewist_op": at.isoformat(),
        "door": by,
        "reden": ground.value,
        "vastleggingen": sorted(capture.manifest_sha256 for capture in captures),
    }
    try:
        made = [_bury(folder / KEPT, seal, told) for seal in seals_of(folder, case_id)]
        if not list((folder / KEPT).glob(f"{case_id}*{ERASED}")):
            made.append(_bury(folder / KEPT, None, told, case_id))
        for capture in captures:
            for file in capture.files:
                if file.sha256 not in still_needed:
                    place_of(folder, file.sha256).unlink(missing_ok=True)
    except OSError as error:
        message = (
            f"The evidence of case {case_id} could not be erased whole ({error}). Mend the folder and run it again."
        )
        raise EvidenceError(message) from error
    return tuple(made)


def _bury(kept: Path, seal: Path | None, told: Mapping[str, object], case_id: str = "") -> Path:
    """Write one tombstone with its seal, then remove the locked bundle and the bare seal."""
    parts: dict[str, bytes] = {}
    if seal:
        with zipfile.ZipFile(seal) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
    stem = seal.name.removesuffix(SEAL) if seal else case_id
    names = {name: sha256(content).hexdigest() for name, content in parts.items()}
    about = {"bundel_sha256": stem.partition("-")[2]} if seal else {}
    stone = canonical(dict(told) | about | {"zegel": names})
    entries = [
        (TOMBSTONE, partial(bytes, stone)),
        *((name, partial(bytes, content)) for name, content in parts.items()),
    ]
    kept.mkdir(parents=True, exist_ok=True)
    out = kept / (stem + ERASED)
    write_whole(out, [zip_bytes(entries)])
    if seal:
        kept.joinpath(stem + LOCKED).unlink(missing_ok=True)
        seal.unlink()
    return out
