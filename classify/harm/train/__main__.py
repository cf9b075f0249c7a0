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
            from classify.harm.train.finish import settle_policy  # noqa: PLC0415 - brings transformers

            settle_policy(asked["out"], asked["corpus"], asked["policy"])
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


def _parser() -> argparse.ArgumentParser:
    here = Path(__file__).parent.parent
    parser = argparse.ArgumentParser(prog="python -m classify.harm.train", description=main.__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public data sets (train/public.toml)")
    parser.add_argument("--base", type=Path, required=True, help="folder of the base model; fetched there if empty")
    parser.add_argument("--corpus", type=Path, default=here / "corpus", help="folder of the written posts")
    parser.add_argument("--out", type=Path, default=here / "weights", help="folder for model.onnx and tokenizer.json")
    parser.add_argument("--policy", type=Path, default=here / "policy.toml", help="file whose thresholds are written")
    parser.add_argument("--decisions", type=Path, help="lines of reviewers' decisions to learn from as well")
    parser.add_argument("--exact", type=Path, help="folder in which the fp32 model is kept")
    parser.add_argument("--settle", action="store_true", help="train nothing: calibrate and choose thresholds anew")
    return parser


if __name__ == "__main__":
    sys.exit(main())
