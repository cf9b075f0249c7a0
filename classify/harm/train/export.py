"""From a trained network to the one ONNX file that is packaged."""

import json
import shutil
import tempfile
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from transformers import PreTrainedTokenizerFast

from classify.harm.train.network import HarmNetwork
from warehouse import Label

OPSET = 17


def export(network: HarmNetwork, tokenizer: PreTrainedTokenizerFast, out: Path, *, name: str) -> Path:
    """Write `out/model.onnx` (int8) and `out/tokenizer.json`, and give the fp32 ONNX file for comparison.

    Everything is quantised, the embeddings too: with the matrix products alone the file would be four times as large.
    Weights use 7 of 8 bits (`reduce_range`), because processors without VNNI overflow on 8. The labels' order and the
    name stand in the file's metadata.
    """
    network.eval()
    out.mkdir(parents=True, exist_ok=True)
    full = Path(tempfile.mkdtemp(prefix="harm-export-")) / "fp32.onnx"
    ids = torch.ones(2, 8, dtype=torch.long)
    axes = {0: "texts", 1: "tokens"}
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
    small = full.with_name("int8.onnx")
    quantize_dynamic(full, small, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)
    model = onnx.load(small)
    onnx.helper.set_model_props(model, {"name": name, "labels": json.dumps([label.value for label in Label])})
    onnx.save(model, small)
    shutil.copyfile(small, out / "model.onnx")
    tokenizer.backend_tokenizer.save(str(out / "tokenizer.json"), pretty=False)
    return full
