"""From the fp32 ONNX file to the int8 one that is packaged.

onnxruntime gives the inputs of a matrix product one scale for a whole batch. A few channels of this encoder reach 20 to
70 where the others reach 2, so everything else is rounded away, and a post's score depends on what else is in its
batch. `balance` divides those channels by a constant and multiplies the weights they meet by it: the same numbers in
fp32 (Xiao et al. 2023, SmoothQuant), and half the error in int8 at the same speed (base model, mean error of a logit
in standard deviations: .25 before, .12 after; scales per row reach .10 at three quarters of the speed).
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer

from classify.harm.policy import Masks
from warehouse import Label

MOST_TEXTS = 60
"""Texts whose largest numbers are looked at. Outliers sit in the same channels whatever is said."""
MOST_TOKENS = 96
PLAIN = 90
"""Per cent of an input's channels that count as ordinary."""
ABOVE = 3.0
"""A channel may reach this many times what the ordinary ones reach before it is divided."""
Weights = NDArray[np.float32]


def quantise(full: Path, out: Path, texts: Sequence[str], *, name: str) -> None:
    """Write `out` (int8) from `full` (fp32, with its `tokenizer.json` beside it).

    Everything is quantised, the embeddings too: with the matrix products alone the file would be four times as large.
    Weights use 7 of 8 bits (`reduce_range`), because processors without VNNI overflow on 8. The labels' order and the
    name stand in the file's metadata. `texts` are written posts, to find the outliers.
    """
    model = onnx.load(full)
    balanced = out.with_suffix(".balanced")
    balance(model, largest(model, full.with_name("tokenizer.json"), texts))
    onnx.save(model, balanced)
    quantize_dynamic(balanced, out, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)
    balanced.unlink()
    describe(out, name)


def describe(file: Path, name: str) -> None:
    """Write a model's name and the order of its labels into its file."""
    model = onnx.load(file)
    helper.set_model_props(model, {"name": name, "labels": json.dumps([label.value for label in Label])})
    onnx.save(model, file)


def balance(model: ModelProto, reach: Mapping[str, Weights]) -> None:
    """Divide outlying channels before the feed-forward products and multiply their weights, in place.

    `reach` holds the largest number of each channel of each product's input.
    """
    graph = model.graph
    weights = {one.name: one for one in graph.initializer}
    before: dict[str, NodeProto] = {}
    for place, (source, nodes) in enumerate(_products(model).items()):
        ordinary = np.percentile(reach[source], PLAIN)
        divisor = np.maximum(1, reach[source] / (ABOVE * ordinary + 1e-9)).astype(np.float32)
        if (divisor == 1).all():
            continue
        divided = f"{source}/divided"
        graph.initializer.append(numpy_helper.from_array(1 / divisor, f"divisor_{place}"))
        before[nodes[0].output[0]] = helper.make_node("Mul", [source, f"divisor_{place}"], [divided])
        for node in nodes:
            weight = weights[node.input[1]]
            changed = numpy_helper.to_array(weight) * divisor[:, None]
            weight.CopyFrom(numpy_helper.from_array(changed.astype(np.float32), weight.name))
            node.input[0] = divided
    ordered = [one for node in graph.node for one in (before.get(node.output[0]), node) if one is not None]
    del graph.node[:]
    graph.node.extend(ordered)


def largest(model: ModelProto, tokenizer: Path, texts: Sequence[str]) -> dict[str, Weights]:
    """Run the model on texts and give the largest number of each channel of each feed-forward product's input."""
    names = list(_products(model))
    watched = ModelProto()
    watched.CopyFrom(model)
    watched.graph.output.extend(helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = (
        onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    )  # fused nodes lose their names
    session = onnxruntime.InferenceSession(watched.SerializeToString(), options, providers=["CPUExecutionProvider"])
    encoder = Tokenizer.from_file(str(tokenizer))
    encoder.enable_truncation(MOST_TOKENS)
    found: dict[str, Weights] = {}
    for text in texts[:: max(1, len(texts) // MOST_TEXTS)]:
        ids = np.array([encoder.encode(Masks().prefix + text).ids], np.int64)
        values = session.run(names, {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        for name, value in zip(names, values, strict=True):
            reach = np.abs(value).reshape(-1, value.shape[-1]).max(axis=0)
            found[name] = np.maximum(found.get(name, 0), reach)
    return found


def _products(model: ModelProto) -> dict[str, list[NodeProto]]:
    """Give the feed-forward products by the name of their input: those whose weights aren't square.

    The outliers are theirs; the inputs of attention's products have none.
    """
    shapes = {one.name: tuple(one.dims) for one in model.graph.initializer}
    products: dict[str, list[NodeProto]] = defaultdict(list)
    for node in model.graph.node:
        if node.op_type == "MatMul" and len(set(shapes.get(node.input[1], ()))) > 1:
            products[node.input[0]].append(node)
    return products
