"""From a trained network to the ONNX files: fp32 to compare with, int8 to package."""

import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

import torch
from transformers import PreTrainedTokenizerFast

from classify.harm.train.fuse import HEADS
from classify.harm.train.network import HarmNetwork
from classify.harm.train.quantise import describe, quantise

OPSET = 17


def export(
    network: HarmNetwork, tokenizer: PreTrainedTokenizerFast, out: Path, *, name: str, texts: Sequence[str] = ()
) -> Path:
    """Write `out/model.onnx` (int8) and `out/tokenizer.json`, and give a temporary folder with the same in fp32.

    `texts` are written posts, from which the int8 step learns where the network's large numbers are.
    """
    network.eval()
    network.encoder.set_attn_implementation("eager")  # dropout is over; `fuse.py` knows this one
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
    describe(full, name, **{HEADS: str(network.encoder.config.num_attention_heads)})
    for folder in (exact, out):
        tokenizer.backend_tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    quantise(full, out / "model.onnx", texts or ["query"], name=name)
    return exact
