"""Looking at and changing an ONNX graph's matrix products."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper
from tokenizers import Tokenizer

from classify.harm.policy import Masks

MOST_TEXTS = 200
"""Texts whose smallest and largest numbers are looked at."""
MOST_TOKENS = 96
Weights = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Extremes:
    """What a product's input reached: one number for each channel."""

    low: Weights
    high: Weights

    @classmethod
    def of(cls, numbers: Weights) -> "Extremes":
        """Look at numbers of shape (…, channels)."""
        rows = numbers.reshape(-1, numbers.shape[-1])
        return cls(rows.min(axis=0), rows.max(axis=0))

    def __or__(self, other: "Extremes") -> "Extremes":
        """Join what was reached here and there."""
        return Extremes(np.minimum(self.low, other.low), np.maximum(self.high, other.high))

    @property
    def reach(self) -> Weights:
        """The largest distance from zero of each channel."""
        return np.maximum(np.abs(self.low), np.abs(self.high))


def products(model: ModelProto) -> list[NodeProto]:
    """Give the nodes that multiply by a matrix of weights, which is their second input: products and attentions."""
    matrices = {one.name for one in model.graph.initializer if len(one.dims) == 2}  # noqa: PLR2004
    return [node for node in model.graph.node if node.op_type in ("MatMul", "Attention") and node.input[1] in matrices]


def narrows(model: ModelProto, node: NodeProto) -> bool:
    """Whether a product's matrix has fewer columns than rows: the feed-forward's second one."""
    rows, columns = next(one.dims for one in model.graph.initializer if one.name == node.input[1])
    return bool(rows > columns)


def constant(model: ModelProto, name: str, value: NDArray[np.generic] | np.generic) -> str:
    """Put a constant into a model, in place of the one of that name if there is one, and give its name."""
    made = numpy_helper.from_array(np.asarray(value), name)
    for one in model.graph.initializer:
        if one.name == name:
            one.CopyFrom(made)
            return name
    model.graph.initializer.append(made)
    return name


def values(model: ModelProto) -> dict[str, TensorProto]:
    """Give a model's constants by name."""
    return {one.name: one for one in model.graph.initializer}


def rewrite(model: ModelProto, change: Callable[[NodeProto], Iterable[NodeProto]]) -> None:
    """Put in the place of each node what `change` makes of it, and drop the constants that nothing reads any more."""
    nodes = [made for node in model.graph.node for made in change(node)]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    read = {name for node in nodes for name in node.input}
    kept = [one for one in model.graph.initializer if one.name in read]
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept)


def extremes(model: ModelProto, tokenizer: Path, texts: Sequence[str]) -> Mapping[str, Extremes]:
    """Run a model on texts, each alone, and give what the input of each product reached, by the input's name."""
    names = sorted({node.input[0] for node in products(model)})
    watched = ModelProto()
    watched.CopyFrom(model)
    watched.graph.output.extend(helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL  # joined, they'd lose names
    session = onnxruntime.InferenceSession(watched.SerializeToString(), options, providers=["CPUExecutionProvider"])
    encoder = Tokenizer.from_file(str(tokenizer))
    encoder.enable_truncation(MOST_TOKENS)
    found: dict[str, Extremes] = {}
    for text in texts[:: max(1, len(texts) // MOST_TEXTS)]:
        ids = np.array([encoder.encode(Masks().prefix + text).ids], np.int64)
        numbers = session.run(names, {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        for name, reached in zip(names, map(Extremes.of, numbers), strict=True):
            found[name] = found[name] | reached if name in found else reached
    return found
