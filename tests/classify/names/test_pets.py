"""Pet forms of short first names."""

import pytest

from classify.names.pets import pet_forms


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("piet", "pietie"),
        ("henk", "henkie"),
        ("tom", "tommie"),
        ("wim", "wimpie"),
        ("bram", "brammetje"),
        ("daan", "daantje"),
    ],
)
def test_a_short_name_has_them(name: str, form: str) -> None:
    assert form in pet_forms(name)


@pytest.mark.parametrize("name", ["dirkje", "marieke", "leo", "", "christiaan"])
def test_a_longer_name_or_an_open_one_has_none(name: str) -> None:
    assert pet_forms(name) == ()


def test_a_name_of_its_own_is_none() -> None:
    assert "dirkje" not in pet_forms("dirk")
