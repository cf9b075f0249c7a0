"""The evidence folder: files under their own SHA-256, whole or not at all."""

import errno
import hashlib
import json
import os
import tempfile
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from takedown.errors import EvidenceError

BLOCK = 1 << 20


def canonical(value: Any) -> bytes:
    """Write JSON in the one form that is hashed: sorted keys, no spaces, UTF-8, a closing newline."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8") + b"\n"


def place_of(folder: Path, sha256: str) -> Path:
    """Say where the file with this digest lies: `folder/ab/abcdef…`."""
    if len(sha256) != 64 or set(sha256) - set("0123456789abcdef"):  # noqa: PLR2004 - SHA-256 in hex
        message = f"{sha256[:80]!r} is not a SHA-256 digest; the record that names it is damaged."
        raise EvidenceError(message)
    return folder / sha256[:2] / sha256


def digest_of(path: Path) -> str:
    """Give the SHA-256 of a file, read in blocks."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def keep(folder: Path, content: bytes) -> str:
    """Store `content` and give its SHA-256; storing it again changes nothing.

    Written under a temporary name in the same folder, flushed to the disk and then renamed, so that a kill or a
    power cut at any moment leaves either the whole file or none (POSIX rename(2) is atomic).

    Raises:
        EvidenceError: the disk is full or the folder can't be written.

    """
    sha256 = hashlib.sha256(content).hexdigest()
    target = place_of(folder, sha256)
    try:
        if target.is_file() and digest_of(target) == sha256:
            return sha256
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, (content,))
    except OSError as error:
        raise _not_stored(folder, error) from error
    return sha256


def keep_from(folder: Path, source: BinaryIO) -> tuple[str, int]:
    """Store what `source` holds, from its beginning, block by block; give its SHA-256 and size, as `keep` does.

    Raises:
        EvidenceError: the disk is full or the folder can't be written.

    """
    source.seek(0)
    digest = hashlib.sha256()
    while block := source.read(BLOCK):
        digest.update(block)
    sha256 = digest.hexdigest()
    target = place_of(folder, sha256)
    try:
        if not (target.is_file() and digest_of(target) == sha256):
            source.seek(0)
            target.parent.mkdir(parents=True, exist_ok=True)
            write_whole(target, iter(partial(source.read, BLOCK), b""))
        return sha256, source.seek(0, os.SEEK_END)
    except OSError as error:
        raise _not_stored(folder, error) from error


def _not_stored(folder: Path, error: OSError) -> EvidenceError:
    """Say why evidence could not be stored, and what to do."""
    why = "the disk is full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else str(error.strerror or error)
    return EvidenceError(
        f"Evidence could not be stored under {folder}: {why}. Make room or mend the folder, then run again."
    )


def write_whole(target: Path, blocks: Iterable[bytes]) -> None:
    """Write a file beside its place, flush, rename, and flush the folder's own entry. Raises `OSError`."""
    handle, name = tempfile.mkstemp(prefix=".unfinished-", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            for block in blocks:
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    directory = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def read_kept(folder: Path, sha256: str) -> bytes:
    """Read a stored file and check it against its name.

    Raises:
        EvidenceError: it is missing or no longer what was stored.

    """
    path = place_of(folder, sha256)
    try:
        content = path.read_bytes()
    except OSError as error:
        message = f"Evidence file {path} can't be read ({error.strerror}). Restore it from a backup."
        raise EvidenceError(message) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        message = f"Evidence file {path} was changed after it was stored. Restore it from a backup."
        raise EvidenceError(message)
    return content


def read_json(folder: Path, sha256: str) -> Any:
    """Read a stored JSON file. Raises `EvidenceError` as `read_kept` does."""
    return json.loads(read_kept(folder, sha256))
