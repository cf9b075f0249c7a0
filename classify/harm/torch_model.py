"""Running any transformers sequence classifier with torch, for an organisation that names its own model."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from classify.harm.batches import batches
from classify.harm.errors import WeightsError
from classify.harm.outputs import Outputs, named_outputs
from classify.harm.scorer import MOST_TOKENS, Scores
from warehouse import Label

try:
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer
except ImportError as missing:
    text = "this model has no model.onnx, so it needs torch: install handenaf[train], or export the model to ONNX"
    raise WeightsError(text) from missing


class TorchModel:
    """A sequence classifier from a transformers model folder."""

    def __init__(self, folder: Path, label_map: Mapping[str, Label | None], *, threads: int = 1) -> None:
        """Load the model; `WeightsError` when the folder isn't one or `label_map` doesn't fit its outputs."""
        torch.set_num_threads(threads)
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            self._model = AutoModelForSequenceClassification.from_pretrained(folder, local_files_only=True).eval()
        except (OSError, ValueError) as error:
            message = f"{folder}: not a transformers sequence-classification model: {error}"
            raise WeightsError(message) from error
        config = self._model.config
        names = [str(config.id2label[output]) for output in range(config.num_labels)]
        exclusive = config.problem_type != "multi_label_classification"
        self._outputs: Outputs = named_outputs(names, label_map, exclusive=exclusive)
        digest = hashlib.sha256()
        for file in sorted([*folder.glob("*.safetensors"), *folder.glob("*.bin")]):
            digest.update(file.read_bytes())
        self.name = f"{folder.name}-{digest.hexdigest()[:12]}"

    def score(self, texts: Sequence[str], contexts: Sequence[str]) -> Scores:
        """Give scores of shape (texts, 6); see `Scorer`. Contexts are left out: foreign models never saw one."""
        del contexts
        scores = np.zeros((len(texts), len(Label)), np.float32)
        lengths = [min(len(text) // 3 + 2, MOST_TOKENS) for text in texts]
        for batch in batches(lengths):
            fed = self._tokenizer(
                [texts[index] for index in batch],
                truncation=True, max_length=MOST_TOKENS, padding=True, return_tensors="pt",
            )  # fmt: skip
            with torch.inference_mode():
                logits = self._model(**fed).logits.float().numpy()
            scores[batch] = self._outputs.to_scores(logits)
        return scores
