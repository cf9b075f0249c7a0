"""Running a classifier's ONNX file; the only file at run time that knows tokenizers and onnxruntime.

The tokenizer's file is read by `tokenizers` itself: importing transformers around it takes longer than all else together.
"""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from classify.harm.errors import WeightsError
from classify.harm.outputs import Outputs, read_outputs
from classify.harm.scorer import MOST_TOKENS, Scores
from warehouse import Label

MOST_CONTEXT = 64
"""Tokens of the parent post that are read beside the text."""

SLOWER = ("SkipLayerNormFusion", "BiasGeluFusion")
"""onnxruntime's joining of operators that costs more than it saves on a processor (see `train/fuse.py`)."""


class OnnxModel:
    """A sequence classifier from a folder with `model.onnx` and `tokenizer.json`."""

    def __init__(self, folder: Path, label_map: Mapping[str, Label | None], *, threads: int = 1) -> None:
        """Load the weights.

        `label_map` is for a model that isn't ours: its outputs' names → our labels. `threads` are onnxruntime's; two
        processes of one thread are faster than one process of two. Raises `WeightsError` when a file is missing or
        broken.
        """
        weights, tokenizer = folder / "model.onnx", folder / "tokenizer.json"
        for file in (weights, tokenizer):
            if not file.is_file():
                message = f"{file} is missing: run `make train`, or name a folder with model.onnx and tokenizer.json"
                raise WeightsError(message)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        try:
            self._session = onnxruntime.InferenceSession(
                str(weights), options, providers=["CPUExecutionProvider"], disabled_optimizers=SLOWER
            )
            self._tokenizer = Tokenizer.from_file(str(tokenizer))
            self._tokenizer.enable_truncation(MOST_TOKENS)
            self._tokenizer.no_padding()
        except Exception as error:  # onnxruntime's and tokenizers' errors share no narrower parent
            message = f"{folder}: the model can't be loaded ({error}); fetch the folder again or run `make train`"
            raise WeightsError(message) from error
        self._inputs = {node.name for node in self._session.get_inputs()}
        properties = self._session.get_modelmeta().custom_metadata_map
        self._outputs: Outputs = read_outputs(folder, properties, label_map)
        digest = hashlib.sha256(weights.read_bytes()).hexdigest()
        self.name = f"{properties.get('name', folder.name)}-{digest[:12]}"
        self._probe(folder)

    def score(self, texts: Sequence[str], contexts: Sequence[str]) -> Scores:
        """Give scores of shape (texts, 6); see `Scorer`.

        Each text runs alone. Of our own weights a score hangs on no other text (`train/quantise.py`), but where int8
        scales are found while a model runs, a batch shares them, and a post's score hung on its company by up to .035
        (measured); alone it is the same tonight and in court. Batches would be little quicker: 210 texts of 40 tokens
        a second of one core instead of 191.
        """
        scores = np.zeros((len(texts), len(Label)), np.float32)
        for place, (text, context) in enumerate(zip(texts, contexts, strict=True)):
            scores[place] = self._outputs.to_scores(self._run(self._encode(text, context)))[0]
        return scores

    def _probe(self, folder: Path) -> None:
        """Refuse weights and tokenizer that don't belong together, before a night of posts does."""
        last = max(0, self._tokenizer.get_vocab_size() - 1)
        try:
            given = self._run([0, last]).shape[1]
        except Exception as error:  # onnxruntime's errors share no narrower parent
            message = f"{folder}: model.onnx can't read what tokenizer.json gives ({error}); fetch both again together"
            raise WeightsError(message) from error
        if given != len(self._outputs.labels):
            message = f"{folder}: the model has {given} outputs, but {len(self._outputs.labels)} are named"
            raise WeightsError(message)

    def _encode(self, text: str, context: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text).ids
        if context:
            room = min(MOST_CONTEXT, MOST_TOKENS - len(ids))
            extra: list[int] = self._tokenizer.encode(context).ids
            kept = extra if len(extra) <= room else [*extra[: room - 1], extra[-1]]  # the last one ends the text
            ids += kept[1:] if room > 3 else []  # noqa: PLR2004 - two special tokens and one word
        return ids

    def _run(self, tokens: Sequence[int]) -> NDArray[np.float32]:
        """Give the logits of one text, shape (1, outputs)."""
        ids = np.array([tokens], np.int64)
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        logits: NDArray[np.float32] = self._session.run(None, {k: v for k, v in feed.items() if k in self._inputs})[0]
        return logits
