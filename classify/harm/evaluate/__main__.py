"""`python -m classify.harm.evaluate` (`make eval-harm`): print how good a model is, and write its card."""

import argparse
import sys
from pathlib import Path

from classify.harm.errors import HarmError
from classify.harm.load import CORPUS, WEIGHTS
from classify.harm.policy import PACKAGED


def main() -> int:
    """Evaluate on the test sets and the development part, or on the files named; 1 with a sentence when it can't."""
    asked = _parser().parse_args()
    try:
        from classify.harm.evaluate.gold import read_gold  # noqa: PLC0415 - `--help` needn't wait for onnxruntime
        from classify.harm.evaluate.run import evaluate_weights, samples_of  # noqa: PLC0415 - same
        from classify.harm.train.card import write_card  # noqa: PLC0415 - same

        samples = {file.stem: read_gold(file) for file in asked.files} or samples_of(asked.corpus)
        report = evaluate_weights(asked.weights, asked.policy, samples, exact=asked.fp32, suites=asked.suites)
        if asked.card:
            write_card(asked.weights, asked.policy, report)
    except HarmError as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command's message
        return 1
    print(report.text)  # noqa: T201 - a command's answer
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m classify.harm.evaluate", description=main.__doc__)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="JSON lines with gold labels (gold.py)")
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="another model's folder")
    parser.add_argument("--policy", type=Path, default=PACKAGED, help="the policy that belongs to it")
    parser.add_argument("--corpus", type=Path, default=CORPUS, help="folder of the written posts")
    parser.add_argument("--fp32", type=Path, help="folder of the same model in fp32, to compare with")
    parser.add_argument("--suites", type=Path, help="folder of HateCheck's CSV files")
    parser.add_argument("--card", action="store_true", help="write the model card beside the weights")
    return parser


if __name__ == "__main__":
    sys.exit(main())
