"""What a person decided about the names in a post, kept with the evidence and encrypted to the case's own key.

Encrypted, since the words she added name people; so erasing the case's key erases this too.
"""

import json
from datetime import datetime
from pathlib import Path

import pyrage  # type: ignore[import-untyped] # it ships no types

from takedown.errors import EvidenceError
from takedown.evidence.files import canonical, write_whole
from takedown.evidence.keys import keys_of
from takedown.evidence.masks import Mark, MaskReview

FOLDER = "marks"


def _place(folder: Path, case_id: str) -> Path:
    return folder / FOLDER / f"{case_id}.age"


def keep_review(folder: Path, case_id: str, review: MaskReview) -> None:
    """Keep a review in the place of the one before; the log says that there was one.

    Raises:
        EvidenceError: the case was erased, or the folder can't be written.

    """
    told = {
        "post_id": review.post_id,
        "by": review.by,
        "at": review.at.isoformat(),
        "marks": [[mark.start, mark.end, mark.kind, mark.masked] for mark in review.marks],
        "words": list(review.words),
        "shown": list(review.shown),
    }
    identity = pyrage.x25519.Identity.from_str(keys_of(folder, case_id).identity)
    locked = pyrage.encrypt(canonical(told), [identity.to_public()])
    try:
        (folder / FOLDER).mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(_place(folder, case_id), [locked])
    except OSError as error:
        message = f"What you decided about the names could not be kept ({error.strerror}). Make room and save again."
        raise EvidenceError(message) from error


def read_review(folder: Path, case_id: str) -> MaskReview | None:
    """Give the last review; None when nobody looked yet.

    Raises:
        EvidenceError: the case was erased, or the file is damaged.

    """
    place = _place(folder, case_id)
    if not place.exists():
        return None
    identity = pyrage.x25519.Identity.from_str(keys_of(folder, case_id).identity)
    try:
        told = json.loads(pyrage.decrypt(place.read_bytes(), [identity]))
        return MaskReview(
            post_id=told["post_id"],
            by=told["by"],
            at=datetime.fromisoformat(told["at"]),
            marks=tuple(Mark(start=s, end=e, kind=kind, masked=masked) for s, e, kind, masked in told["marks"]),
            words=tuple(told["words"]),
            shown=tuple(told["shown"]),
        )
    except (OSError, pyrage.DecryptError, ValueError, KeyError, TypeError) as error:
        message = f"What was decided about the names of case {case_id} can't be read ({error}). Review them again."
        raise EvidenceError(message) from error
