"""What one visit reported, folded into the manifest of a capture (`vastlegging.json`)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from takedown.page_state import ERROR, page_state
from warehouse import EvidenceFile

SCHEMA = "handenaf/vastlegging/1"
"""Rises when a field changes its meaning; `verify` knows every version it was ever given."""

MANIFEST_NAME = "vastlegging.json"


@dataclass(slots=True)
class Report:
    """The lines of one visit, as they come in."""

    facts: dict[str, Any] = field(default_factory=dict)
    actions: list[dict[str, str]] = field(default_factory=list)
    limitations: list[str] = field(default_factory=list)
    files: dict[str, EvidenceFile] = field(default_factory=dict)
    derived: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Files made afterwards from others: name to the names they were made from."""
    finished: bool = False

    def hear(self, line: dict[str, Any]) -> None:
        """Take in one line; a file stored again under the same name replaces the earlier one."""
        event = line.pop("event")
        at = line.pop("at")
        if event == "facts":
            self.facts.update(line)
        elif event == "action":
            self.actions.append({"tijd": at, "soort": line["kind"], "doel": line["target"]})
        elif event == "limitation":
            self.note(line["text"])
        elif event == "file":
            self.files[line["name"]] = EvidenceFile(**line)
        elif event == "done":
            self.finished = True
        else:
            message = f"A visit reported an unknown kind of line: {event!r}."
            raise ValueError(message)

    def note(self, limitation: str) -> None:
        """Add something that is missing, once, and at most 100 of them (a hostile page can make thousands)."""
        most = 100
        if limitation not in self.limitations and len(self.limitations) < most:
            self.limitations.append(limitation)
            if len(self.limitations) == most:
                self.limitations.append("Er ontbreekt nog meer; na honderd regels is niet verder geteld.")

    def state(self, url: str, page_text: str) -> str:
        """Name what a visitor saw; an answer that never came is an error."""
        if "status" not in self.facts and "final_url" not in self.facts:
            return ERROR
        return page_state(
            status=int(self.facts.get("status", 200)),
            url=url,
            final_url=str(self.facts.get("final_url", url)),
            page_text=page_text,
            found=bool(self.facts.get("found")),
        )


def manifest_of(report: Report, *, ids: dict[str, str], when: tuple[datetime, datetime], seen: str) -> dict[str, Any]:
    """Give the manifest: identity, time, order, navigation, network, environment, actions, limits, files, post.

    `ids` holds vastlegging_id, zaak_id, url, software, post_sha256; `seen` is the page's state. The groups are those of
    the evidence specification (§1.2); Dutch keys, since a Dutch court's expert reads this file.
    """
    facts = report.facts
    headers = facts.get("headers", [])
    date = next((value for name, value in headers if name.casefold() == "date"), "")
    return {
        "schema": SCHEMA,
        "vastlegging_id": ids["vastlegging_id"],
        "zaak_id": ids["zaak_id"],
        "tijd": {
            "begin": when[0].isoformat(),
            "eind": when[1].isoformat(),
            "zone": "Europe/Amsterdam",
            "klok": {"bron": "systeemklok", "serverdatum": date, **facts.get("clock", {})},
            "niet_voor": facts.get("before"),
        },
        "opdracht": {
            "gevraagde_url": ids["url"],
            "uitvoerder": {"soort": "systeem", "id": "capture"},
            "software": ids["software"],
        },
        "navigatie": {
            "definitieve_url": facts.get("final_url", ids["url"]),
            "canonieke_url": facts.get("canonical_url"),
            "omleidingen": facts.get("redirects", []),
            "status": facts.get("status", 0),
            "koppen": headers,
            "titel": facts.get("title", ""),
            "toestand": seen,
        },
        "netwerk": {
            "server_ip": facts.get("server_ip", ""),
            "protocol": facts.get("protocol", ""),
            "resolver": facts.get("resolver"),
            "tls": _tls(report),
        },
        "omgeving": {
            "browser": facts.get("browser", ""),
            "useragent": facts.get("user_agent", ""),
            "venster": facts.get("window", []),
            "schaal": 1,
            "taal": "nl-NL",
            "tijdzone": "Europe/Amsterdam",
            "aangemeld": False,
        },
        "handelingen": report.actions,
        "beperkingen": report.limitations,
        "bestanden": {name: _entry(kept, report.derived.get(name, ())) for name, kept in report.files.items()},
        "bericht": {
            "tekst_sha256": ids["post_sha256"],
            "gevonden": bool(facts.get("found")),
            "vindplaats": {"css": facts.get("post_css", ""), "kader": facts.get("post_box", [])},
            "media": facts.get("media", []),
            "profiel_url": facts.get("profile_url", ""),
        },
        "afbeeldingen": {"op_de_pagina": facts.get("pictures"), "niet_geladen": facts.get("pictures_missing")},
    }


def _entry(kept: EvidenceFile, source: tuple[str, ...]) -> dict[str, Any]:
    """Describe a file; one that was made from others afterwards names them."""
    told: dict[str, Any] = {"sha256": kept.sha256, "bytes": kept.bytes, "type": kept.media_type, "rol": kept.role}
    return told | ({"afgeleid_van": list(source)} if source else {})


def _tls(report: Report) -> dict[str, Any] | None:
    """Give the connection's TLS, with the file of the server's certificate."""
    told = report.facts.get("tls")
    leaf = report.files.get("tls-0.der")
    return told | {"bestand": leaf.name, "sha256": leaf.sha256} if told and leaf else told
