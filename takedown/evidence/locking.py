"""Encrypting a bundle for whoever gets it: age, or 7-Zip's AES-256 for who has no age.

The passphrase is made here and shown once to the person who makes the bundle; she gives it by another way than the file.
"""

import secrets
import shutil
import subprocess
from pathlib import Path

import pyrage  # type: ignore[import-untyped] # it ships no types

from takedown.errors import EvidenceError

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""No letters and digits that look alike when read aloud or from paper."""

GROUPS, GROUP = 5, 5
"""Five groups of five: 25 of 31 signs are 123 bits."""

SEVEN_ZIP = ("7z", "7zz", "7za")
TIMEOUT_S = 600


def new_passphrase() -> str:
    """Give a passphrase that can be read out: five groups of five, 123 bits."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))


def lock_for(content: bytes, recipient: str) -> bytes:
    """Encrypt for an age public key ("age1…"): whoever has its secret key opens it.

    Raises:
        EvidenceError: it is not an age public key.

    """
    try:
        key = pyrage.x25519.Recipient.from_str(recipient.strip())
    except pyrage.RecipientError as error:
        message = f"{recipient[:100]!r} is not an age public key (it begins with age1): {error}."
        raise EvidenceError(message) from error
    locked: bytes = pyrage.encrypt(content, [key])
    return locked


def lock_with(content: bytes, passphrase: str) -> bytes:
    """Encrypt with a passphrase; `age -d` opens it (scrypt, about a second)."""
    locked: bytes = pyrage.passphrase.encrypt(content, passphrase)
    return locked


def seven_zip() -> str:
    """Give the 7-Zip program's path; empty when none is installed."""
    return next((found for name in SEVEN_ZIP if (found := shutil.which(name))), "")


def lock_with_seven_zip(path: Path, out: Path, passphrase: str) -> None:
    """Pack a file into a 7z archive with AES-256, names hidden too; the passphrase goes in by standard input.

    Raises:
        EvidenceError: 7-Zip is not installed or failed.

    """
    program = seven_zip()
    if not program:
        message = "7-Zip is not installed here. Install it (Debian: 7zip or p7zip-full), or choose age."
        raise EvidenceError(message)
    out.unlink(missing_ok=True)
    command = [program, "a", "-t7z", "-mx=0", "-mhe=on", "-p", "-bd", "-y", str(out), str(path)]
    try:
        done = subprocess.run(
            command,
            input=f"{passphrase}\n{passphrase}\n",
            text=True,
            capture_output=True,
            timeout=TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        message = f"7-Zip could not pack {path.name} ({error})."
        raise EvidenceError(message) from error
    if done.returncode or not out.exists():
        message = f"7-Zip could not pack {path.name}: {(done.stderr or done.stdout)[-300:]}"
        raise EvidenceError(message)
