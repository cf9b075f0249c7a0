"""What the report of a case says: the facts, in the words and order that `report.typ` sets."""

import tomllib
import unicodedata
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from takedown.evidence.copies import CaptureCopy
from takedown.evidence.editions import Edition
from takedown.evidence.facts import CaseFacts, in_order, pseudonyms
from takedown.evidence.report_capture import capture_content, picture_content, when
from takedown.law import grounds_for
from takedown.notices import AMSTERDAM
from warehouse import Capture, CaseState, Label, Verdict

LONGEST_TEXT = 6000
"""Characters of the post in the report: two pages; the whole of it stands in zaak.json."""

EDITIONS = {
    Edition.FULL: ("Volledige uitgave", "Vertrouwelijk: bevat persoonsgegevens"),
    Edition.REDACTED: ("Gezwarte uitgave", "Namen van kinderen en anderen, adressen en nummers zijn gezwart"),
    Edition.SUSPECT: ("Uitgave zonder adressen en zonder namen van medewerkers", "Adressen, nummers en namen van anderen zijn gezwart"),
}  # fmt: skip
"""What an edition is called, and what stands at the foot of each page."""

FILING = (
    "Zeg bij de politie dat het om agressie tegen iemand met een publieke taak gaat (VPT). Dan gelden de afspraken uit de ELA.",
    "Doe de aangifte zo snel mogelijk, liefst binnen twee werkdagen. Gebruik als adres altijd het adres van de organisatie.",
    "De werkgever kan aangifte doen. Bij smaad, laster en belediging moet het slachtoffer zelf klagen, of iemand anders met een schriftelijke volmacht. Dat moet binnen drie maanden nadat zij of hij van het bericht hoorde (artikel 66 Wetboek van Strafrecht).",
    "Neem mee: een identiteitsbewijs, deze bundel en wat er eerder is gebeurd.",
)
"""Sources: art. 66, 164, 269 Sr/Sv; ELA 2010 and kst-28684-778 (reference/peers-and-law.md §4.5 and §4.6)."""


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


def report_content(
    facts: CaseFacts, copies: Sequence[CaptureCopy], room: Path, made_at: datetime, edition: Edition
) -> dict[str, Any]:
    """Gather what the report says; pictures are written to `room`, where Typst may read them."""
    captures = in_order(facts.captures)
    post, person, say = facts.post, facts.person, words()
    name, foot = EDITIONS[edition]
    seen = next((c for c in copies if c.document["navigatie"]["toestand"] == "visible"), None)
    content = {
        "title": "Openbaar bericht over een medewerker",
        "edition": name,
        "foot": foot,
        "organisation": person.organisation or "Handenaf",
        "reference": f"HA-{facts.case.id[:12]}",
        "made_at": when(made_at),
        "labels": [_chip(facts.verdict, label) for label in facts.verdict.asked],
        "summary": _summary(facts, captures),
        "post_facts": [
            ["Vindplaats", post.permalink],
            ["Bron", post.source],
            ["Getoonde naam", post.author_name],
            ["Gebruikersnaam", post.author_handle],
            ["Profiel", post.author_profile],
            ["Geplaatst volgens de pagina", post.posted_at_literal],
            ["Geplaatst op", when(post.posted_at)],
            ["Hoe dat is afgeleid", say["how"].get(post.posted_at_how, post.posted_at_how)],
            ["Gevonden op", when(post.fetched_at)],
            ["Gaat over", ", ".join(filter(None, (person.display_name, person.role, person.organisation)))],
        ],
        "post_text": _visible(post.text, LONGEST_TEXT),
        "text_cut": len(post.text) > LONGEST_TEXT,
        "replaced": False,
        "post_picture": picture_content(seen, "bericht.png", _post_caption(edition), room),
        "captures": [capture_content(number, copy, room, say, edition) for number, copy in enumerate(copies, 1)],
        "proves": _proofs(copies),
        "proves_not": [
            "Wie het bericht werkelijk heeft geschreven: een getoonde naam kan van een ander zijn.",
            "Dat iedere bezoeker dezelfde pagina zag.",
            "Dat wat het bericht beweert waar of onwaar is.",
            "Dat het bericht strafbaar is: dat beoordeelt de politie, het Openbaar Ministerie of de rechter.",
        ],
        "statement": edition is Edition.FULL,
        "offences": _offences(facts) if edition is not Edition.REDACTED else [],
        "filing": list(FILING) if edition is Edition.FULL else [],
        "timeline": _timeline(facts, captures, edition),
        "notices": _notices(facts) if edition.with_reasons else [],
    }
    visible: dict[str, Any] = map_text(content, lambda text: _visible(text, LONGEST_TEXT))
    return visible


def _post_caption(edition: Edition) -> str:
    if edition.masked:
        return "Het bericht. Zwart en grijs is weggelaten, net als alle afbeeldingen; alleen nagekeken woorden zijn te zien"
    return "Het bericht zoals het op de pagina stond"


def _summary(facts: CaseFacts, captures: list[Capture]) -> list[list[str]]:
    """Answer in a few lines: what, where, when, about whom, and where it stands."""
    say, post, person = words(), facts.post, facts.person
    labels = ", ".join(say["label"][label] for label in facts.verdict.asked) or "geen van de soorten"
    unsure = "was niet zeker, maar vond mogelijk"
    named = f"De zoeksoftware {unsure if facts.verdict.doubts else 'noemt het'}: {labels}."
    weighed = "Een mens heeft het beoordeeld." if facts.decisions else "Een mens moet het nog beoordelen."
    lines = [
        ["Wat", f"Een openbaar bericht op internet. {named} {weighed}"],
        ["Over wie", ", ".join(filter(None, (person.display_name, person.role, person.organisation)))],
        ["Waar", post.permalink],
        ["Gevonden", when(post.fetched_at)],
    ]  # fmt: skip
    if captures:
        times = "één keer" if len(captures) == 1 else f"{len(captures)} keer"
        first = captures[0]
        lines.append(["Vastgelegd", f"{times}; de eerste keer op {when(first.begun_at)}. Het bericht was toen {say['visible'][first.visible]}."])  # fmt: skip
    if facts.decisions:
        last = max(facts.decisions, key=lambda decision: (decision.at, decision.id))
        lines.append(["Besluit", f"{say['choice'][last.choice]}, op {when(last.at)}"])
    lines.append(["Stand van de zaak", say["state"][facts.case.state]])
    return lines


def _proofs(copies: Sequence[CaptureCopy]) -> list[str]:
    """Say what the bundle shows; of time only what its stamps carry."""
    proofs = [
        "Dat de bestanden in deze bundel sinds het maken ervan niet zijn gewijzigd.",
        "Wat onze browser, niet aangemeld, op het genoemde tijdstip van het genoemde adres ontving en toonde.",
    ]
    if any(name.startswith("tijdstempel-") for copy in copies for name in copy.contents):
        proofs.append("Dat de gestempelde vastleggingen bestonden op het tijdstip dat de tijdstempeldienst noemt.")
    return proofs


_UNDECIDED = (CaseState.FOUND, CaseState.TO_REVIEW, CaseState.SECOND_EYES, CaseState.LAWFUL, CaseState.CLOSED)
"""States in which no person holds the post to be unlawful."""


def _chip(verdict: Verdict, label: Label) -> str:
    """Name a label, with a question mark where it was in doubt."""
    return f"{words()['label'][label]}{'?' if label in verdict.doubts else ''}"


def _offences(facts: CaseFacts) -> list[list[str]]:
    """Give what may be considered, never concluded: provision, what in the post points to it, whether it needs a complaint."""
    if facts.verdict.doubts and facts.case.state in _UNDECIDED:
        return []  # nobody but the software has thought of an offence, and it wasn't sure
    say = words()
    rows = []
    for label in facts.verdict.asked:
        if label is not Label.CRITICISM:
            rows += [[g.name, g.element, say["complaint"][label]] for g in grounds_for((label,), "nl")]
    return rows


def _timeline(facts: CaseFacts, captures: list[Capture], edition: Edition) -> list[list[str]]:
    """Give everything that happened, in order: when, by whom, what; without reasons where the edition has none."""
    say, names = words(), pseudonyms(facts)
    rows: list[tuple[datetime, str, str]] = [
        (facts.post.fetched_at, "systeem", "bericht gevonden"),
        (facts.case.opened_at, "systeem", "zaak geopend"),
    ]
    if facts.post.posted_at:
        rows.append((facts.post.posted_at, "plaatser", "bericht geplaatst, volgens de bron"))
    rows += [(c.begun_at, "systeem", f"pagina vastgelegd: {say['visible'][c.visible]}") for c in captures]
    if edition.with_reasons:
        rows += [
            (j.at, names[j.by], f"gaat het over haar of hem? {say['answer'][j.answer]}. {j.reason}")
            for j in facts.judgements
        ]
        rows += [(d.at, names[d.by], f"besluit: {say['choice'][d.choice]}. {d.reason}") for d in facts.decisions]
        rows += [(n.drafted_at, names[n.drafted_by], f"melding opgesteld voor {n.recipient}") for n in facts.notices]
        rows += [(r.at, names[r.by], f"{say['kind'].get(r.kind, r.kind)}. {r.text}") for r in facts.responses]
    else:
        rows += [(d.at, "medewerker", f"besluit: {say['choice'][d.choice]}") for d in facts.decisions]
    rows += [(r.sent_at, "systeem", f"melding verstuurd ({r.channel}, {r.reference})") for r in facts.receipts]
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
                    ["Opgesteld", when(notice.drafted_at)],
                    ["Verstuurd", when(receipt.sent_at) if receipt else "nog niet"],
                    ["Kenmerk van verzending", receipt.reference if receipt else ""],
                ],
                "body": notice.body,
            }
        )
    return described
