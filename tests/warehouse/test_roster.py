"""A roster with any mistake is refused whole, and every mistake is named with its line and what to do."""

from pathlib import Path

import pytest

from warehouse.people import RosterError, read_roster

GOOD = "display_name,organisation\nFenna Terpstra,Waterland\n"

WRONG = {
    "a wrong column": ("naam,organisation\nFenna Terpstra,W\n", "line 1: unknown column 'naam'"),
    "no name column": ("organisation\nWaterland\n", "line 1: neither 'display_name' nor 'surname' is a column"),
    "a doubled column": ("display_name,town,town\nFenna Terpstra,A,B\n", "line 1: column 'town' stands there twice"),
    "a duplicate": (GOOD + "Fenna Terpstra,Waterland\n", "line 3: the same person_id or the same name"),
    "a doubled id": ("person_id,display_name\nW1,Fenna Terpstra\nW1,Jo Bos\n", "as line 2 (W1); remove one"),
    "an empty name": (GOOD + " ,Waterland\n", "line 3: empty name; fill 'display_name'"),
    "a surname alone": ("surname,town\nTerpstra,Waterland\n", "line 2: empty name"),
    "no letters": ("display_name\n12 34\n", "line 2: the name '12 34' has no letter"),
    "a field too many": ("display_name\nTerpstra, Fenna\n", "line 2: more fields than columns"),
    "an open quote": ('display_name\n"Fenna Terpstra\n', "not readable as CSV"),
    "a book for a name": (f"display_name\n{'Fenna ' * 99}\n", "line 2: display_name has 593 characters"),
    "nobody": ("display_name\n", "there is no person in it"),
    "nothing": ("", "neither 'display_name' nor 'surname'"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_mistake_is_named_with_its_line(what: str) -> None:
    text, sentence = WRONG[what]
    with pytest.raises(RosterError) as refused:
        read_roster(text)
    assert sentence in str(refused.value)
    assert "nothing has changed" in str(refused.value)


def test_all_mistakes_are_named_at_once() -> None:
    with pytest.raises(RosterError) as refused:
        read_roster("display_name,gender\n,m\nFenna Terpstra,x\nFenna Terpstra,f\nFenna Terpstra,f\n")
    assert len(refused.value.problems) == 3


@pytest.mark.parametrize("raw", [b"display_name\nZo\xeb\n", bytes(range(256)) * 9])
def test_a_file_that_is_not_utf8_says_how_to_save_it(raw: bytes, tmp_path: Path) -> None:
    (tmp_path / "roster.csv").write_bytes(raw)
    with pytest.raises(RosterError, match=r"not UTF-8; save the file as 'CSV UTF-8'"):
        read_roster(tmp_path / "roster.csv")


def test_a_folder_or_a_missing_file_is_said(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "weg.csv"):
        with pytest.raises(RosterError, match="can't be read"):
            read_roster(path)


def test_dutch_excel_with_semicolons_a_mark_and_empty_lines_is_read() -> None:
    (person,) = read_roster("\ufeffDisplay_Name;Organisation\r\n\r\nZoë Çelik-Bakker;Waterland\r\n;\r\n")
    assert (person.display_name, person.organisation) == ("Zoë Çelik-Bakker", "Waterland")
