"""What the report says about one capture: how and when, what is missing, its picture, files and stamps."""

from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops

from takedown.errors import EvidenceError
from takedown.evidence.copies import STAMP_PREFIX, CaptureCopy
from takedown.evidence.editions import Edition
from takedown.evidence.merkle import follow
from takedown.evidence.timestamp import read_token
from takedown.notices import AMSTERDAM

TEXT_WIDTH, TALLEST = 166.0, 110.0
"""Millimetres that a picture may take on the page."""

MOST_PIXELS = 1800
"""Pixels of height of a picture in the report; the full one lies in the bundle."""


def when(moment: datetime | None) -> str:
    """Write a moment in Dutch time with UTC beside it."""
    if moment is None:
        return ""
    return f"{moment.astimezone(AMSTERDAM):%d-%m-%Y %H:%M:%S} ({moment:%H:%M:%S} UTC)"


def capture_content(
    number: int, copy: CaptureCopy, room: Path, say: Mapping[str, Mapping[str, str]], edition: Edition
) -> dict[str, Any]:
    """Describe one capture."""
    document = copy.document
    begun, ended = (datetime.fromisoformat(document["tijd"][name]) for name in ("begin", "eind"))
    rows = [
        ["Toestand van de pagina", say["visible"][document["navigatie"]["toestand"]]],
        ["Begonnen", when(begun)],
        ["Klaar", when(ended)],
        ["Gevraagd adres", document["opdracht"]["gevraagde_url"]],
    ]
    rows += _short_rows(document) if edition.masked else _whole_rows(document)
    caption = "Het venster zoals het was, voordat er iets is aangeraakt"
    return {
        "heading": f"Vastlegging {number}: {when(begun)}",
        "facts": [*rows, ["Programma", document["opdracht"]["software"]], ["Kenmerk", copy.id]],
        "limitations": list(document["beperkingen"]),
        "actions": [
            f"{a['tijd'][11:19]} UTC: {say['action'].get(a['soort'], a['soort'])}, {a['doel']}"
            for a in document.get("handelingen", [])
        ],
        "picture": None if edition.masked else picture_content(copy, "venster.png", caption, room),
        "files": [
            {"name": name, "sha256": sha256, "bytes": f"{copy.sizes[name]:,}".replace(",", ".")}
            for name, sha256 in sorted(copy.digests.items())
        ],
        "stamps": [
            _stamp(name, copy) for name in sorted(copy.contents) if name.startswith(STAMP_PREFIX) and name.endswith(".tsr")
        ],
    }  # fmt: skip


def _short_rows(document: Mapping[str, Any]) -> list[list[str]]:
    """Give what a masked edition may say of the way to the page."""
    status = document["navigatie"]["status"]
    return [
        ["Bereikt adres", document["navigatie"]["definitieve_url"]],
        ["Antwoord van de server", f"HTTP {status}" if status else "geen"],
        ["Browser", f"{document['omgeving']['browser']}, niet aangemeld"],
    ]


def _whole_rows(document: Mapping[str, Any]) -> list[list[str]]:
    """Give everything about the way to the page: redirects, server, clock, certificate, browser."""
    surfed, tls = document["navigatie"], document["netwerk"]["tls"] or {}
    hops = " → ".join([*(hop["van"] for hop in surfed["omleidingen"]), surfed["definitieve_url"]])
    issued = f"{tls.get('subjectName', '')}, uitgegeven door {tls.get('issuer', '')}, {tls.get('protocol', '')}"
    window = " x ".join(map(str, document["omgeving"]["venster"]))
    return [
        ["Bereikt adres", hops],
        ["Antwoord van de server", f"HTTP {surfed['status']}" if surfed["status"] else "geen"],
        ["Titel van de pagina", surfed["titel"]],
        ["IP-adres van de server", document["netwerk"]["server_ip"]],
        ["Klok van de server", document["tijd"]["klok"]["serverdatum"]],
        ["Certificaat", issued if tls else "geen (http)"],
        ["Browser", f"{document['omgeving']['browser']}, niet aangemeld, venster {window}"],
    ]


def _stamp(name: str, copy: CaptureCopy) -> str:
    """Say what a time stamp says; one that doesn't fit is named as such."""
    path = copy.read(name.removesuffix(".tsr") + ".pad.txt")
    try:
        about = follow(copy.original, path.decode("ascii")) if path is not None else copy.original
        token = read_token(copy.contents[name](), about, ())
    except (EvidenceError, ValueError) as error:
        return f"{name}: ongeldig ({error})"
    return f"{name}: {when(token.at)}, door {token.signer}"


def picture_content(copy: CaptureCopy | None, name: str, caption: str, room: Path) -> dict[str, Any] | None:
    """Write a capture's picture of this name to `room`, cut at the bottom when tall; None when there is none.

    Raises:
        EvidenceError: the picture can't be read.

    """
    content = copy.read(name) if copy else None
    if copy is None or content is None:
        return None
    try:
        picture = Image.open(BytesIO(content))
        cut = picture.height > MOST_PIXELS
        shown = _without_margin(picture.convert("RGB").crop((0, 0, picture.width, min(picture.height, MOST_PIXELS))))
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        message = f"The picture {name} of capture {copy.id} can't be read ({error})."
        raise EvidenceError(message) from error
    stored = f"{name.removesuffix('.png')}-{copy.id}.png"
    shown.save(room / stored)
    # CSS pixels at 96 to the inch, but never wider or taller than the page has room for.
    width = min(TEXT_WIDTH, shown.width * 25.4 / 96, TALLEST * shown.width / shown.height)
    end = " (onderkant weggelaten; volledig in de bundel)" if cut else ""
    begun = when(datetime.fromisoformat(copy.document["tijd"]["begin"]))
    caption = f"{caption}{end}. {begun}, {name}"
    return {"file": stored, "width": width, "caption": caption, "alt": caption}


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
