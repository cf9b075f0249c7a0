"""Counting how often scores and labels agree with gold."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classify.harm.scorer import Scores, place_of
from warehouse import HARMS, Label

Truth = NDArray[np.bool_]
"""Shape (posts, labels in the order of `Label`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How well one label is found."""

    posts: int
    """Posts that carry the label."""
    precision: float
    recall: float
    f1: float


def reached(scores: Scores, thresholds: Sequence[float]) -> Truth:
    """Give the labels that count, harm before criticism (labels.md, border 18)."""
    above: Truth = np.greater_equal(scores, np.asarray(thresholds, np.float32))
    above[harmful(above), place_of(Label.CRITICISM)] = False
    return above


def harmful(labels: Truth) -> NDArray[np.bool_]:
    """Give which posts carry a harm label."""
    return np.asarray(labels[:, [place_of(label) for label in HARMS]].any(axis=1), np.bool_)


def figures(found: NDArray[np.bool_], gold: NDArray[np.bool_]) -> Figures:
    """Count one label: found and gold, shape (posts,)."""
    hits = int((found & gold).sum())
    precision = hits / max(1, int(found.sum()))
    recall = hits / max(1, int(gold.sum()))
    f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
    return Figures(posts=int(gold.sum()), precision=precision, recall=recall, f1=f1)


def recall_at(scores: NDArray[np.float32], gold: NDArray[np.bool_], lawful: NDArray[np.bool_], share: float) -> float:
    """Give the recall of one label when at most `share` of the lawful posts score higher than its threshold."""
    return float((scores[gold] > threshold_at(scores[lawful], share)).mean()) if gold.any() else 0.0


def threshold_at(lawful: NDArray[np.float32], share: float) -> float:
    """Give the score that at most `share` of these lawful posts exceed."""
    allowed = int(share * len(lawful))
    return float(np.sort(lawful)[::-1][allowed]) if len(lawful) > allowed else 0.0


def calibration_error(scores: NDArray[np.float32], gold: NDArray[np.bool_], bins: int = 10) -> float:
    """Give the expected calibration error: score minus share of truth, over ten bins weighed by their size."""
    places = np.minimum((scores * bins).astype(int), bins - 1)
    gaps = [
        abs(float(scores[places == one].mean()) - float(gold[places == one].mean())) * int((places == one).sum())
        for one in range(bins)
        if (places == one).any()
    ]
    return sum(gaps) / max(1, len(scores))
