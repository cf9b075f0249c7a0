"""The written posts keep to the labels' guide and are as many as were asked for."""

import csv
from collections import Counter

import pytest

from demo.errors import PostsError
from demo.messages import ROSTER, SITES, load_posts
from warehouse import HARMS, Label

POSTS = load_posts()
HARMFUL = [post for post in POSTS if post.labels.intersection(HARMS)]


def read_roster() -> dict[str, dict[str, str]]:
    with ROSTER.open(encoding="utf-8", newline="") as file:
        return {row["person_id"]: row for row in csv.DictReader(file)}


def test_there_are_enough_posts_in_each_language() -> None:
    languages = Counter(post.language for post in POSTS)
    assert languages["nl"] >= 210
    assert languages["en"] >= 20
    assert languages["tr"] >= 15
    assert {post.site for post in POSTS} == set(SITES)


def test_four_in_ten_posts_are_harmful_and_the_rest_is_not() -> None:
    assert 0.35 <= len(HARMFUL) / len(POSTS) <= 0.45


def test_every_label_is_met_often_enough_to_be_measured() -> None:
    seen = Counter(label for post in POSTS for label in post.labels)
    assert all(seen[label] >= 15 for label in Label), seen
    assert sum(post.namesake for post in POSTS) >= 10


def test_criticism_stands_beside_no_harm_label() -> None:
    assert [post.post_id for post in HARMFUL if Label.CRITICISM in post.labels] == []


def test_a_label_needs_somebody_it_is_about() -> None:
    assert [post.post_id for post in POSTS if post.labels and not post.mentions] == []


def test_a_namesake_is_no_mention() -> None:
    assert [post.post_id for post in POSTS if post.namesake and (post.mentions or post.labels)] == []


def test_every_mention_is_of_somebody_on_the_roster_and_everybody_is_mentioned() -> None:
    roster = read_roster()
    mentioned = Counter(mention.person_id for post in POSTS for mention in post.mentions)
    assert set(mentioned) == set(roster)
    assert min(mentioned.values()) >= 5


def test_spans_cut_out_the_surface_and_don_t_overlap() -> None:
    for post in POSTS:
        end = 0
        for mention in post.mentions:
            assert post.text[mention.start : mention.end] == mention.surface
            assert mention.start >= end
            end = mention.end


def test_nobody_writes_the_same_twice() -> None:
    assert len({post.text for post in POSTS}) == len(POSTS)


def test_a_span_beside_the_name_is_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("posts")
    for site in SITES:
        (folder / f"{site}.jsonl").write_text("", encoding="utf-8")
    line = (ROSTER.parent / "posts" / "blog.jsonl").read_text(encoding="utf-8").splitlines()[0]
    (folder / "blog.jsonl").write_text(line.replace('"start": ', '"start": 1'), encoding="utf-8")
    with pytest.raises(PostsError, match="line 1: the span of"):
        load_posts(folder)
