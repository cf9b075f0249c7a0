"""What strangers wrote is shown, never obeyed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.highlight import covered, pieces_of, shortened, visible
from review.pages import web_link
from warehouse import Band, Case, Label, Mention, Phrase, Urgency

if TYPE_CHECKING:  # tests can't import from one another at run time
    from tests.review.conftest import Enter, Town

SCRIPT = (
    '<script>document.title="owned"</script><img src=x onerror=alert(1)>{{ 7*7 }}{% raw %}${7*7}" onmouseover="alert(1)'
)
SCORES = {Label.INSULT: 0.9}


def hostile_case(town: Town, text: str, number: int = 900, author: str = "<b>x</b>") -> Case:
    person = town.state.people.one("p1")
    from_conftest = type(town).__module__
    add_case = __import__("sys").modules[from_conftest].add_case
    case: Case = add_case(
        town.state,
        town.desk.evidence,
        person,
        "ouderforum",
        author,
        text,
        SCORES,
        {},
        Urgency.NORMAL,
        town.clock(),
        number,
    )
    return case


def shown(page: str) -> str:
    """Give the page's text block."""
    block = re.search(r'<blockquote class="post.*?</blockquote>', page, re.DOTALL)
    assert block
    return block[0]


def test_markup_in_a_post_is_text(town: Town, enter: Enter) -> None:
    case = hostile_case(town, f"Sanne Verhoeven {SCRIPT}")
    roos = enter("roos")
    page = roos.post(f"/case/{case.id}/text").text
    block = shown(page)
    assert "<script" not in block
    assert "<img" not in block
    assert "&lt;script&gt;" in block
    assert "{{ 7*7 }}" in block
    assert "49" not in block
    assert "<b>x</b>" not in page
    assert page.count("<script") == 2


def test_right_to_left_marks_and_controls_are_shown_as_code_points(town: Town, enter: Enter) -> None:
    case = hostile_case(
        town,
        "Sanne Verhoeven \u202ekcah\u202c \u2066x\u2069 \x07\x00\x1b[31m rood\ud83d\ude00".encode(
            "utf-16", "surrogatepass"
        ).decode("utf-16", "replace"),
    )
    page = enter("roos").post(f"/case/{case.id}/text").text
    block = shown(page)
    assert "\u202e" not in page
    assert "⟨202E⟩" in block
    assert "⟨0007⟩" in block
    assert "\x1b" not in page
    assert "😀" in block
    assert 'dir="auto"' in block


def test_a_post_of_100_000_characters_opens_at_the_name(town: Town, enter: Enter) -> None:
    text = "bla " * 12_500 + "Sanne Verhoeven" + " bla" * 12_500
    case = hostile_case(town, text)
    roos = enter("roos")
    short = roos.post(f"/case/{case.id}/text")
    assert len(short.content) < 60_000
    assert "Sanne Verhoeven" in shown(short.text)
    assert "weggelaten" in shown(short.text)
    assert len(shown(roos.post(f"/case/{case.id}/text", whole="yes").text)) > 100_000
    assert len(roos.get(f"/case/{case.id}").content) < 60_000
    assert len(roos.get("/queue").content) < 60_000


def test_a_covered_page_holds_no_word_of_the_post_but_the_name(town: Town, enter: Enter) -> None:
    case = hostile_case(town, "Sanne Verhoeven geheimwoord xylofoon")
    page = enter("roos").get(f"/case/{case.id}").text
    assert "geheimwoord" not in page
    assert "xylofoon" not in page
    assert "Sanne Verhoeven" in shown(page)


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "vbscript:x", ""])
def test_only_web_links_become_links(link: str) -> None:
    assert web_link(link) == ""


def test_a_web_link_stays() -> None:
    assert web_link("https://ouderforum.example/1?a=b") == "https://ouderforum.example/1?a=b"


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300), st.lists(st.tuples(st.integers(-5, 320), st.integers(-5, 320)), max_size=5))
def test_pieces_lose_and_double_no_character(text: str, spans: list[tuple[int, int]]) -> None:
    mentions = [
        Mention(post_id="x", person_id="p1", start=a, end=b, quote="", score=1, band=Band.CERTAIN) for a, b in spans[:3]
    ]
    phrases = [Phrase(start=a, end=b, label=Label.INSULT) for a, b in spans[3:]]
    pieces = pieces_of(text, mentions, "p1", phrases)
    assert "".join(piece.text for piece in pieces) == "".join(visible(sign) for sign in text)
    assert [len(piece.text) for piece in covered(pieces)] == [len(piece.text) for piece in pieces]


def test_a_shortened_text_keeps_every_marked_piece() -> None:
    text = "a" * 9000 + "NAAM" + "b" * 9000
    mention = Mention(post_id="x", person_id="p1", start=9000, end=9004, quote="", score=1, band=Band.CERTAIN)
    short = shortened(pieces_of(text, [mention], "p1", []))
    assert "NAAM" in [piece.text for piece in short]
    assert sum(len(piece.text) + piece.skipped for piece in short) == len(text)


def test_evidence_is_served_so_that_nothing_in_it_can_act(town: Town, enter: Enter) -> None:
    case = town.cases[0]
    picture, page = town.state.papers.captures(case.id)[0].files[:2]
    lieke, roos = enter("lieke"), enter("roos")
    shot = roos.get(f"/case/{case.id}/file/{picture.sha256}")
    assert shot.headers["content-type"] == "image/png"
    assert shot.headers["content-disposition"].startswith("inline")
    assert "sandbox" in shot.headers["content-security-policy"]
    html = lieke.get(f"/case/{case.id}/file/{page.sha256}")
    assert html.headers["content-type"] == "application/octet-stream"
    assert html.headers["content-disposition"].startswith("attachment")
    assert html.headers["x-content-type-options"] == "nosniff"
    assert roos.get(f"/case/{case.id}/file/{page.sha256}").status_code == 403


def test_a_digest_of_another_case_opens_nothing(town: Town, enter: Enter) -> None:
    foreign = town.state.papers.captures(town.cases[1].id)[0].files[0].sha256
    lieke = enter("lieke")
    for sha256 in (foreign, "0" * 64, "..%2f..%2fstate.db", "x"):
        assert lieke.get(f"/case/{town.cases[0].id}/file/{sha256}").status_code == 404


def test_a_changed_evidence_file_is_not_shown(town: Town, enter: Enter) -> None:
    case = town.cases[0]
    picture = town.state.papers.captures(case.id)[0].files[0]
    (town.desk.evidence / picture.sha256[:2] / picture.sha256).write_bytes(b"other")
    answer = enter("roos").get(f"/case/{case.id}/file/{picture.sha256}")
    assert answer.status_code == 422
    assert "was changed after it was stored" in answer.text


def test_a_covered_screenshot_is_tiny(town: Town, enter: Enter) -> None:
    case = town.cases[0]
    picture = town.state.papers.captures(case.id)[0].files[0]
    answer = enter("roos").get(f"/case/{case.id}/file/{picture.sha256}?covered=1")
    assert answer.content[16:20] == (40).to_bytes(4, "big")
    assert "screenshot.shown" not in [entry.action for entry in town.state.audit.of(case.id)]


@pytest.mark.parametrize("number", ["1", "HA-000001", "", "9" * 40, "\u0661", "<x>"])
def test_a_made_up_case_number_is_looked_up_safely(enter: Enter, number: str) -> None:
    assert enter("roos").get("/cases/find", params={"number": number}).status_code == 303
