"""What a bundle holds of one capture: everything, or for a masked edition the post's picture and a short manifest."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from takedown.errors import EvidenceError
from takedown.evidence.files import canonical, read_kept
from takedown.evidence.manifest import MANIFEST_NAME
from takedown.evidence.masks import Masks
from takedown.evidence.pixels import POST_PICTURE, WORDS_NAME, blacken_picture
from takedown.evidence.strict_json import scalars
from warehouse import Capture

MASKED_SCHEMA = "handenaf/vastlegging-gezwart/1"
STAMP_PREFIX = "tijdstempel-"
"""How a capture's files are named that came after its manifest, and so are not in it."""

HEX = re.compile(r'"[0-9a-f-]{32,64}"')
"""An id or a digest: no words, though letters of a name may stand in it."""

NO_PICTURE = "De afbeelding van het bericht is weggelaten: de plaats van de woorden erin is niet vastgelegd."


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureCopy:
    """One capture as an edition holds it."""

    id: str
    document: dict[str, Any]
    """The manifest, read."""
    contents: Mapping[str, Callable[[], bytes]]
    digests: Mapping[str, str]
    sizes: Mapping[str, int]
    original: str
    """SHA-256 of the sealed manifest, which the stamps are about."""

    def read(self, name: str) -> bytes | None:
        """Give a file's content; None when this edition has none of that name."""
        content = self.contents.get(name)
        return content() if content else None


def whole_copy(capture: Capture, folder: Path) -> CaptureCopy:
    """Give a capture with all its files.

    Raises:
        EvidenceError: its manifest is missing or changed; the other files are checked when they are read.

    """
    return CaptureCopy(
        id=capture.id,
        document=json.loads(read_kept(folder, capture.manifest_sha256)),
        contents={file.name: partial(read_kept, folder, file.sha256) for file in capture.files},
        digests={file.name: file.sha256 for file in capture.files},
        sizes={file.name: file.bytes for file in capture.files},
        original=capture.manifest_sha256,
    )


def masked_copy(capture: Capture, folder: Path, masks: Masks, reviewed: str) -> CaptureCopy:
    """Give the post's picture with everything covered that nobody reviewed, a short manifest, and the stamps.

    `reviewed` are the texts a person has looked at: other words are covered, and so are pictures and all else that
    is no word. `capture` is the masked record; never in it: archive, MHTML, DOM, words, headers, addresses of machines.

    Raises:
        EvidenceError: a file is missing or changed.

    """
    sealed = json.loads(read_kept(folder, capture.manifest_sha256))
    digest_by_name = {file.name: file.sha256 for file in capture.files}
    files: dict[str, bytes] = {
        name: read_kept(folder, sha256)
        for name, sha256 in digest_by_name.items()
        if name.startswith(STAMP_PREFIX) and not masks.hit(name)
    }
    picture, missing = None, list(capture.limitations)
    if POST_PICTURE in digest_by_name:
        words = digest_by_name.get(WORDS_NAME)
        if words:
            picture = blacken_picture(
                read_kept(folder, digest_by_name[POST_PICTURE]),
                json.loads(read_kept(folder, words)),
                sealed["bericht"]["vindplaats"]["kader"],
                masks,
                reviewed,
            )
        if picture is None:
            missing.append(NO_PICTURE)
    beside = {POST_PICTURE: picture} if picture else {}
    document = _short_manifest(capture, sealed, beside, missing)
    if any(masks.hit(text) for text in scalars(document).values() if not HEX.fullmatch(text)):
        message = f"A masked word was left in the short manifest of capture {capture.id}; nothing was made."
        raise EvidenceError(message)
    files |= beside | {MANIFEST_NAME: canonical(document)}
    return CaptureCopy(
        id=capture.id,
        document=document,
        contents={name: partial(bytes, content) for name, content in files.items()},
        digests={name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
        sizes={name: len(content) for name, content in files.items()},
        original=capture.manifest_sha256,
    )


def _short_manifest(
    capture: Capture, sealed: Mapping[str, Any], files: Mapping[str, bytes], limitations: list[str]
) -> dict[str, Any]:
    """Give what a masked edition says of a capture: an allow-list of fields, addresses as the masked record has them."""
    return {
        "schema": MASKED_SCHEMA,
        "vastlegging_id": capture.id,
        "zaak_id": capture.case_id,
        "origineel_sha256": capture.manifest_sha256,
        "tijd": {name: sealed["tijd"][name] for name in ("begin", "eind", "zone")},
        "opdracht": {"gevraagde_url": capture.url, "software": sealed["opdracht"]["software"]},
        "navigatie": {
            "definitieve_url": capture.final_url,
            "status": sealed["navigatie"]["status"],
            "toestand": capture.visible,
        },
        "omgeving": {name: sealed["omgeving"][name] for name in ("browser", "venster", "taal", "aangemeld")},
        "beperkingen": limitations,
        "bestanden": {
            name: {"bytes": len(content), "rol": "gezwart", "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in files.items()
        },
    }
