"""The test sets, written apart: whole, and never in what is trained on."""

from collections import Counter

import pytest

from classify.harm.evaluate.gold import TEST_SETS, Gold, read_gold
from classify.harm.load import CORPUS
from classify.harm.train.corpus import CorpusPost, alike, read_corpus
from warehouse import Label


@pytest.fixture(scope="module")
def gold() -> list[Gold]:
    return read_gold(TEST_SETS)


def test_there_are_at_least_600_posts_and_every_label_in_both_languages(gold: list[Gold]) -> None:
    assert len(gold) >= 600
    counts = Counter((post.item.language, label) for post in gold for label in post.labels)
    assert all(counts["nl", label] >= 80 and counts["en", label] >= 25 for label in Label)
    assert sum(post.veiled for post in gold) >= 100


def test_no_post_of_a_test_set_is_in_the_training_corpus(gold: list[Gold]) -> None:
    """Near-duplicates count: more than 60 % of the shorter one's word 5-grams."""
    corpus = read_corpus(CORPUS)
    ours = [CorpusPost(id=f"gold {post.item.id}", text=post.item.text, language="nl", labels=(), writer="t1")
            for post in gold]  # fmt: skip
    near = [pair for pair in alike([*corpus, *ours]) if sum(one.startswith("gold ") for one in pair) == 1]
    assert near == []


def test_its_writers_wrote_no_training_post(gold: list[Gold]) -> None:
    assert not {post.writer for post in read_corpus(CORPUS)} & {post.item.id.split("-")[1] for post in gold}


def test_marked_phrases_are_words_of_their_post_and_of_its_labels(gold: list[Gold]) -> None:
    marked = [(post, phrase) for post in gold for phrase in post.phrases]
    assert len(marked) >= 100
    for post, phrase in marked:
        words = post.item.text[phrase.start : phrase.end]
        assert words
        assert words == words.strip()
        assert phrase.label in post.labels
