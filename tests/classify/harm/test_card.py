"""The model card: of the weights and the policy beside it, and whole."""

import hashlib
import json
import re
import shutil
from pathlib import Path

import pytest

from classify.harm.errors import TrainingError
from classify.harm.evaluate.report import Report
from classify.harm.load import WEIGHTS
from classify.harm.policy import PACKAGED, load_policy
from classify.harm.train.card import write_card
from classify.harm.train.finish import Facts, note_facts, read_facts, settle_policy
from classify.harm.train.recipe import Recipe
from warehouse import Label

HERE = Path(__file__).parent


def test_the_packaged_card_is_of_these_weights_and_this_policy() -> None:
    if not (WEIGHTS / "model.onnx").exists():
        pytest.skip("the packaged weights are not in this checkout: run `make train`")
    card = (WEIGHTS / "README.md").read_text("utf-8")
    assert hashlib.sha256((WEIGHTS / "model.onnx").read_bytes()).hexdigest() in card
    assert f"under policy {load_policy().version}" in card
    assert re.search("^### .*test set", card, re.IGNORECASE | re.MULTILINE)
    for plot in WEIGHTS.glob("*.svg"):
        assert f"({plot.name})" in card
    assert (WEIGHTS / "model.onnx").stat().st_size <= 48_000_000


def test_a_card_is_written_with_its_plots_and_old_ones_go(tmp_path: Path) -> None:
    shutil.copytree(HERE / "tiny", tmp_path, dirs_exist_ok=True)
    (tmp_path / "confusion-old.svg").write_text("<svg/>", "utf-8")
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "x.jsonl").write_text("{}", "utf-8")
    note_facts(tmp_path, corpus, Recipe(), written=7, public=3, decided=2, minutes=1.5)
    write_card(
        tmp_path, HERE / "everything.toml", Report(text="### Figures", plots={"confusion-x.svg": "<svg/>"}, aims={})
    )
    card = (tmp_path / "README.md").read_text("utf-8")
    assert "7 posts written for this project, 2 posts that reviewers decided about and 3 public rows" in card
    assert "under policy test-everything" in card
    assert "### Figures" in card
    assert "$" not in card.replace("`$", "")
    assert [plot.name for plot in tmp_path.glob("*.svg")] == ["confusion-x.svg"]


def test_facts_come_back_and_may_be_missing(tmp_path: Path) -> None:
    assert read_facts(tmp_path) is None
    (tmp_path / "x.jsonl").write_text("{}", "utf-8")
    note_facts(tmp_path, tmp_path, Recipe(), written=1, public=1, decided=0, minutes=2)
    facts = read_facts(tmp_path)
    assert isinstance(facts, Facts)
    assert json.loads((tmp_path / "training.json").read_text("utf-8"))["corpus"] == facts.corpus


def test_settling_writes_calibration_and_thresholds_without_torch(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    line = '{{"id": "{0}", "text": "ik weet waar [TARGET] woont {0}", "language": "nl", "labels": ["{1}"], "writer": "w"}}\n'
    (corpus / "x.jsonl").write_text("".join(line.format(n, ("threat", "criticism")[n % 2]) for n in range(60)), "utf-8")
    policy = tmp_path / "policy.toml"
    shutil.copy(PACKAGED, policy)
    settle_policy(HERE / "tiny", corpus, policy)
    made = load_policy(policy)
    assert set(made.calibration.slope) == set(Label)
    assert made.version != load_policy().version


def test_a_development_part_that_names_nobody_settles_nothing(tmp_path: Path) -> None:
    lines = ({"id": f"{n}", "text": f"jij {n}", "language": "nl", "labels": [], "writer": "w"} for n in range(60))
    (tmp_path / "x.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")
    policy = tmp_path / "policy.toml"
    shutil.copy(PACKAGED, policy)
    with pytest.raises(TrainingError, match=r"no post.*\[TARGET\]"):
        settle_policy(HERE / "tiny", tmp_path, policy)
    assert policy.read_bytes() == PACKAGED.read_bytes()
