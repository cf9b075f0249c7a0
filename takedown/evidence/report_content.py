"""What the report of a case says: the facts, in the words and order that `report.typ` sets."""

import json
import tomllib
import unicodedata
from collections.abc import Callable
from datetime import datetime
from functools import cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops

from takedown.errors import EvidenceError
from takedown.evidence.facts import CaseFacts, in_order, pseudonyms
from takedown.evidence.files import read_kept
from takedown.evidence.timestamp import read_token
from takedown.notices import AMSTERDAM
from warehouse import Capture, EvidenceFile

LONGEST_TEXT = 6000
"""Characters of the post in the report: two pages; the whole of it stands in zaak.json."""

TEXT_WIDTH, TALLEST = 166.0, 150.0
"""Millimetres that a picture may take on the page."""

MOST_PIXELS = 1800
"""Pixels of height of a picture in the report; the full one lies in the bundle."""


@cache
def words() -> dict[str, dict[str, str]]:
    """Read what the report calls things."""
    return tomllib.loads(files("takedown.evidence").joinpath("words.toml").read_text(encoding="utf-8"))


def map_text(value: Any, change: Callable[[str], str]) -> Any:
    """Change every text in a JSON value, keys apart."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list | tuple):
        return [map_text(one, change) for one in value]
    if isinstance(value, dict):
        return {key: map_text(one, change) for key, one in value.items()}
    return value


def _visible(text: str, longest: int = 2000) -> str:
    """Drop control and direction characters, keep line breaks, cut."""
    kept = "".join(c for c in text[: longest * 2] if c == "\n" or unicodedata.category(c)[0] != "C")
    return kept if len(kept) <= longest else kept[: longest - 1] + "…"


def _when(moment: datetime | None) -> str:
    """Write a moment in Dutch time with UTC beside it."""
    if moment is None:
        return ""
    return f"{moment.astimezone(AMSTERDAM):%d-%m-%Y %H:%M:%S} ({moment:%H:%M:%S} UTC)"


def report_content(facts: CaseFacts, folder: Path, room: Path, made_at: datetime) -> dict[str, Any]:
    """Gather what the report says; pictures are written to `room`, where Typst may read them."""
    captures = in_order(facts.captures)
    post, person, say = facts.post, facts.person, words()
    labels = [say["label"][label] for label in facts.verdict.labels]
    seen = next((c for c in captures if c.visible == "visible"), None)
    content = {
        "title": "Openbaar bericht over een medewerker",
        "organisation": person.organisation or "Handenaf",
        "reference": f"HA-{facts.case.id[:12]}",
        "made_at": _when(made_at),
        "labels": labels,
        "summary": _summary(facts, captures),
        "post_facts": [
            ["Vindplaats", post.permalink],
            ["Bron", post.source],
            ["Getoonde naam", post.author_name],
            ["Gebruikersnaam", post.author_handle],
            ["Profiel", post.author_profile],
            ["Geplaatst volgens de pagina", post.posted_at_literal],
            ["Geplaatst op", _when(post.posted_at)],
            ["Hoe dat is afgeleid", say["how"].get(post.posted_at_how, post.posted_at_how)],
            ["Gevonden op", _when(post.fetched_at)],
            ["Gaat over", ", ".join(filter(None, (person.display_name, person.role, person.organisation)))],
        ],
        "post_text": _visible(post.text, LONGEST_TEXT),
        "text_cut": len(post.text) > LONGEST_TEXT,
        "replaced": False,
        "post_picture": _picture(seen, "post-screenshot", "Het bericht zoals het op de pagina stond", folder, room),
        "captures": [_capture(number, c, folder, room) for number, c in enumerate(captures, 1)],
        "proves": _proofs(captures),
        "proves_not": [
            "Wie het bericht werkelijk heeft geschreven: een getoonde naam kan van een ander zijn.",
            "Dat iedere bezoeker dezelfde pagina zag.",
            "Dat wat het bericht beweert waar of onwaar is.",
            "Dat het bericht strafbaar is: dat beoordeelt de politie, het Openbaar Ministerie of de rechter.",
        ],
        "timeline": _timeline(facts, captures),
        "notices": _notices(facts),
    }
    visible: dict[str, Any] = map_text(content, lambda text: _visible(text, LONGEST_TEXT))
    return visible


def _summary(facts: CaseFacts, captures: list[Capture]) -> list[str]:
    """Say in a few sentences what was found, where, when, about whom, and where it stands."""
    say, post = words(), facts.post
    sentences = [
        f"Op {_when(post.fetched_at)} is op {post.source} een openbaar bericht gevonden waarin {facts.person.display_name} wordt genoemd.",
        f"De zaak is geopend op {_when(facts.case.opened_at)}, urgentie: {say['urgency'][facts.case.urgency]}.",
    ]
    if captures:
        first = captures[0]
        sentences.append(
            f"De pagina is {len(captures)} keer vastgelegd, voor het eerst op {_when(first.begun_at)}; het bericht was toen {say['visible'][first.visible]}."
        )
    if facts.decisions:
        last = max(facts.decisions, key=lambda decision: (decision.at, decision.id))
        sentences.append(f"Het laatste besluit van een beoordelaar is: {say['choice'][last.choice]}.")
    sentences.append(f"De zaak staat nu op: {say['state'][facts.case.state]}.")
    return sentences


def _proofs(captures: list[Capture]) -> list[str]:
    """Say what the bundle shows; of time only what its stamps carry."""
    stamped = [c for c in captures if any(f.role == "token" for f in c.files)]
    proofs = [
        "Dat de bestanden in deze bundel sinds het maken ervan niet zijn gewijzigd.",
        "Wat onze browser, niet aangemeld, op het genoemde tijdstip van het genoemde adres ontving en toonde.",
    ]
    if stamped:
        proofs.append("Dat de gestempelde vastleggingen bestonden op het tijdstip dat de tijdstempeldienst noemt.")
    return proofs


def _capture(number: int, capture: Capture, folder: Path, room: Path) -> dict[str, Any]:
    """Describe one capture: facts, limits, actions, files, stamps and the window's picture."""
    document = json.loads(read_kept(folder, capture.manifest_sha256))
    surfed, tls = document["navigatie"], document["netwerk"]["tls"] or {}
    hops = " → ".join([*(hop["van"] for hop in surfed["omleidingen"]), surfed["definitieve_url"]])
    return {
        "heading": f"Vastlegging {number}: {_when(capture.begun_at)}",
        "facts": [
            ["Toestand van de pagina", words()["visible"][capture.visible]],
            ["Begonnen", _when(capture.begun_at)],
            ["Klaar", _when(capture.ended_at)],
            ["Gevraagd adres", capture.url],
            ["Bereikt adres", hops],
            ["Antwoord van de server", f"HTTP {surfed['status']}" if surfed["status"] else "geen"],
            ["Titel van de pagina", surfed["titel"]],
            ["IP-adres van de server", document["netwerk"]["server_ip"]],
            ["Klok van de server", document["tijd"]["klok"]["serverdatum"]],
            [
                "Certificaat",
                f"{tls.get('subjectName', '')}, uitgegeven door {tls.get('issuer', '')}, {tls.get('protocol', '')}"
                if tls
                else "geen (http)",
            ],
            [
                "Browser",
                f"{document['omgeving']['browser']}, niet aangemeld, venster {' x '.join(map(str, document['omgeving']['venster']))}",
            ],
            ["Programma", document["opdracht"]["software"]],
            ["Kenmerk", capture.id],
        ],
        "limitations": list(capture.limitations),
        "actions": [f"{a['tijd'][11:19]} UTC: {a['soort']}, {a['doel']}" for a in document["handelingen"]],
        "picture": _picture(
            capture, "screenshot", "Het venster zoals het was, voordat er iets is aangeraakt", folder, room
        ),
        "files": [
            {"name": file.name, "sha256": file.sha256, "bytes": f"{file.bytes:,}".replace(",", ".")}
            for file in sorted(capture.files, key=lambda kept: kept.name)
        ],
        "stamps": [_stamp(file, capture, folder) for file in capture.files if file.role == "token"],
    }


def _stamp(file: EvidenceFile, capture: Capture, folder: Path) -> str:
    """Say what a time stamp says; one that doesn't fit is named as such."""
    try:
        token = read_token(read_kept(folder, file.sha256), capture.manifest_sha256, ())
    except EvidenceError as error:
        return f"{file.name}: ongeldig ({error})"
    return f"{file.name}: {_when(token.at)}, door {token.signer}"


def _picture(capture: Capture | None, role: str, caption: str, folder: Path, room: Path) -> dict[str, Any] | None:
    """Write the capture's picture of this role to `room`, cut at the bottom when tall; None when there is none."""
    kept = next((file for file in capture.files if file.role == role), None) if capture else None
    if capture is None or kept is None:
        return None
    try:
        picture = Image.open(BytesIO(read_kept(folder, kept.sha256)))
        cut = picture.height > MOST_PIXELS
        shown = _without_margin(picture.convert("RGB").crop((0, 0, picture.width, min(picture.height, MOST_PIXELS))))
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        message = f"The picture {kept.name} of capture {capture.id} can't be read ({error})."
        raise EvidenceError(message) from error
    name = f"{role}-{capture.id}.png"
    shown.save(room / name)
    # CSS pixels at 96 to the inch, but never wider or taller than the page has room for.
    width = min(TEXT_WIDTH, shown.width * 25.4 / 96, TALLEST * shown.width / shown.height)
    end = " (onderkant weggelaten; volledig in de bundel)" if cut else ""
    caption = f"{caption}{end}. {_when(capture.begun_at)}, {kept.name}"
    return {"file": name, "width": width, "caption": caption, "alt": caption}


def _without_margin(picture: Image.Image) -> Image.Image:
    """Cut an empty right side off, so that the words of a wide, short post stay readable at the page's width.

    What lies within three pixels of the edge is its frame and doesn't count as content.
    """
    width, height = picture.size
    inner = picture.crop((3, 3, max(4, width - 3), max(4, height - 3)))
    empty = Image.new("RGB", inner.size, inner.getpixel((inner.width - 1, inner.height // 2)))
    box = ImageChops.difference(inner, empty).getbbox()
    right = box[2] + 30 if box else width
    return picture.crop((0, 0, right, height)) if right < width else picture


def _timeline(facts: CaseFacts, captures: list[Capture]) -> list[list[str]]:
    """Give everything that happened, in order: when, by whom, what."""
    say, names = words(), pseudonyms(facts)
    rows: list[tuple[datetime, str, str]] = [
        (facts.post.fetched_at, "systeem", "bericht gevonden"),
        (facts.case.opened_at, "systeem", "zaak geopend"),
    ]
    if facts.post.posted_at:
        rows.append((facts.post.posted_at, "plaatser", "bericht geplaatst, volgens de bron"))
    rows += [(c.begun_at, "systeem", f"pagina vastgelegd: {say['visible'][c.visible]}") for c in captures]
    rows += [
        (j.at, names[j.by], f"gaat het over haar of hem? {say['answer'][j.answer]}. {j.reason}")
        for j in facts.judgements
    ]
    rows += [(d.at, names[d.by], f"besluit: {say['choice'][d.choice]}. {d.reason}") for d in facts.decisions]
    rows += [(n.drafted_at, names[n.drafted_by], f"melding opgesteld voor {n.recipient}") for n in facts.notices]
    rows += [(r.sent_at, "systeem", f"melding verstuurd ({r.channel}, {r.reference})") for r in facts.receipts]
    rows += [(r.at, names[r.by], f"{say['kind'].get(r.kind, r.kind)}. {r.text}") for r in facts.responses]
    return [
        [f"{at.astimezone(AMSTERDAM):%d-%m-%Y %H:%M:%S}", who, what]
        for at, who, what in sorted(rows, key=lambda row: row[0])
    ]


def _notices(facts: CaseFacts) -> list[dict[str, Any]]:
    """Describe the notices, each with its letter."""
    sent = {receipt.notice_id: receipt for receipt in facts.receipts}
    described = []
    for number, notice in enumerate(facts.notices, 1):
        receipt = sent.get(notice.id)
        described.append(
            {
                "heading": f"Melding {number}",
                "facts": [
                    ["Aan", notice.recipient],
                    ["Kanaal", notice.channel],
                    ["Onderwerp", notice.subject],
                    ["Opgesteld", _when(notice.drafted_at)],
                    ["Verstuurd", _when(receipt.sent_at) if receipt else "nog niet"],
                    ["Kenmerk van verzending", receipt.reference if receipt else ""],
                ],
                "body": notice.body,
            }
        )
    return described
