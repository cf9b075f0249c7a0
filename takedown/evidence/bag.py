"""The outer layout of a bundle: BagIt 1.0 (RFC 8493), with one list more for what is made after the tag manifest.

Three lists, and every file stands on exactly one of them: `manifest-sha256.txt` (data/**), `tagmanifest-sha256.txt` (the
files of the root; this one is time-stamped) and `tijdstempels/lijst.txt` (the tag manifest itself, and the stamps). Only the
last list stands on none.
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime

from takedown.evidence.editions import Edition
from takedown.quoting import one_line

PAYLOAD_LIST = "manifest-sha256.txt"
TAG_LIST = "tagmanifest-sha256.txt"
STAMP_FOLDER = "tijdstempels/"
STAMP_LIST = f"{STAMP_FOLDER}lijst.txt"
FORMAT = "1"
"""Rises when the layout changes; `verify` knows every version there ever was."""

CHECKERS = ("controleer.html", "controleer.ps1", "controleer.sh")
OWN_FILES = (
    "LEESMIJ.txt", "bag-info.txt", "bagit.txt", *CHECKERS, "data/geopend.txt", "data/logboek/regels.txt",
    "data/toezeggingen.txt", "data/zaak.json", PAYLOAD_LIST,
    "rapport.pdf", TAG_LIST, STAMP_LIST,
)  # fmt: skip
"""What every bundle has, whatever its edition."""

BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
EDITION_LINE = re.compile(r"^Handenaf-Uitgave: ([a-z]+)$", re.MULTILINE)


def hash_list(digests: Mapping[str, str]) -> bytes:
    """Write the list that `sha256sum -c` reads, sorted by name."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items())).encode()


def digests_of(contents: Mapping[str, bytes]) -> dict[str, str]:
    """Give each file's SHA-256."""
    return {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}


def bag_info(*, organisation: str, reference: str, made_at: datetime, edition: Edition, oxum: str) -> bytes:
    """Write `bag-info.txt` (RFC 8493 §2.2.2); `oxum` is "bytes.files" of the payload."""
    lines = (
        f"Source-Organization: {one_line(organisation) or 'onbekend'}",
        f"External-Identifier: {reference}",
        f"Bagging-Date: {made_at:%Y-%m-%d}",
        f"Payload-Oxum: {oxum}",
        "Bag-Software-Agent: Handenaf",
        f"Handenaf-Formaat: {FORMAT}",
        f"Handenaf-Uitgave: {edition}",
    )
    return "".join(f"{line}\n" for line in lines).encode()
