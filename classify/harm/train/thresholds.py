"""Choosing from which score a label counts."""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from classify.harm.measure import Truth, figures, harmful, reached
from classify.harm.scorer import Scores, place_of
from warehouse import HARMS, Label

MOST_HARD, MOST_ORDINARY = 0.03, 0.01
"""Shares of the development part's lawful posts that may be called any harm: of hard ones (criticism, twins of harmful
posts) and of ordinary talk. The aims are .03 and .005; what is chosen on one sample is met less well on the next."""
LEAST, MOST = 0.2, 0.99
_COSTS_NOTHING = 1e-6


def choose(scores: Scores, gold: Truth, hard: NDArray[np.bool_]) -> list[float]:
    """Give a threshold for each label, in the order of `Label`. `hard` says which lawful posts are hard, shape (posts,).

    Each label begins at the threshold of its best F1. While too many lawful posts are called some harm, that label is
    raised past its lowest false alarm that loses the least F1 for the false alarms it ends: a label that tells harm
    from lawful speech well keeps its recall, whatever the others need.
    """
    chosen = [_best(scores[:, column], gold[:, column]) for column in range(len(Label))]
    while (over := _excess(scores, gold, hard, chosen)) > 0:
        steps = []
        for column, raised in _raised(scores, gold, chosen):
            changed = [*chosen[:column], raised, *chosen[column + 1 :]]
            ended = over - _excess(scores, gold, hard, changed)
            lost = _f1(scores, gold, column, chosen[column]) - _f1(scores, gold, column, raised)
            steps.append(((lost + _COSTS_NOTHING) / (ended + _COSTS_NOTHING), changed))
        if not steps:
            break
        chosen = min(steps)[1]
    return chosen


def _raised(scores: Scores, gold: Truth, chosen: list[float]) -> Iterator[tuple[int, float]]:
    """Give each harm's column and its threshold just above the lowest false alarm, where it has one."""
    lawful = ~harmful(gold)
    for column in (place_of(label) for label in HARMS):
        alarms = scores[lawful & (scores[:, column] >= np.float32(chosen[column])), column]
        if len(alarms) and chosen[column] < MOST:
            yield column, min(MOST, max(chosen[column], math.floor(float(alarms.min()) * 1000) / 1000) + 0.001)


def _excess(scores: Scores, gold: Truth, hard: NDArray[np.bool_], chosen: list[float]) -> float:
    """Give how many lawful posts too many are called some harm."""
    called, lawful = harmful(reached(scores, [*chosen])), ~harmful(gold)
    parts = ((lawful & hard, MOST_HARD), (lawful & ~hard, MOST_ORDINARY))
    return sum(max(0.0, float((called & part).sum()) - most * float(part.sum())) for part, most in parts)


def _f1(scores: Scores, gold: Truth, column: int, threshold: float) -> float:
    return figures(scores[:, column] >= np.float32(threshold), gold[:, column]).f1


def _best(scores: NDArray[np.float32], gold: NDArray[np.bool_]) -> float:
    grid = np.linspace(LEAST, 0.95, 76)
    return round(float(max(grid, key=lambda at: figures(scores >= np.float32(at), gold).f1)), 3)
