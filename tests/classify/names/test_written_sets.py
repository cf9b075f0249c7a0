"""The bars on the three sets that travel with the tests; the README has their figures at first look, before their errors were read."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from classify.names import compile_roster
from classify.names.bench.__main__ import FOURTH, SECOND, THIRD, ours, quality, read_set, roster_of
from classify.names.bench.marked import Labelled
from classify.names.bench.scoring import Quality


@dataclass(frozen=True)
class Bar:
    """What the finder reaches at least on a set, as shipped."""

    folder: Path
    posts: int
    f1: float
    average_precision: float
    macro_recall: float
    exact_spans: float
    category: float
    """Recall in each category."""


BARS = {
    "second": Bar(SECOND, 400, 0.97, 0.96, 0.96, 0.98, 0.85),
    "third": Bar(THIRD, 595, 0.975, 0.965, 0.96, 0.98, 0.85),
    "fourth": Bar(FOURTH, 438, 0.98, 0.975, 0.965, 0.975, 0.8),
}


@pytest.fixture(scope="module", params=BARS)
def bar(request: pytest.FixtureRequest) -> Bar:
    """Give the bar of each set in turn."""
    return BARS[request.param]


@pytest.fixture(scope="module")
def posts(bar: Bar) -> list[Labelled]:
    """Give the set's posts."""
    return read_set(bar.folder)


@pytest.fixture(scope="module")
def figures(bar: Bar, posts: list[Labelled]) -> Quality:
    """Give how good the finder is on them."""
    finder = compile_roster(roster_of(bar.folder))
    return quality(ours(finder), posts, finder.table.probable)


def test_the_set_is_whole_and_its_marks_stand_where_they_say(bar: Bar, posts: list[Labelled]) -> None:
    assert len(posts) >= bar.posts
    for labelled in posts:
        for gold in labelled.mentions:
            assert labelled.post.text[gold.start : gold.end].strip()


def test_the_bar_is_reached(bar: Bar, figures: Quality) -> None:
    assert figures.f1 >= bar.f1
    assert figures.average_precision >= bar.average_precision
    assert figures.macro_recall >= bar.macro_recall
    assert figures.exact_spans >= bar.exact_spans


def test_plain_posts_raise_no_alarm(figures: Quality) -> None:
    assert figures.alarms["plain"][0] == 0


def test_every_category_is_found(bar: Bar, figures: Quality) -> None:
    low = {name: found / there for name, (found, there) in figures.categories.items() if found / there < bar.category}
    assert not low
