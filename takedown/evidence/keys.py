"""The keys of each case: its salts come from one, its kept bundles open with the other. Destroyed, both are gone."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import pyrage  # type: ignore[import-untyped] # it ships no types

from takedown.errors import EvidenceError

KEYS = "keys"
LENGTH = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseKeys:
    """What is secret about one case."""

    salting: bytes
    """32 random bytes; every salt of the case's commitments comes from them."""
    identity: str
    """An age identity: the case's kept bundles are encrypted to it."""


def _place(folder: Path, case_id: str) -> Path:
    if not (case_id.isascii() and case_id.isalnum()):
        message = f"{case_id[:80]!r} is not a case's id; the record that names it is damaged."
        raise EvidenceError(message)
    return folder / KEYS / case_id


def keys_of(folder: Path, case_id: str) -> CaseKeys:
    """Give the case's keys, made at their first use; readable by our own user alone.

    Raises:
        EvidenceError: the case was erased, or the folder can't be written.

    """
    place = _place(folder, case_id)
    if was_erased(folder, case_id):
        message = f"The evidence of case {case_id} was erased; only its tombstone is left."
        raise EvidenceError(message)
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not place.exists():
            _make(place)
        salting, identity = place.read_text(encoding="ascii").split()
    except OSError as error:
        message = f"The keys of case {case_id} can't be kept in {place.parent} ({error.strerror}). Mend the folder."
        raise EvidenceError(message) from error
    except ValueError as error:
        message = (
            f"The keys in {place} are damaged. Restore them from a backup, or this case's kept bundles can't be opened."
        )
        raise EvidenceError(message) from error
    return CaseKeys(salting=bytes.fromhex(salting), identity=identity)


def _make(place: Path) -> None:
    """Write new keys beside the place and link them there: of two at once, the first one's stay."""
    unfinished = place.with_suffix(f".{secrets.token_hex(8)}")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(f"{secrets.token_hex(LENGTH)}\n{pyrage.x25519.Identity.generate()}\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(unfinished, place)
        except FileExistsError:
            return
    finally:
        unfinished.unlink()


def was_erased(folder: Path, case_id: str) -> bool:
    """Say whether this case's keys were destroyed on purpose."""
    return _place(folder, case_id).with_suffix(".erased").exists()


def destroy_keys(folder: Path, case_id: str) -> None:
    """Overwrite and remove the case's keys, and note that they may never be made anew; doing it again changes nothing.

    On a copy-on-write disk or an SSD old blocks may outlive this; the disk's own encryption is the answer to that.
    """
    place = _place(folder, case_id)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    place.with_suffix(".erased").touch()
    if place.exists():
        with place.open("r+b") as file:
            file.write(bytes(place.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        place.unlink()
