"""`python -m classify.harm.train`: from data and base model to the packaged weights and policy."""

import argparse
import sys
from pathlib import Path

from classify.harm.errors import HarmError


def main() -> int:
    """Train, export, choose thresholds, write the model card; 1 with a sentence on standard error when it can't."""
    asked = vars(_parser().parse_args())
    try:
        if asked.pop("settle"):
            _settle(**asked)
            return 0
        from classify.harm.train.run import Places, train  # noqa: PLC0415 - torch is an extra, and may be missing

        train(Places(**asked))
    except ImportError as error:
        print(f"training needs more packages ({error}): pip install 'handenaf[train]'", file=sys.stderr)  # noqa: T201
        return 1
    except HarmError as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command's message
        return 1
    return 0


def _settle(*, corpus: Path, out: Path, policy: Path, exact: Path | None, **_others: object) -> None:
    from classify.harm.train.corpus import read_corpus, split_corpus  # noqa: PLC0415 - brings what `--help` needn't
    from classify.harm.train.finish import NAME, settle_policy  # noqa: PLC0415 - brings onnxruntime

    if exact:
        from classify.harm.train.quantise import quantise  # noqa: PLC0415 - onnx is an extra

        texts = [post.text for post in split_corpus(read_corpus(corpus))[0]]
        quantise(exact / "model.onnx", out / "model.onnx", texts, name=NAME)
    settle_policy(out, corpus, policy)


def _parser() -> argparse.ArgumentParser:
    here = Path(__file__).parent.parent
    parser = argparse.ArgumentParser(prog="python -m classify.harm.train", description=main.__doc__)
    parser.add_argument(
        "--data",
        type=Path,
        default=Path("../shared/data/train"),
        help="folder of the public data sets (train/public.toml)",
    )
    parser.add_argument(
        "--base", type=Path, default=Path("work/base-model"), help="folder of the base model; fetched there if empty"
    )
    parser.add_argument("--corpus", type=Path, default=here / "corpus", help="folder of the written posts")
    parser.add_argument("--out", type=Path, default=here / "weights", help="folder for model.onnx and tokenizer.json")
    parser.add_argument("--policy", type=Path, default=here / "policy.toml", help="file whose thresholds are written")
    parser.add_argument("--decisions", type=Path, help="lines of reviewers' decisions to learn from as well")
    parser.add_argument("--exact", type=Path, help="folder in which the fp32 model is kept")
    parser.add_argument(
        "--runs",
        type=Path,
        default=Path("work/runs"),
        help="folder in which each run is kept as it ends: a training that was stopped goes on from there",
    )
    parser.add_argument(
        "--settle",
        action="store_true",
        help="train nothing: make int8 anew from --exact if it is given, calibrate, choose thresholds",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
