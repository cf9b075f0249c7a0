import json
from pathlib import Path

import pytest

from classify.harm import PolicyError, WeightsError, load_judge
from classify.harm.policy import PACKAGED, load_policy
from warehouse import Label

TINY = Path(__file__).with_name("tiny")


def changed(folder: Path, old: str, new: str) -> Path:
    text = PACKAGED.read_text(encoding="utf-8")
    assert old in text
    file = folder / "policy.toml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return file


def test_the_packaged_policy_has_a_threshold_for_each_label() -> None:
    assert set(load_policy().thresholds) == set(Label)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("acute_cues", "acute_cue", "acute_cue"),
        ("[masks]", "[mask]", "mask"),
        ("threat =", "threath =", "threath"),
        ("version =", "# version =", "version"),
        ("acute_cues = 2", "acute_cues = 20", "acute_cues"),
    ],
)
def test_a_wrong_key_or_number_is_refused_by_name(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(PolicyError, match=says):
        load_policy(changed(tmp_path, old, new))


def test_a_label_without_a_threshold_is_refused(tmp_path: Path) -> None:
    file = changed(tmp_path, "insult =", "# insult =")
    with pytest.raises(PolicyError, match="insult"):
        load_policy(file)


def test_garbage_is_refused_with_the_files_name(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_bytes(b"\xff\xfe[[")
    with pytest.raises(PolicyError, match=r"policy\.toml"):
        load_policy(file)


def test_weights_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="make train"):
        load_judge(tmp_path / "nowhere")
    with pytest.raises(WeightsError, match=r"model\.onnx"):
        load_judge(tmp_path)


def test_broken_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes((TINY / "model.onnx").read_bytes()[:5_000])
    (tmp_path / "tokenizer.json").write_bytes((TINY / "tokenizer.json").read_bytes())
    with pytest.raises(WeightsError, match="can't be loaded"):
        load_judge(tmp_path)


def test_a_tokenizer_of_another_model_is_refused(tmp_path: Path) -> None:
    table = json.loads((TINY / "tokenizer.json").read_text(encoding="utf-8"))
    table["model"]["vocab"] |= {f"more{n}": len(table["model"]["vocab"]) + n for n in range(500)}
    (tmp_path / "tokenizer.json").write_text(json.dumps(table), encoding="utf-8")
    (tmp_path / "model.onnx").write_bytes((TINY / "model.onnx").read_bytes())
    with pytest.raises(WeightsError, match=r"tokenizer\.json"):
        load_judge(tmp_path)
