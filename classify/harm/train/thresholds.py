"""Choosing from which score a label counts."""

import numpy as np
from numpy.typing import NDArray

from classify.harm.measure import Truth, figures, harmful, reached, threshold_at
from classify.harm.scorer import Scores
from warehouse import Label

MOST_FALSE_ALARMS = 0.02
"""Of a hundred lawful posts of the development part at most two may be called any harm."""
_STEPS = (0.02, 0.015, 0.0125, 0.01, 0.0075, 0.005, 0.0025, 0.0)
LEAST, MOST = 0.2, 0.95


def choose(scores: Scores, gold: Truth) -> list[float]:
    """Give a threshold for each label, in the order of `Label`.

    Each label takes the threshold of its best F1, but no lower than lets through its share of the false alarms; the
    share is lowered until all labels together stay within `MOST_FALSE_ALARMS`.
    """
    lawful = ~harmful(gold)
    best = [_best(scores[:, column], gold[:, column]) for column in range(len(Label))]
    chosen = best
    for share in _STEPS:
        limits = [threshold_at(scores[lawful, column], share) + 1e-4 for column in range(len(Label))]
        chosen = [
            one if label is Label.CRITICISM else max(one, limit)
            for label, one, limit in zip(Label, best, limits, strict=True)
        ]
        if harmful(reached(scores, chosen))[lawful].mean() <= MOST_FALSE_ALARMS:
            break
    return [round(float(np.clip(one, LEAST, MOST)), 3) for one in chosen]


def _best(scores: NDArray[np.float32], gold: NDArray[np.bool_]) -> float:
    grid = np.linspace(LEAST, MOST, 76)
    return float(max(grid, key=lambda at: figures(scores >= at, gold).f1))
