"""Kept bundles: encrypted to their case's own key, with their seal beside them in the open.

The seal (tag manifest, stamps) tells nothing about the case: the tag manifest's digests are of whole files that hold salts or
random ids. So it can outlive the payload, and with it the proof that something was sealed then.
"""

import zipfile
from functools import partial
from pathlib import Path

import pyrage  # type: ignore[import-untyped] # it ships no types

from takedown.errors import EvidenceError
from takedown.evidence.bag import STAMP_FOLDER, TAG_LIST
from takedown.evidence.files import write_whole
from takedown.evidence.keys import keys_of
from takedown.evidence.packing import zip_bytes

KEPT = "bundles"
LOCKED, SEAL = ".zip.age", ".zegel.zip"
"""How a kept bundle's two files end; before that stands case id and bundle digest."""


def _stem(case_id: str, sha256: str) -> str:
    return f"{case_id}-{sha256}"


def keep_bundle(folder: Path, case_id: str, sha256: str, path: Path) -> None:
    """Keep the bundle at `path` encrypted, and its seal beside it.

    Raises:
        EvidenceError: the case was erased, or the folder can't be written.

    """
    recipient = pyrage.x25519.Identity.from_str(keys_of(folder, case_id).identity).to_public()
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name == TAG_LIST or name.startswith(STAMP_FOLDER)]
        seal = zip_bytes([(name, partial(archive.read, name)) for name in names])
    locked = pyrage.encrypt(path.read_bytes(), [recipient])
    try:
        (folder / KEPT).mkdir(parents=True, exist_ok=True)
        write_whole(folder / KEPT / (_stem(case_id, sha256) + SEAL), [seal])
        write_whole(folder / KEPT / (_stem(case_id, sha256) + LOCKED), [locked])
    except OSError as error:
        message = f"The bundle could not be kept in {folder / KEPT} ({error.strerror}). Make room or mend the folder."
        raise EvidenceError(message) from error


def open_bundle(folder: Path, case_id: str, sha256: str) -> bytes:
    """Give a kept bundle's ZIP.

    Raises:
        EvidenceError: it is not there, its case was erased, or its file is damaged.

    """
    identity = pyrage.x25519.Identity.from_str(keys_of(folder, case_id).identity)
    try:
        locked = (folder / KEPT / (_stem(case_id, sha256) + LOCKED)).read_bytes()
        content: bytes = pyrage.decrypt(locked, [identity])
    except (OSError, pyrage.DecryptError) as error:
        message = f"The kept bundle {sha256[:12]} can't be opened ({error}). Make a new one."
        raise EvidenceError(message) from error
    return content


def seals_of(folder: Path, case_id: str) -> list[Path]:
    """Give the seals of a case's kept bundles."""
    return sorted((folder / KEPT).glob(f"{case_id}-*{SEAL}"))
