"""Records hold whatever a site sends, and come back from the stores as they went in."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse import Capture, CrawlEnd, Label, Mention, Notice, Person, Post, Response, User, Verdict, content_id
from warehouse.state.rows import from_json, to_json
from warehouse.words import storable

NASTY = st.text(st.characters(codec=None), max_size=60) | st.sampled_from(
    [
        "\ud800",
        "a\udfff\0b",
        "\ud83d\ude00",
        "\u202eevil",
        "{{7*7}}",
        "'; drop table posts;--",
        "<script>",
        "\x1f",
        "%s{0}",
    ]
)
MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive
# Before any test: what hypothesis has worked out for a record it keeps.
st.register_type_strategy(datetime, MOMENTS)
st.register_type_strategy(str, NASTY)
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))


@given(st.builds(Post, text=NASTY, permalink=NASTY, author_handle=NASTY, media=st.tuples(NASTY), fetched_at=MOMENTS))
def test_a_post_with_any_text_comes_back_with_its_id(post: Post) -> None:
    stored = json.dumps(to_json(post)).encode()
    again = from_json(Post, json.loads(stored))
    assert again == post
    assert (again.id, again.place) == (post.id, post.place)


@pytest.mark.parametrize("kind", [Person, Mention, Verdict, Capture, Notice, Response, User])
def test_every_record_comes_back_from_json(kind: type) -> None:
    @given(
        st.builds(kind, scores=st.dictionaries(st.sampled_from(Label), st.floats(0, 1)))
        if kind is Verdict
        else st.from_type(kind)
    )
    def comes_back(record: object) -> None:
        stored = json.dumps(to_json(record))
        stored.encode()
        again: object = from_json(kind, json.loads(stored))
        assert to_json(again) == to_json(record)

    comes_back()


@given(NASTY)
def test_a_storable_text_is_utf8_without_nul_and_keeps_its_places(text: str) -> None:
    clean = storable(text)
    clean.encode()
    assert "\0" not in clean
    assert storable(clean) == clean
    if not any("\ud800" <= c <= "\udfff" for c in text):
        assert len(clean) == len(text)


def test_half_a_surrogate_pair_becomes_one_replacement_character() -> None:
    assert storable("a\ud800b") == "a\ufffdb"
    assert storable("a\ud83d\ude00b") == "a\N{GRINNING FACE}b"


def test_an_id_tells_parts_apart_and_takes_any_text() -> None:
    assert content_id("a", "bc") != content_id("ab", "c")
    assert len(content_id("\ud800")) == 32


def test_a_message_with_half_a_pair_can_be_stored() -> None:
    assert to_json(CrawlEnd(source="s", outcome="failed", message="\ud800\0"))["message"] == "\ufffd\ufffd"
