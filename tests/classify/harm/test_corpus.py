from collections import Counter
from pathlib import Path

import pytest

from classify.harm.errors import TrainingError
from classify.harm.load import WEIGHTS
from classify.harm.train.corpus import CorpusPost, alike, faults, read_corpus, split_corpus
from warehouse import Label

CORPUS = WEIGHTS.parent / "corpus"


def post(one: str, text: str, *labels: Label, pair: str | None = None) -> CorpusPost:
    return CorpusPost(id=one, text=text, language="nl", labels=labels, writer="w", pair=pair)


@pytest.fixture(scope="module")
def corpus() -> list[CorpusPost]:
    return read_corpus(CORPUS)


def test_the_corpus_keeps_its_rules(corpus: list[CorpusPost]) -> None:
    assert faults(corpus) == []


def test_the_corpus_names_nobody_where_the_mask_belongs(corpus: list[CorpusPost]) -> None:
    wrong = [
        one.id
        for one in corpus
        if "[target]" in one.text or "[Target]" in one.text or "TARGET" in one.text.replace("[TARGET]", "")
    ]
    assert wrong == []


def test_veiled_posts_carry_harm(corpus: list[CorpusPost]) -> None:
    assert [one.id for one in corpus if one.veiled and not one.harmful] == []


def test_no_pair_is_split_and_every_label_is_in_both_parts(corpus: list[CorpusPost]) -> None:
    training, development = split_corpus(corpus)
    assert not {one.pair for one in training if one.pair} & {one.pair for one in development}
    assert 0.05 < len(development) / len(corpus) < 0.12
    for part in (training, development):
        assert set(Counter(label for one in part for label in one.labels)) == set(Label)


def test_a_broken_rule_is_named() -> None:
    long = "je weet dat ik morgen bij je langs kom met al mijn vrienden"
    found = faults(
        [
            post("a", "hoi daar", Label.THREAT),
            post("a", "heel iets anders", Label.CRITICISM),
            post("b", long, Label.THREAT),
            post("c", long + " hoor", Label.THREAT),
            post("d", "een half paar", Label.THREAT, pair="p"),
            post("e", "boos en grof", Label.INSULT, Label.CRITICISM),
        ]
    )
    assert [fault.split(" ")[0] for fault in found] == ["a", "pair", "e:", "b"]


def test_short_posts_that_differ_in_a_full_stop_are_alike() -> None:
    assert alike([post("a", "Krijg de tering [TARGET]"), post("b", "krijg de tering [TARGET]!")]) == [("a", "b")]
    assert alike([post("a", "[TARGET] 🐷"), post("b", "[TARGET] 🐍")]) == []


def test_a_line_that_is_no_post_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text('{"id": "a"}\n', encoding="utf-8")
    with pytest.raises(TrainingError, match=r"x\.jsonl:1"):
        read_corpus(tmp_path)
    (tmp_path / "x.jsonl").unlink()
    with pytest.raises(TrainingError, match="holds no"):
        read_corpus(tmp_path)
