"""Salted commitments: a redacted bundle promises what it hides, so that the full one can be held to it later.

Each field of the case file and each file is a leaf, SHA-256 of "zout <salt> <name> <SHA-256 of the content>" and a newline.
Without salt short texts are guessable (measured: a child's name and age from a list of 54). All editions hold the same list
of leaves, `data/toezeggingen.txt`; its digest stands in the payload list and so under the stamp. `data/geopend.txt` gives salt
and digest of those leaves that this edition opens. A salt is HMAC-SHA256 of the leaf's name under the case's key, so
that the same facts give the same bytes, and that destroying the key destroys every salt.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from typing import Any

from takedown.evidence.strict_json import scalars

LEAVES = "data/toezeggingen.txt"
OPENED = "data/geopend.txt"
FIELD = "zaak/"
"""What a leaf's name begins with when it is a field of `data/zaak.json`, not a file."""

LEAF_LINE = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9._/-]+)\n")
OPENED_LINE = re.compile(r"([0-9a-f]{64}) ([0-9a-f]{64})  ([A-Za-z0-9._/-]+)\n")

CHANGING = re.compile(r"bundel_gemaakt_op|uitgave|vastleggingen/.*|logboek/.*")
"""Fields that differ between editions by their nature, so nobody is held to them."""


def salt_of(key: bytes, name: str) -> str:
    """Give a leaf's salt."""
    return hmac.new(key, name.encode(), "sha256").hexdigest()


def leaf(salt: str, name: str, sha256: str) -> str:
    """Give the commitment to a content."""
    return hashlib.sha256(f"zout {salt} {name} {sha256}\n".encode()).hexdigest()


def fields_of(case_document: Mapping[str, Any]) -> dict[str, str]:
    """Give leaf name → SHA-256 of the JSON text, for every field of the case file that all editions share."""
    return {
        FIELD + path: hashlib.sha256(text.encode()).hexdigest()
        for path, text in scalars(dict(case_document)).items()
        if not CHANGING.fullmatch(path)
    }


def leaf_list(key: bytes, contents: Mapping[str, str]) -> bytes:
    """Write `toezeggingen.txt` from leaf name → SHA-256."""
    lines = (f"{leaf(salt_of(key, name), name, sha256)}  {name}\n" for name, sha256 in sorted(contents.items()))
    return "".join(lines).encode()


def opened_list(key: bytes, contents: Mapping[str, str], names: Iterable[str]) -> bytes:
    """Write `geopend.txt`: salt and digest of these leaves."""
    lines = (f"{salt_of(key, name)} {contents[name]}  {name}\n" for name in sorted(names))
    return "".join(lines).encode()
