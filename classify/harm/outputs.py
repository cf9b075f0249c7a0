"""What each output of a classifier means in our labels."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classify.harm.errors import WeightsError
from classify.harm.scorer import Scores
from warehouse import Label


@dataclass(frozen=True, slots=True)
class Outputs:
    """The meaning of a model's outputs."""

    labels: tuple[Label | None, ...]
    """Our label of each output, None for one that is ignored."""
    exclusive: bool
    """One label per text (softmax) rather than any number (sigmoid)."""

    def to_scores(self, logits: NDArray[np.float32]) -> Scores:
        """Turn logits of shape (texts, outputs) into scores of shape (texts, labels in the order of `Label`).

        Two outputs with the same label: the higher score stands.
        """
        logits = logits.astype(np.float32)
        if self.exclusive:
            powers = np.exp(logits - logits.max(axis=1, keepdims=True))
            each = powers / powers.sum(axis=1, keepdims=True)
        else:
            each = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
        scores = np.zeros((len(logits), len(Label)), np.float32)
        for output, label in enumerate(self.labels):
            if label is not None:
                column = list(Label).index(label)
                scores[:, column] = np.maximum(scores[:, column], each[:, output])
        return scores


def read_outputs(folder: Path, properties: Mapping[str, str], label_map: Mapping[str, Label | None]) -> Outputs:
    """Find out what each output means.

    Our own weights say it inside the ONNX file (`properties["labels"]`); any other model's `config.json` names its
    outputs, and `label_map` translates each. Raises `WeightsError` when neither does.
    """
    if "labels" in properties:
        try:
            return Outputs(labels=tuple(Label(name) for name in json.loads(properties["labels"])), exclusive=False)
        except ValueError as error:
            message = f"{folder}: model.onnx names labels that this version doesn't know ({error}); run `make train`"
            raise WeightsError(message) from error
    config = folder / "config.json"
    try:
        described = json.loads(config.read_text(encoding="utf-8"))
        names = [name for _, name in sorted(described["id2label"].items(), key=lambda pair: int(pair[0]))]
    except (OSError, ValueError, KeyError, AttributeError) as error:
        message = f"{config}: does not name the model's outputs (id2label): {error}"
        raise WeightsError(message) from error
    return named_outputs(names, label_map, exclusive=described.get("problem_type") != "multi_label_classification")


def named_outputs(names: list[str], label_map: Mapping[str, Label | None], *, exclusive: bool) -> Outputs:
    """Translate a foreign model's outputs by the policy's `[label_map]`; `WeightsError` for one it doesn't list."""
    unknown = [name for name in names if name not in label_map]
    if unknown:
        ours = ", ".join(label.value for label in Label)
        message = (
            f"[label_map] in the policy does not list the model's outputs {', '.join(unknown)}; "
            f'give each one of {ours}, or "" to ignore it'
        )
        raise WeightsError(message)
    return Outputs(labels=tuple(label_map[name] for name in names), exclusive=exclusive)
