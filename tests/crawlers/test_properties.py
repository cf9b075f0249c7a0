"""Whatever bytes a site sends, a parser gives posts and sentences, never an exception."""

import json
from datetime import UTC, datetime
from importlib import import_module
from pkgutil import iter_modules

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import crawlers.kinds
from crawlers.bounds import Bounds
from crawlers.cards import Selectors
from crawlers.dates import read_time
from crawlers.errors import OutOfBounds
from crawlers.pages import Look, Posts
from crawlers.texts import clean, html_text

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
PARSERS = {
    module.name: parse
    for module in iter_modules(crawlers.kinds.__path__)
    if (parse := getattr(import_module(f"crawlers.kinds.{module.name}"), "parse", None))
}
LOOK = Look(
    source="proef",
    fetched_at=NOW,
    selectors=Selectors(
        list_pages=("a",), next_page="a.next", post="div", permalink="a", time="b", author="i", parent="a"
    ),
    headers={"link": '<x>; rel="next"', "x-wp-totalpages": "9"},
)
HOSTILE = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

TAGS = st.sampled_from(
    [
        "<div>",
        "</div>",
        "<a href='",
        "'>",
        "<b>",
        "</b>",
        "<i>",
        "<p>",
        "<script>",
        "<!--",
        "&#0;",
        "&#xD800;",
        "<svg>",
        "\x00",
        "\u202e",
        "<br>",
    ]
)
PAGES = st.one_of(
    st.binary(max_size=400),
    st.lists(TAGS | st.text(max_size=12), max_size=40).map(
        lambda parts: "".join(parts).encode("utf-8", "surrogatepass")
    ),
)
KEYS = st.sampled_from(
    ["posts", "statuses", "id", "uri", "url", "link", "content", "rendered", "title", "record", "text", "author", "account", "createdAt",
     "created_at", "date_gmt", "embed", "images", "media", "reblog", "reply", "root", "langs", "labels", "poll", "options", "post", "cursor"]
)  # fmt: skip
WILD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=25,
)


@pytest.mark.parametrize("kind", sorted(PARSERS))
@HOSTILE
@given(body=PAGES | WILD.map(lambda value: json.dumps(value).encode()))
def test_no_bytes_break_a_parser(kind: str, body: bytes) -> None:
    page = PARSERS[kind](body, "https://voorbeeld.test/lijst?page=1", LOOK)
    assert isinstance(page, Posts)
    for post in page.posts:
        assert post.permalink
        assert post.text
        post.text.encode()
        assert "\x00" not in post.text
    json.dumps([page.digest(), page.sameness()])


@pytest.mark.parametrize("kind", sorted(PARSERS))
def test_deep_nesting_breaks_no_parser(kind: str) -> None:
    for body in (b"<div>" * 20_000 + b"x", b"[" * 100_000, b'{"posts":' * 20_000, b"<a><b>" * 5_000):
        assert isinstance(PARSERS[kind](body, "https://voorbeeld.test/", LOOK), Posts)


@HOSTILE
@given(text=st.text(max_size=60))
def test_no_words_break_the_reading_of_a_time(text: str) -> None:
    time, how = read_time(text, NOW)
    assert (time is None) == (how == "unknown")
    assert time is None or time.tzinfo is not None


@HOSTILE
@given(text=st.text(max_size=200))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert isinstance(clean(text).encode(), bytes)
    html_text(text)


@HOSTILE
@given(url=st.text(max_size=60) | st.from_regex(r"https?://[\[\]0-9a-fx.:@%]{1,30}(/.{0,10})?", fullmatch=True))
def test_no_address_but_the_cards_own_passes_the_bounds(url: str) -> None:
    try:
        Bounds(address="https://voorbeeld.test/").check(url)
    except OutOfBounds:
        return
    assert "voorbeeld.test" in url.lower()


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/", "http://0x7f000001/", "http://2130706433/", "http://[::1]/", "http://10.0.0.8/", "http://169.254.169.254/latest",
     "http://localhost/", "http://voorbeeld.test@127.0.0.1/", "http://[::ffff:127.0.0.1]/", "file:///etc/passwd", "http://127.1/"],
)  # fmt: skip
def test_private_addresses_are_refused_however_they_are_written(url: str) -> None:
    with pytest.raises(OutOfBounds):
        Bounds(address="https://voorbeeld.test/", also_hosts=("127.0.0.1",)).check(url)
