"""The key of each case: its salts come from it, and its kept bundles can only be read with it. Destroyed, both are gone."""

import os
import secrets
from pathlib import Path

from takedown.errors import EvidenceError

KEYS = "keys"
LENGTH = 32


def _place(folder: Path, case_id: str) -> Path:
    if not case_id.isalnum():
        message = f"{case_id[:80]!r} is not a case's id; the record that names it is damaged."
        raise EvidenceError(message)
    return folder / KEYS / case_id


def key_of(folder: Path, case_id: str) -> bytes:
    """Give the case's key, made at its first use; readable by our own user alone.

    Raises:
        EvidenceError: the case was erased, or the folder can't be written.

    """
    place = _place(folder, case_id)
    if was_erased(folder, case_id):
        message = f"The evidence of case {case_id} was erased; only its tombstone is left."
        raise EvidenceError(message)
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return _read(place)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(LENGTH))
            file.flush()
            os.fsync(file.fileno())
        return _read(place)
    except OSError as error:
        message = f"The key of case {case_id} can't be kept in {place.parent} ({error.strerror}). Mend the folder."
        raise EvidenceError(message) from error


def _read(place: Path) -> bytes:
    key = place.read_bytes()
    if len(key) != LENGTH:
        message = (
            f"The key {place} is damaged. Restore it from the backup of keys, or bundles of this case can't be opened."
        )
        raise EvidenceError(message)
    return key


def was_erased(folder: Path, case_id: str) -> bool:
    """Say whether this case's key was destroyed on purpose."""
    return _place(folder, case_id).with_suffix(".erased").exists()


def destroy_key(folder: Path, case_id: str) -> None:
    """Overwrite and remove the case's key, and note that it may never be made anew; doing it again changes nothing.

    On a copy-on-write disk or an SSD old blocks may outlive this; the disk's own encryption is the answer to that.
    """
    place = _place(folder, case_id)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    place.with_suffix(".erased").touch()
    if place.exists():
        with place.open("r+b") as file:
            file.write(bytes(LENGTH))
            file.flush()
            os.fsync(file.fileno())
        place.unlink()
