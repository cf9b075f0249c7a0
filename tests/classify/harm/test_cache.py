from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from classify.harm import HarmError, Item, load_judge
from classify.harm import cache as cache_file
from classify.harm.cache import CachedScorer
from classify.harm.scorer import Scores

TINY = Path(__file__).with_name("tiny")
LOUD = Path(__file__).with_name("everything.toml")


class Counting:
    """A scorer that says how many texts it was asked to read."""

    def __init__(self, name: str = "m") -> None:
        self.name, self.read = name, 0

    def score(self, texts: Sequence[str], contexts: Sequence[str]) -> Scores:
        self.read += len(texts)
        return np.array([[len(text) / 100, len(context) / 100, 0, 0, 0, 0] for text, context in zip(texts, contexts, strict=True)],
                        np.float32).reshape(len(texts), 6)  # fmt: skip


def test_words_are_read_once_by_the_same_weights(tmp_path: Path) -> None:
    own = Counting()
    file = tmp_path / "memory" / "scores.db"
    first = CachedScorer(own, file).score(["a", "bb", "a"], ["", "", ""])
    assert own.read == 2
    again = CachedScorer(own, file).score(["bb", "ccc", "a"], ["", "", ""])
    assert own.read == 3
    assert again[[2, 0, 2]].tolist() == first.tolist()
    CachedScorer(own, file).score(["a"], ["under another post"])
    assert own.read == 4
    other = Counting("other weights")
    CachedScorer(other, file).score(["a"], [""])
    assert other.read == 1


def test_more_texts_than_a_statement_takes_and_none(tmp_path: Path) -> None:
    scorer = CachedScorer(Counting(), tmp_path / "s.db")
    texts = ["x" * n for n in range(1, 1_200)]
    assert scorer.score(texts, [""] * len(texts)).shape == (1_199, 6)
    assert scorer.score([], []).shape == (0, 6)
    assert scorer.score(["\ud800"], [""]).shape == (1, 6)


def test_the_oldest_scores_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_file, "MOST", 3)
    own = Counting()
    scorer = CachedScorer(own, tmp_path / "s.db")
    scorer.score(list("abcde"), [""] * 5)
    scorer.score(["e"], [""])
    assert own.read == 5
    scorer.score(["a"], [""])
    assert own.read == 6


def test_a_judge_with_a_memory_says_the_same(tmp_path: Path) -> None:
    items = [Item(id="1", text="Ik weet waar je woont."), Item(id="2", text="")]
    plain = load_judge(TINY, LOUD).judge(items)
    for _ in range(2):
        assert load_judge(TINY, LOUD, cache=tmp_path / "s.db").judge(items)[1] == plain[1]


def test_a_file_that_is_no_memory_is_named(tmp_path: Path) -> None:
    file = tmp_path / "s.db"
    file.write_bytes(b"not a database, and long enough to be read as a header" * 10)
    with pytest.raises(HarmError, match=r"s\.db.*delete"):
        CachedScorer(Counting(), file)
