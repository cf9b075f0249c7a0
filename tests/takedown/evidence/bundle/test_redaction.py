"""Masked editions: refused while anything is unreviewed, and then no seeded name anywhere in them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import unicodedata
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pikepdf
import pytest
from PIL import Image

from takedown.errors import EvidenceError
from takedown.evidence.editions import Edition
from takedown.evidence.masks import BLACK, Mark, MaskReview, Masks
from takedown.evidence.suggestions import suggest_marks
from takedown.evidence.verify import verify

if TYPE_CHECKING:  # tests can't import from one another at run time
    from tests.takedown.evidence.bundle.conftest import Workplace

MASKED = (Edition.REDACTED, Edition.SUSPECT)


def plain(text: str) -> str:
    """Fold a text as a searcher would."""
    return "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if c.isalnum())


def reviewed(workplace: Workplace) -> MaskReview:
    """Give the review of the workplace's own case."""
    assert workplace.facts.review is not None
    return workplace.facts.review


def everything(path: Path) -> dict[str, str]:
    """Give every text a reader can get out of a bundle: names, files, and what PDFs hold inside their streams."""
    found = {"namen": ""}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            found["namen"] += name + " "
            content = archive.read(name)
            found[name] = content.decode("utf-8", "replace")
            if name.endswith(".pdf"):
                found |= pdf_texts(name, content)
            if name.endswith(".png"):
                picture = Image.open(BytesIO(content))
                assert picture.mode == "RGB"
                found[f"{name} over"] = str(picture.info)
    return found


def pdf_texts(name: str, content: bytes) -> dict[str, str]:
    texts = {}
    with pikepdf.open(BytesIO(content)) as pdf:
        for number, thing in enumerate(pdf.objects):
            if isinstance(thing, pikepdf.Stream):
                try:
                    texts[f"{name} stroom {number}"] = thing.read_bytes().decode("utf-8", "replace")
                except pikepdf.PdfError:
                    continue
            else:
                texts[f"{name} ding {number}"] = str(thing)
        texts[f"{name} xmp"] = str(pdf.open_metadata())
        texts[f"{name} bijlagen"] = " ".join(pdf.attachments)
    if shutil.which("pdftotext"):
        done = subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True)
        texts[f"{name} tekst"] = done.stdout.decode()
    return texts


def seeded() -> tuple[str, ...]:
    return ("zwaluwtje", "quaxberg", "xavierus", "wildeboerhuis", "kobaltdwars", "00000731")


@pytest.mark.parametrize("edition", MASKED)
def test_no_seeded_name_is_anywhere_in_a_masked_edition(workplace: Workplace, edition: Edition) -> None:
    path = workplace.bundle(edition)
    assert verify(path).ok
    texts = everything(path)
    assert any("vanavond" in text for name, text in texts.items() if name.endswith("tekst") or name == "data/zaak.json")
    leaks = [(name, seed) for name, text in texts.items() for seed in seeded() if seed in plain(text)]
    assert leaks == []
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    assert not [
        name for name in names if re.search(r"wacz|mhtml|dom\.html|woorden|pagina|venster|vooraf|beoordeling", name)
    ]
    logins = [name for name, text in texts.items() if re.search(r"fatima|karel|lieke", text)]
    assert logins == []


def test_the_full_edition_holds_what_the_masked_ones_leave_out(workplace: Workplace) -> None:
    texts = everything(workplace.bundle())
    for seed in seeded():
        assert any(seed in plain(text) for text in texts.values()), seed


@pytest.mark.parametrize("edition", MASKED)
def test_the_pictures_show_reviewed_words_alone(workplace: Workplace, edition: Edition) -> None:
    """Under every masked word the picture is black, under the avatar and the button nothing of the original is left."""
    with zipfile.ZipFile(workplace.bundle(edition)) as archive:
        name = next(name for name in archive.namelist() if name.endswith("bericht.png"))
        picture = Image.open(BytesIO(archive.read(name)))
    with zipfile.ZipFile(workplace.bundle()) as archive:
        original = Image.open(BytesIO(archive.read(name)))
        words = json.loads(archive.read(name.replace("bericht.png", "woorden.json")))["woorden"]
        box = json.loads(archive.read(name.replace("bericht.png", "vastlegging.json")))["bericht"]["vindplaats"][
            "kader"
        ]
    shown = 0
    for word in words:
        (x, y, width, height), text = word["k"][0], plain(word["w"])
        part = (x - box[0], y - box[1], x - box[0] + width, y - box[1] + height)
        if not word.get("b"):
            continue
        colours = set(picture.crop(part).getdata())
        if any(
            text and text in plain(s)
            for s in ("Zwaluwtje Quaxberg", "Xavierus Wildeboerhuis", "Kobaltdwarsstraat 91", "06-00000731")
        ):
            assert colours == {(0, 0, 0)}, word
        elif text in ("beantwoorden", "delen"):
            assert colours == {(200, 205, 211)}, word
        else:
            shown += list(picture.crop(part).getdata()) == list(original.crop(part).getdata())
    assert shown > 20
    assert set(picture.crop((16, 16, 56, 56)).getdata()) == {(246, 247, 249)}


@pytest.mark.skipif(not shutil.which("tesseract"), reason="tesseract is not installed")
def test_a_reader_of_pictures_finds_no_seeded_name(workplace: Workplace, tmp_path: Path) -> None:
    path = workplace.bundle(Edition.REDACTED)
    with zipfile.ZipFile(path) as archive:
        (tmp_path / "r.pdf").write_bytes(archive.read("rapport.pdf"))
    subprocess.run(["pdftoppm", "-r", "110", "-l", "1", "-png", "r.pdf", "r"], cwd=tmp_path, check=True)
    read = ""
    for page in sorted(tmp_path.glob("r-*.png")):
        read += subprocess.run(["tesseract", page, "-"], capture_output=True, check=True).stdout.decode()
    assert "vanavond" in plain(read)
    assert [seed for seed in seeded() if seed in plain(read)] == []


def test_a_masked_edition_is_refused_while_nobody_looked(workplace: Workplace) -> None:
    for review in (None, replace(reviewed(workplace), post_id="other")):
        with pytest.raises(EvidenceError, match="Nobody has looked"):
            workplace.bundle(Edition.REDACTED, review=review)


def test_a_masked_edition_is_refused_while_one_marked_place_has_no_answer(workplace: Workplace) -> None:
    review = reviewed(workplace)
    marks = review.marks
    for left in (marks[1:], (replace(marks[0], masked=None), *marks[1:])):
        with pytest.raises(EvidenceError, match="not reviewed yet"):
            workplace.bundle(Edition.SUSPECT, review=replace(review, marks=left))


def test_the_suspects_edition_is_refused_while_a_name_in_a_reason_has_no_answer(workplace: Workplace) -> None:
    facts = workplace.facts
    reason = replace(facts.judgements[0], reason="Volgens Kwibus Tandeloo klopt het")
    with pytest.raises(EvidenceError, match="1 names in reasons"):
        workplace.bundle(Edition.SUSPECT, judgements=(reason,))
    review = reviewed(workplace)
    review = replace(review, words=(*review.words, "Kwibus Tandeloo"))
    texts = everything(workplace.bundle(Edition.SUSPECT, judgements=(reason,), review=review))
    assert not [name for name, text in texts.items() if "tandeloo" in plain(text)]
    texts = everything(workplace.bundle(Edition.REDACTED, judgements=(reason,)))
    assert not [name for name, text in texts.items() if "tandeloo" in plain(text)]


def test_without_word_places_the_picture_is_left_out_and_said_to_be(workplace: Workplace) -> None:
    captures = tuple(
        replace(c, files=tuple(f for f in c.files if f.name != "woorden.json")) for c in workplace.facts.captures
    )
    path = workplace.bundle(Edition.REDACTED, captures=captures)
    assert verify(path).ok
    texts = everything(path)
    assert not [name for name in texts if name.endswith("bericht.png")]
    assert (
        "afbeelding van het bericht is weggelaten"
        in texts["data/vastleggingen/00000000-0000-4000-8000-000000000001/vastlegging.json"]
    )


def test_all_editions_promise_the_same_and_open_less(workplace: Workplace) -> None:
    def read(edition: Edition) -> tuple[bytes, set[str]]:
        with zipfile.ZipFile(workplace.bundle(edition)) as archive:
            opened = archive.read("data/geopend.txt").decode()
            return archive.read("data/toezeggingen.txt"), {line[131:] for line in opened.splitlines()}

    full, redacted, suspect = map(read, (Edition.FULL, Edition.REDACTED, Edition.SUSPECT))
    assert full[0] == redacted[0] == suspect[0]
    assert redacted[1] < suspect[1] < full[1]
    assert "zaak/bericht/permalink" in redacted[1]
    assert "zaak/bericht/tekst" not in suspect[1]


@pytest.mark.parametrize(
    ("masked", "text", "rest"),
    [
        ("Pietje Puk", "pietje", BLACK),
        ("Pietje Puk", "PIETJE-PUK is #pietjepuk, Pietjes broer", f"{BLACK} is #{BLACK}, {BLACK} broer"),
        ("Pietje Puk", "https://forum.example/t/pietje-puk-7", f"https://forum.example/t/{BLACK}-7"),
        ("Piëtje", "Pie\u0308tje en piëtje", f"{BLACK} en {BLACK}"),
        ("Piëtje", "https://x.example/?q=Pi%C3%ABtje&p=1", f"https://x.example/?q={BLACK}&p=1"),
        ("Jan", "bij antwoord van Jan.", f"bij antwoord van {BLACK}."),
        ("Jan van der Berg", "van der kant, meneer Berg", f"van der kant, meneer {BLACK}"),
        ("06-12345678", "bel 06 12 34 56 78 of 0612345678", f"bel {BLACK} of {BLACK}"),
        ("Zo\u00ebtje", "Zo\u200bëtje", BLACK),
    ],
)  # fmt: skip
def test_a_masked_text_is_found_in_every_spelling(masked: str, text: str, rest: str) -> None:
    assert Masks([masked]).blacken(text) == rest


def test_suggestions_find_children_strangers_addresses_and_numbers_but_not_herself(workplace: Workplace) -> None:
    text = "Mevrouw Voorbeeld haalde de kinderen Jip en Janneke Pruim weg. Mail jip@pruim.example, bel 020-5550123, 1234 AB 5, Lindelaan 8a, XX-000-X."
    marks = suggest_marks(text, workplace.facts.person)
    found = {(text[mark.start : mark.end], mark.kind) for mark in marks}
    assert ("Janneke Pruim", "minderjarige") in found
    assert ("jip@pruim.example", "adres") in found
    assert ("020-5550123", "telefoon") in found
    assert ("1234 AB", "adres") in found
    assert ("Lindelaan 8a", "adres") in found
    assert ("XX-000-X", "adres") in found
    assert not [words for words, _ in found if "Voorbeeld" in words]


def test_words_that_stand_elsewhere_can_be_masked_too(workplace: Workplace) -> None:
    review = replace(reviewed(workplace), words=("Boze Wolf",))
    assert isinstance(review, MaskReview)
    assert isinstance(review.marks[0], Mark)
    texts = everything(workplace.bundle(Edition.REDACTED, review=review))
    assert not [name for name, text in texts.items() if "bozewolf" in plain(text)]
