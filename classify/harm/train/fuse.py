"""Joining an exported encoder's small operators into onnxruntime's large ones."""

from pathlib import Path

import onnx
from onnx import ModelProto
from onnxruntime.transformers.fusion_options import FusionOptions
from onnxruntime.transformers.optimizer import optimize_model

from classify.harm.errors import TrainingError

HEADS = "heads"
"""Where an fp32 file's metadata says how many attention heads a layer has; the graph doesn't show it."""


def fuse(full: Path) -> ModelProto:
    """Give an fp32 model with one node for each layer's attention instead of some thirty.

    onnxruntime's optimiser for BERT finds it in a graph exported with "eager" attention; what onnxruntime fuses by
    itself when a file is loaded doesn't. Three of its fusions are left out: the embeddings' has one int8 scale for all
    words, and adding before a layer's norm or before GELU in one node is slower than in two (measured, one core: 2.8 ms
    instead of .7 for 1,280 x 384 numbers, 4.2 instead of 2.7 for 1,280 x 1,536).

    Raises `TrainingError` when `full` isn't as `export.py` writes it.
    """
    options = FusionOptions("bert")
    options.enable_embed_layer_norm = False
    options.enable_skip_layer_norm = options.enable_bias_skip_layer_norm = False
    options.enable_bias_gelu = False
    plain = onnx.load(full)
    heads = next((int(one.value) for one in plain.metadata_props if one.key == HEADS), None)
    norms = [node.input[1] for node in plain.graph.node if node.op_type == "LayerNormalization"]
    width = max((one.dims[0] for one in plain.graph.initializer if one.name in norms), default=0)
    message = f"{full} isn't an encoder whose attention can be joined; export it anew (`make train`)"
    if heads is None or not width:
        raise TrainingError(message)
    model: ModelProto = optimize_model(
        str(full),
        model_type="bert",
        num_heads=heads,
        hidden_size=width,
        opt_level=0,
        optimization_options=options,
    ).model
    if not any(node.op_type == "Attention" for node in model.graph.node):
        raise TrainingError(message)
    return model
