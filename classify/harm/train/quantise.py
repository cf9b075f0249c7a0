"""From the fp32 ONNX file to the int8 one that is packaged.

Each input of a matrix product has one constant scale, chosen from what it reaches in written posts, so that a post's
score never hangs on what else is read. The model card has what was tried (`card.md`).
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from classify.harm.train.balance import balance, divide_rows
from classify.harm.train.fuse import fuse
from classify.harm.train.graph import Extremes, Weights, constant, extremes, products, rewrite, values
from warehouse import Label

INT7, INT8, UINT8 = 63, 127, 255
"""Largest whole numbers. A product's weights use 7 of 8 bits, because processors without VNNI overflow on 8."""


def quantise(full: Path, out: Path, texts: Sequence[str], *, name: str) -> None:
    """Write `out` (int8) from `full` (fp32, with its `tokenizer.json` beside it).

    Everything is quantised, the embeddings too: with the matrix products alone the file would be four times as large.
    The labels' order and the name stand in the file's metadata. `texts` are written posts, from which the scales come.
    Raises `TrainingError` when `full` isn't a BERT as `export.py` writes it.
    """
    model = fuse(full)
    tokenizer = full.with_name("tokenizer.json")
    balance(model, extremes(model, tokenizer, texts))
    divide_rows(model)
    round_products(model, extremes(model, tokenizer, texts))
    round_embeddings(model)
    onnx.save(model, out)
    describe(out, name)


def describe(file: Path, name: str, **more: str) -> None:
    """Write a model's name, the order of its labels and what else there is to say into its file."""
    model = onnx.load(file)
    helper.set_model_props(model, {"name": name, "labels": json.dumps([label.value for label in Label]), **more})
    onnx.save(model, file)


def round_products(model: ModelProto, reached: Mapping[str, Extremes]) -> None:
    """Turn each product into one of whole numbers, in place: 8 bits for its input, 7 for its weights, 32 inside."""
    ours = {node.output[0] for node in products(model)}
    biases = _biases(model, ours)
    sums = {end for _, end in biases.values()}
    scales: dict[str, tuple[str, str]] = {}

    def rounded(node: NodeProto) -> list[NodeProto]:
        if node.output[0] in sums:
            return []
        if node.output[0] not in ours:
            return [node]
        made, source = [], node.input[0]
        if source not in scales:
            scales[source] = _input_scale(model, source, reached[source])
            made.append(helper.make_node("QuantizeLinear", [source, *scales[source]], [f"{source}/int8"]))
        weights, scale, zero = _int7(model, node.input[1])
        step, middle = scales[source]
        if node.op_type == "Attention":
            inputs = [f"{source}/int8", weights, node.input[2], step, scale, node.input[3], middle, zero]
            attention = helper.make_node("QAttention", inputs, node.output, domain="com.microsoft")
            attention.attribute.extend(node.attribute)
            return [*made, attention]
        bias, end = biases.get(node.output[0], ("", node.output[0]))
        inputs = [f"{source}/int8", weights, step, scale, middle, zero, *([bias] if bias else [])]
        return [*made, helper.make_node("MatMulIntegerToFloat", inputs, [end], domain="com.microsoft")]

    rewrite(model, rounded)
    if not any(one.domain == "com.microsoft" for one in model.opset_import):
        model.opset_import.append(helper.make_opsetid("com.microsoft", 1))


def round_embeddings(model: ModelProto) -> None:
    """Turn the tables of embeddings into whole numbers, in place: 8 bits, and a scale for each word."""
    constants = values(model)

    def rounded(node: NodeProto) -> list[NodeProto]:
        table = constants.get(node.input[0]) if node.op_type == "Gather" else None
        if table is None or len(table.dims) != 2 or table.data_type != TensorProto.FLOAT:  # noqa: PLR2004
            return [node]
        numbers, scale = _whole(numpy_helper.to_array(table), INT8, axis=1)
        (ids, out), name = (node.input[1], node.output[0]), table.name
        return [
            helper.make_node("Gather", [constant(model, f"{name}/int8", numbers), ids], [f"{out}/int8"]),
            helper.make_node("Gather", [constant(model, f"{name}/scale", scale), ids], [f"{out}/scale"]),
            helper.make_node("Cast", [f"{out}/int8"], [f"{out}/float"], to=TensorProto.FLOAT),
            helper.make_node("Mul", [f"{out}/float", f"{out}/scale"], [out]),
        ]

    rewrite(model, rounded)


def _biases(model: ModelProto, ours: set[str]) -> dict[str, tuple[str, str]]:
    """Give the constant vector that is added to a product, and the name of that sum, by the product's own name."""
    vectors = {one.name for one in model.graph.initializer if len(one.dims) == 1}
    return {
        product: (vector, node.output[0])
        for node in model.graph.node
        if node.op_type == "Add"
        for product, vector in (node.input, node.input[::-1])
        if product in ours and vector in vectors
    }


def _input_scale(model: ModelProto, source: str, reached: Extremes) -> tuple[str, str]:
    """Put the step and the middle of an input's 256 whole numbers into the model, and give their names."""
    low, high = min(0.0, float(reached.low.min())), max(0.0, float(reached.high.max()))
    step = max((high - low) / UINT8, 1e-9)
    return (
        constant(model, f"{source}/step", np.float32(step)),
        constant(model, f"{source}/middle", np.uint8(round(-low / step))),
    )


def _int7(model: ModelProto, name: str) -> tuple[str, str, str]:
    """Put a matrix's whole numbers, scales and zeros into the model, one for each column, and give their names."""
    numbers, scale = _whole(numpy_helper.to_array(values(model)[name]), INT7, axis=0)
    return (
        constant(model, f"{name}/int7", numbers),
        constant(model, f"{name}/scale", scale.ravel()),
        constant(model, f"{name}/zero", np.zeros(scale.size, np.int8)),
    )


def _whole(weights: Weights, most: int, *, axis: int) -> tuple[NDArray[np.int8], Weights]:
    scale = np.maximum(np.abs(weights).max(axis=axis, keepdims=True) / most, 1e-12).astype(np.float32)
    return np.round(weights / scale).astype(np.int8), scale
