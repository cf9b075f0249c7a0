"""From a trained network to the one ONNX file that is packaged."""

import json
import tempfile
import warnings
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from transformers import PreTrainedTokenizerFast

from classify.harm.train.network import HarmNetwork
from warehouse import Label

OPSET = 17


def export(network: HarmNetwork, tokenizer: PreTrainedTokenizerFast, out: Path, *, name: str) -> Path:
    """Write `out/model.onnx` (int8) and `out/tokenizer.json`, and give a temporary folder with the same in fp32.

    Everything is quantised, the embeddings too: with the matrix products alone the file would be four times as large.
    Weights use 7 of 8 bits (`reduce_range`), because processors without VNNI overflow on 8. The labels' order and the
    name stand in the file's metadata.
    """
    network.eval()
    out.mkdir(parents=True, exist_ok=True)
    exact = Path(tempfile.mkdtemp(prefix="harm-fp32-"))
    full = exact / "model.onnx"
    ids = torch.ones(2, 8, dtype=torch.long)
    axes = {0: "texts", 1: "tokens"}
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # tracing warns of each condition on a shape; the int8 check would show a wrong one
        torch.onnx.export(
            network,
            (ids, torch.ones_like(ids)),
            str(full),
            input_names=["input_ids", "attention_mask"],
            output_names=["logits"],
            dynamic_axes={"input_ids": axes, "attention_mask": axes, "logits": {0: "texts"}},
            opset_version=OPSET,
            dynamo=False,  # the newer exporter gives the same numbers and needs one more package
        )
    _describe(full, name)
    quantize_dynamic(full, out / "model.onnx", weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)
    _describe(out / "model.onnx", name)
    for folder in (exact, out):
        tokenizer.backend_tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    return exact


def _describe(file: Path, name: str) -> None:
    model = onnx.load(file)
    onnx.helper.set_model_props(model, {"name": name, "labels": json.dumps([label.value for label in Label])})
    onnx.save(model, file)
