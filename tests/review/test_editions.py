"""The editions of a bundle at the desk: legal staff alone, masked places answered first, the full one only locked."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pyrage  # type: ignore[import-untyped]  # it ships no types
import pytest

from takedown.evidence.mask_store import read_review
from takedown.evidence.verify import verify

if TYPE_CHECKING:  # tests can't import from one another at run time
    from tests.review.conftest import Enter, Town

PHRASE = "een-heel-lange-wachtzin"


@pytest.fixture
def place(town: Town) -> str:
    return f"/case/{town.cases[0].id}/editions"


def answers(page: str, answer: str) -> dict[str, str]:
    """Answer every marked place of the page."""
    return dict.fromkeys(re.findall(r'name="(mark-\d+-\d+)" value="mask"', page), answer)


def actions(town: Town) -> list[str]:
    return [entry.action for entry in town.state.audit.of(town.cases[0].id)]


@pytest.mark.parametrize("login", ["roos", "admin"])
def test_only_legal_staff_may_see_or_make_them(enter: Enter, place: str, login: str) -> None:
    person = enter(login)
    assert person.get(place).status_code == 403
    assert person.post(place, edition="gezwart").status_code == 403
    assert person.post(f"{place}/marks").status_code == 403


def test_a_masked_edition_is_refused_until_every_place_is_answered(town: Town, enter: Enter, place: str) -> None:
    lieke = enter("lieke")
    assert lieke.post(place, edition="gezwart").status_code in (409, 422)
    page = lieke.get(place).text
    assert page.count("Beantwoord eerst hierboven") == page.count('<button class="main" disabled') == 2
    marks = answers(page, "mask")
    if marks:
        assert lieke.post(f"{place}/marks", **dict(list(marks.items())[1:])).status_code == 422
    assert lieke.post(f"{place}/marks", words="Iemand Anders\n", **marks).status_code == 303
    answer = lieke.post(place, edition="gezwart")
    assert answer.status_code == 200, answer.text
    assert re.search(r'filename="HA-\d+-gezwart-[0-9a-f]{12}\.zip"', answer.headers["content-disposition"])
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert "Handenaf-Uitgave: gezwart" in archive.read("bag-info.txt").decode()
    assert {"marks.shown", "marks.reviewed", "bundle.made", "bundle.downloaded"} <= set(actions(town))
    page = lieke.get(place).text
    assert "Iemand Anders" in page
    assert " disabled" not in page
    assert town.state.audit.verify() == ""


def test_the_full_edition_leaves_only_locked(town: Town, enter: Enter, place: str, tmp_path: Path) -> None:
    lieke = enter("lieke")
    for fields in (
        {},
        {"lock": "passphrase", "passphrase": "kort"},
        {"lock": "none"},
        {"lock": "key", "recipient": "age1x"},
    ):
        assert lieke.post(place, edition="volledig", **fields).status_code in (409, 422)
    answer = lieke.post(place, edition="volledig", lock="passphrase", passphrase=PHRASE)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].endswith('.zip.age"')
    (tmp_path / "b.zip").write_bytes(pyrage.passphrase.decrypt(answer.content, PHRASE))
    assert verify(tmp_path / "b.zip").ok
    mine = pyrage.x25519.Identity.generate()
    answer = lieke.post(place, edition="volledig", lock="key", recipient=str(mine.to_public()))
    (tmp_path / "c.zip").write_bytes(pyrage.decrypt(answer.content, [mine]))
    assert verify(tmp_path / "c.zip").ok
    noted = [entry.detail for entry in town.state.audit.of(town.cases[0].id) if entry.action == "bundle.downloaded"]
    assert [detail.split()[:2] for detail in noted] == [["volledig", "passphrase"], ["volledig", "key"]]
    assert PHRASE not in "".join(noted)


def test_nothing_that_was_handed_out_stays_behind_in_the_open(town: Town, enter: Enter, place: str) -> None:
    lieke = enter("lieke")
    lieke.post(place, edition="volledig", lock="passphrase", passphrase=PHRASE)
    lieke.post(place, edition="volledig", lock="key", recipient="age1x")
    assert list(town.desk.evidence.rglob("*.zip*")) == []


def test_an_unknown_edition_is_refused(enter: Enter, place: str) -> None:
    assert enter("lieke").post(place, edition="alles").status_code == 404


def test_what_is_masked_is_kept_unreadable(town: Town, enter: Enter, place: str) -> None:
    lieke = enter("lieke")
    lieke.post(f"{place}/marks", words="Zeldzaamnaam", **answers(lieke.get(place).text, "show"))
    kept = list((town.desk.evidence / "marks").iterdir())
    assert len(kept) == 1
    assert b"Zeldzaamnaam" not in kept[0].read_bytes()
    review = read_review(town.desk.evidence, town.cases[0].id)
    assert review is not None
    assert review.words == ("Zeldzaamnaam",)
