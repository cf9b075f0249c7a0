"""What the crawlers say stands at the desk in the reader's language."""

import re
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest

from crawlers import trouble
from crawlers.bounds import Bounds
from crawlers.cards import make_card
from crawlers.errors import OutOfBounds
from crawlers.kinds import bluesky, feed, mastodon, selected, wordpress
from crawlers.pages import Look
from crawlers.spider_process import _REASONS
from crawlers.tally import Tally
from review.crawl_words import SENTENCES, said
from warehouse import Fetch

URL = "https://klachten.example/forum?page=2"
ENGLISH = re.compile(r"\b(the|it|and|look|posts|pages|away|found|not|us|for|could|an)\b", re.IGNORECASE)
LOOK = Look(source="klachten", fetched_at=datetime(2026, 11, 1, tzinfo=UTC), language="nl")


def fetch(outcome: str, message: str = "") -> Fetch:
    return Fetch(
        source="klachten",
        url=URL,
        kind="start",
        depth=0,
        status=500,
        fetched_at=LOOK.fetched_at,
        outcome=outcome,
        message=message,
    )


def ends() -> list[str]:
    card = make_card(
        "klachten", {"kind": "feed", "address": URL, "purpose": "a test of sentences", "least_posts": 3}, where="test"
    )
    tallies = [Tally(card=card, first_look=first) for first in (True, True, True, False)]
    tallies[0].add(fetch("failed", trouble.explain_status(500, URL)))
    tallies[1].add(fetch("new"))
    tallies[2].add(fetch("new"))
    tallies[2].posts = 1
    tallies[2].add(fetch("failed", trouble.explain_status(404, URL)))
    tallies[2].remark(trouble.explain_status(503, URL))
    tallies[3].add(fetch("unchanged"))
    return [tally.end().message for tally in tallies]


def forbidden(url: str) -> str:
    with pytest.raises(OutOfBounds) as error:
        Bounds(address=URL).check(url)
    return str(error.value)


def messages() -> list[str]:
    strange = [
        note
        for kind in (bluesky, feed, mastodon, selected, wordpress)
        for body in (b"\x00\x01\x02\xff" * 99, b'{"error": "nee", "message": "nee"}')
        for note in kind.parse(body, URL, LOOK).notes
    ]
    return [
        *(f"{URL} {sentence}" for _, sentence in trouble._SENTENCES),
        *(trouble.explain_status(status, URL) for status in (403, 404, 410, 418, 429, 500, 503)),
        trouble.explain(ValueError("x"), URL),
        *_REASONS.values(),
        *(forbidden(url) for url in ("ftp://x", "http://localhost/", "https://elders.example/")),
        *strange,
        *ends(),
    ]


@pytest.mark.parametrize("message", messages())
def test_a_crawlers_sentence_is_dutch_at_the_desk_and_itself_in_english(message: str) -> None:
    assert not ENGLISH.search(said(message, "nl").replace(URL, ""))
    assert said(message, "en") == message


def test_every_sentence_is_one_that_somebody_says() -> None:
    root = Path(str(files("crawlers"))).parent
    sources = [*root.glob("crawlers/**/*.py"), root / "flows/look.py", root / "flows/commands/scan.py"]
    sources.append(root / "warehouse/state/crawls.py")
    code = re.sub(r'"\s*f?"', "", " ".join(path.read_text(encoding="utf-8") for path in sources))
    for sentence in SENTENCES:
        for fixed in re.split(r"%\(\w+\)s", sentence):
            longest = max(re.split(r"[():]| but said| whole| up to there|Handenaf reads public pages", fixed), key=len)
            assert longest.strip(" .") in code, sentence


def test_what_nobody_knows_stays_and_nothing_is_taken_for_a_format() -> None:
    assert said("100 %(url)s %s {x} <b>", "nl") == "100 %(url)s %s {x} <b>"
    hostile = f"{URL} gave no posts but said: %(host)s %n <script>."
    assert said(hostile, "nl") == f"{URL} gaf geen berichten, maar meldde: %(host)s %n <script>."


def test_a_long_word_takes_no_time() -> None:
    assert said("x" * 100_000, "nl") == "x" * 100_000
