"""The readable report of a case: facts in, PDF out. Typst sets it; `report.typ` says how it looks."""

import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import typst

from takedown.errors import EvidenceError
from takedown.evidence.copies import CaptureCopy
from takedown.evidence.editions import Edition
from takedown.evidence.facts import CaseFacts
from takedown.evidence.report_content import map_text, report_content

DISPLAYED = re.compile("[\n\x20-\x7e\xa0-\u017f\u0386-\u045f\u2013\u2014\u2018-\u201e\u2022\u2026\u20ac\u2192]")
"""What Typst's own fonts surely have: Latin, Greek, Cyrillic and common marks."""

ABOUT = {"txt": "Controlegetallen", "json": "Verslag van een vastlegging", "tsr": "Tijdstempel (RFC 3161)"}
"""What an attachment is, by its ending."""


def make_report(
    facts: CaseFacts, copies: Sequence[CaptureCopy], made_at: datetime, edition: Edition, payload_list: bytes
) -> bytes:
    """Give the report as PDF/A-3a and PDF/UA-1; the same facts and time give the same bytes.

    Attached to it lie the payload's hash list and each capture's manifest and stamps. Hostile text is data, never code.
    Characters that no built-in font has (PDF/A refuses them) are replaced by a square, and the report says so.

    Raises:
        EvidenceError: a picture is missing or damaged, or Typst can't set the report.

    """
    with tempfile.TemporaryDirectory(prefix="handenaf-report-") as name:
        room = Path(name)
        room.joinpath("report.typ").write_bytes(files("takedown.evidence").joinpath("report.typ").read_bytes())
        content = report_content(facts, copies, room, made_at, edition)
        content["attachments"] = _attach(_attachments(copies, payload_list), room)
        try:
            return _set_type(room, content, made_at)
        except typst.TypstError as error:
            if "could not be displayed" not in str(error):
                message = f"The report of case {facts.case.id} can't be set: {str(error)[:300]}"
                raise EvidenceError(message) from error
        try:
            return _set_type(room, map_text(content, _plain) | {"replaced": True}, made_at)
        except typst.TypstError as error:
            message = f"The report of case {facts.case.id} can't be set: {str(error)[:300]}"
            raise EvidenceError(message) from error


def _attachments(copies: Sequence[CaptureCopy], payload_list: bytes) -> dict[str, bytes]:
    """Give what is attached: the bundle's own stamps come after the report, so only the captures' are here."""
    attached = {"manifest-sha256.txt": payload_list}
    for number, copy in enumerate(copies, 1):
        for name in sorted(copy.contents):
            if name == "vastlegging.json" or name.endswith(".tsr"):
                attached[f"vastlegging-{number}-{name}"] = copy.contents[name]()
    return attached


def _attach(attached: Mapping[str, bytes], room: Path) -> list[dict[str, str]]:
    """Write the attachments where Typst may read them, under numbers: their names come from records."""
    media = {"txt": "text/plain", "json": "application/json", "tsr": "application/timestamp-reply"}
    told = []
    for number, (name, content) in enumerate(attached.items()):
        ending = name.rpartition(".")[2]
        room.joinpath(f"attached-{number}").write_bytes(content)
        told.append({"file": f"attached-{number}", "name": name, "about": ABOUT[ending], "media": media[ending]})
    return told


def _set_type(room: Path, content: dict[str, Any], made_at: datetime) -> bytes:
    """Run Typst with its built-in fonts alone, so that every machine gives the same pages."""
    return typst.compile(
        str(room / "report.typ"),
        root=str(room),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": json.dumps(content, ensure_ascii=False)},
        pdf_standards=["a-3a", "ua-1"],
        timestamp=int(made_at.timestamp()),
    )


def _plain(text: str) -> str:
    """Replace what may have no glyph by a square."""
    return "".join(char if DISPLAYED.match(char) else "□" for char in text)
