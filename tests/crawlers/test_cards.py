"""A card with a mistake is refused with its file, its key, and what was meant; a card is never overwritten."""

from pathlib import Path

import pytest

from crawlers import PACKAGE_CARDS, CardError, read_cards, write_card

GOOD = 'kind = "feed"\naddress = "https://voorbeeld.test/feed"\npurpose = "A feed made up for this test."\n'
FORUM = 'kind = "forum"\naddress = "https://voorbeeld.test/"\npurpose = "A forum made up for this test."\n'

WRONG = {
    "a misspelt key": (GOOD.replace("address", "adress"), "there is no key 'adress'. Did you mean 'address'?"),
    "a misspelt selector": (
        FORUM + '[selectors]\npost = "p"\nauhtor = "b"\n',
        "no key 'selectors.auhtor'. Did you mean 'author'?",
    ),
    "a key left out": (GOOD.replace("purpose", "# purpose"), "the key 'purpose' is missing. Add it."),
    "no purpose to speak of": (GOOD.replace("A feed made up for this test.", "x"), "purpose"),
    "another kind": (GOOD.replace('"feed"', '"fora"'), "kind"),
    "no web address": (GOOD.replace("https://voorbeeld.test/feed", "ftp://x"), "begins with https://"),
    "a selector that is none": (FORUM + '[selectors]\npost = "a[["\n', "the selector 'a[[' can't be read"),
    "a forum without selectors": (FORUM, 'a forum card needs selectors: at least selectors.post = "…"'),
    "a feed asked for names": (GOOD + "searches = true\n", "a feed can't be asked for a name"),
    "a hurry on other people's servers": (GOOD + "delay_seconds = 0.1\n", "for loopback only"),
    "a word for a number": (GOOD + 'every_minutes = "vaak"\n', "every_minutes"),
    "no TOML": ("kind = \n", "can't be read as TOML"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_mistake_is_named_with_its_file_and_key(what: str, tmp_path: Path) -> None:
    text, sentence = WRONG[what]
    (tmp_path / "goed.toml").write_text(GOOD, "utf-8")
    (tmp_path / "proef.toml").write_text(text, "utf-8")
    with pytest.raises(CardError) as refused:
        read_cards(tmp_path)
    assert str(tmp_path / "proef.toml") in str(refused.value)
    assert sentence in str(refused.value)


@pytest.mark.parametrize("raw", [bytes(range(256)), b'kind = "f\xeb\xebd"\n'])
def test_bytes_that_are_no_text_are_named_with_their_file(raw: bytes, tmp_path: Path) -> None:
    (tmp_path / "proef.toml").write_bytes(raw)
    with pytest.raises(CardError, match=r"proef\.toml: can't be read as TOML"):
        read_cards(tmp_path)


def test_a_card_comes_back_as_it_was_written_and_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "een.toml").write_text(GOOD, "utf-8")
    (card,) = read_cards(tmp_path)
    written = write_card(card.model_copy(update={"name": "twee"}), tmp_path)
    first, second = read_cards(tmp_path)
    assert second == first.model_copy(update={"name": "twee"})
    before = written.read_bytes()
    with pytest.raises(CardError, match="is not overwritten"):
        write_card(second, tmp_path)
    assert written.read_bytes() == before


def test_the_cards_that_come_with_handenaf_can_be_read() -> None:
    assert {"bluesky", "mastodon-social"} <= {card.name for card in read_cards(PACKAGE_CARDS)}
