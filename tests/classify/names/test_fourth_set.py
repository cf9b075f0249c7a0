"""The bar on the fourth set: 438 posts about the benchmark's people, written blind, by another hand again.

The first look (F1 .933, average precision .912) stands in the README; the figures guarded are those after its errors were read.
"""

import pytest

from classify.names import Finder, compile_roster
from classify.names.bench.__main__ import FOURTH, ours, quality, read_set, roster_of
from classify.names.bench.marked import Labelled
from classify.names.bench.scoring import Quality


@pytest.fixture(scope="module")
def fourth() -> Finder:
    """Give the benchmark's roster, which the set is about."""
    return compile_roster(roster_of(FOURTH))


@pytest.fixture(scope="module")
def posts() -> list[Labelled]:
    """Its posts."""
    return read_set(FOURTH)


@pytest.fixture(scope="module")
def figures(fourth: Finder, posts: list[Labelled]) -> Quality:
    """How good the finder is on them."""
    return quality(ours(fourth), posts, fourth.table.probable)


def test_its_marks_stand_where_they_say(posts: list[Labelled]) -> None:
    for labelled in posts:
        for gold in labelled.mentions:
            assert labelled.post.text[gold.start : gold.end].strip()


def test_what_was_mended_stays_so(figures: Quality) -> None:
    assert figures.f1 >= 0.98
    assert figures.average_precision >= 0.975
    assert figures.macro_recall >= 0.965
    assert figures.exact_spans >= 0.975


def test_plain_posts_raise_no_alarm(figures: Quality) -> None:
    assert figures.alarms["plain"][0] == 0


def test_every_category_is_found(figures: Quality) -> None:
    low = {name: found / there for name, (found, there) in figures.categories.items() if found / there < 0.8}
    assert not low
