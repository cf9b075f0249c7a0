"""The bar of the benchmark on posts that travel with the tests: the second set, written before reading the rules."""

import pytest

from classify.names import Finder, compile_roster
from classify.names.bench.__main__ import SECOND, marked_posts, ours, quality
from classify.names.bench.marked import Labelled
from classify.names.bench.scoring import Quality
from warehouse.people import read_roster


@pytest.fixture(scope="module")
def second() -> Finder:
    """Give the second set's own roster."""
    return compile_roster(read_roster(SECOND / "roster.csv"))


@pytest.fixture(scope="module")
def posts() -> list[Labelled]:
    """Its posts."""
    return marked_posts(SECOND)


@pytest.fixture(scope="module")
def figures(second: Finder, posts: list[Labelled]) -> Quality:
    """How good the finder is on them."""
    return quality(ours(second), posts, second.table.probable)


def test_the_set_is_large_enough(posts: list[Labelled]) -> None:
    assert len(posts) >= 400


def test_its_marks_stand_where_they_say(posts: list[Labelled]) -> None:
    for labelled in posts:
        for gold in labelled.mentions:
            assert labelled.post.text[gold.start : gold.end].strip()


def test_the_bar_is_reached(figures: Quality) -> None:
    assert figures.f1 >= 0.97
    assert figures.average_precision >= 0.96
    assert figures.macro_recall >= 0.96
    assert figures.exact_spans >= 0.98


def test_plain_posts_raise_no_alarm(figures: Quality) -> None:
    assert figures.alarms["plain"][0] == 0


def test_every_category_is_found(figures: Quality) -> None:
    low = {name: found / there for name, (found, there) in figures.categories.items() if found / there < 0.85}
    assert not low
