"""Loading a judge."""

from pathlib import Path
from typing import TYPE_CHECKING

from classify.harm.cache import CachedScorer
from classify.harm.errors import WeightsError
from classify.harm.judge import Judge
from classify.harm.policy import load_policy

if TYPE_CHECKING:
    from classify.harm.scorer import Scorer

WEIGHTS = Path(__file__).with_name("weights")
CORPUS = Path(__file__).with_name("corpus")
"""The posts written for training (`train/corpus.py`)."""


def load_judge(
    weights: Path | str | None = None, policy: Path | None = None, threads: int = 1, *, cache: Path | None = None
) -> Judge:
    """Load a judge: the packaged weights and policy unless others are named.

    `weights` is a folder with `model.onnx` and `tokenizer.json` (run by onnxruntime), or any transformers
    sequence-classification model (run by torch, `train` extra). A model that isn't ours needs a policy with a
    `[label_map]`. `threads` are the model's; two processes of one thread are faster than one of two. `cache`
    is a file in which scores are kept by the hash of words and weights (`cache.py`). Raises `HarmError`.
    """
    folder = Path(weights) if weights is not None else WEIGHTS
    rules = load_policy(policy)
    if not folder.is_dir():
        message = (
            f"weights {folder}: no such folder; run `make train`, or name a folder with model.onnx and tokenizer.json"
        )
        raise WeightsError(message)
    scorer: Scorer
    if (folder / "model.onnx").exists() or not (folder / "config.json").exists():
        from classify.harm.model import OnnxModel  # noqa: PLC0415 - onnxruntime takes half a second to import

        scorer = OnnxModel(folder, rules.label_map, threads=threads)
    else:
        from classify.harm.torch_model import TorchModel  # noqa: PLC0415 - torch is an extra

        scorer = TorchModel(folder, rules.label_map, threads=threads)
    return Judge(CachedScorer(scorer, cache) if cache else scorer, rules)
