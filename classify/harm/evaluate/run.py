"""Evaluating a folder of weights on the samples that belong to it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from classify.harm.evaluate.gold import TEST_SETS, Gold, from_corpus, read_gold
from classify.harm.evaluate.report import Report, evaluate
from classify.harm.load import load_judge
from classify.harm.train.corpus import read_corpus, split_corpus

DEVELOPMENT = "development part"


def samples_of(corpus: Path, test_sets: Path = TEST_SETS) -> dict[str, Sequence[Gold]]:
    """Give the test sets that this checkout has, each named after its folder, and the development part of a corpus."""
    _, development = split_corpus(read_corpus(corpus))
    there = {f"{folder.name} test set": read_gold(folder) for folder in sorted(test_sets.glob("*/"))}
    return {**there, DEVELOPMENT: from_corpus(development)}


def evaluate_weights(
    weights: Path,
    policy: Path,
    samples: Mapping[str, Sequence[Gold]],
    *,
    exact: Path | None = None,
    suites: Path | None = None,
) -> Report:
    """Evaluate the weights in a folder under a policy file.

    `exact` is a folder with the same model in fp32, `suites` one with HateCheck's CSV files. Raises `HarmError`.
    """
    judge = load_judge(weights, policy)
    exact_judge = load_judge(exact, policy) if exact else None
    return evaluate(judge, samples, exact_judge=exact_judge, suites=suites)
