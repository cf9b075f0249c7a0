import json
from pathlib import Path

import numpy as np
import pytest

from classify.harm import WeightsError
from classify.harm.outputs import Outputs, read_outputs
from classify.harm.scorer import place_of
from warehouse import Label


def described(folder: Path, **config: object) -> Path:
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


def test_our_own_file_says_what_its_outputs_mean(tmp_path: Path) -> None:
    outputs = read_outputs(tmp_path, {"labels": '["threat", "criticism"]'}, {})
    assert outputs == Outputs(labels=(Label.THREAT, Label.CRITICISM), exclusive=False)


def test_a_foreign_model_is_translated_by_the_label_map(tmp_path: Path) -> None:
    folder = described(tmp_path, id2label={"1": "violent", "0": "acceptable"})
    outputs = read_outputs(folder, {}, {"acceptable": None, "violent": Label.THREAT})
    assert outputs == Outputs(labels=(None, Label.THREAT), exclusive=True)
    scores = outputs.to_scores(np.array([[0.0, 0.0], [0.0, 20.0]], np.float32))
    assert scores[:, place_of(Label.THREAT)] == pytest.approx([0.5, 1.0])
    assert scores[:, place_of(Label.INSULT)] == pytest.approx([0, 0])


def test_an_output_that_the_map_does_not_list_is_refused(tmp_path: Path) -> None:
    folder = described(tmp_path, id2label={"0": "toxic"})
    with pytest.raises(WeightsError, match="toxic"):
        read_outputs(folder, {}, {})


def test_a_model_that_names_no_outputs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="id2label"):
        read_outputs(tmp_path, {}, {})


def test_two_outputs_of_one_label_give_the_higher_score() -> None:
    outputs = Outputs(labels=(Label.INSULT, Label.INSULT), exclusive=False)
    scores = outputs.to_scores(np.array([[-2.0, 2.0]], np.float32))
    assert scores[0, place_of(Label.INSULT)] == pytest.approx(0.8808, abs=1e-4)


def test_labels_of_another_version_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="gossip"):
        read_outputs(tmp_path, {"labels": '["threat", "gossip"]'}, {})
