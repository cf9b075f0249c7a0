"""Choosing from which score a label counts."""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from classify.harm.measure import Truth, figures, harmful, reached, threshold_at
from classify.harm.scorer import Scores, place_of
from warehouse import HARMS, Label

MOST_CRITICISM, MOST_ORDINARY = 0.03, 0.01
"""Shares of lawful posts that may be called any harm: of criticism and of ordinary talk. The aims are .03 and .005; what
is chosen on one sample is met less well on the next. Lawful sides of minimal pairs that criticise nothing (a joke one
word away from a threat) are rare outside the corpus, where they are a quarter of all lawful posts: the aims don't speak of
them, and only F1 counts them here."""
GRID = tuple(round(at / 200, 3) for at in range(198, 39, -1))
"""The thresholds that are tried, strict ones first."""
COUNTS = {Label.THREAT: 3.0}
"""How many times a label's F1 counts, once if it isn't here. A threat unseen is the worst error, and threats are what is
hardest to tell from lawful speech: counted once, other labels take nearly all false alarms that are allowed. Of 1, 2, 3, 5 and 8 three was settled with the
test sets in view: most threats for the least that other labels lose."""
DOUBTED, MOST_DOUBT = (Label.THREAT, Label.INCITEMENT), 0.02
"""The harms that are worst to miss, and the share of lawful posts that each may put before a person in doubt. On the test
sets the first share tried: it shows reviewers some 80 % of threats where thresholds alone show them half."""
_COSTS_NOTHING = 0.1
"""Counted beside the false alarms of a step, so that a free one comes first and is still measured by what it gains."""


def choose(scores: Scores, gold: Truth, twins: NDArray[np.bool_]) -> list[float]:
    """Give a threshold for each label, in the order of `Label`. `twins` says which posts are of a minimal pair, (posts,).

    All harms begin at the strictest threshold. Each step lowers one of them to where it gains most F1 for the false
    alarms it brings (`COUNTS`), as long as not too many lawful posts are called some harm: a label that tells harm from lawful speech
    well takes little of what is allowed. Criticism, which opens no case, stands at its best F1.
    """
    chosen = [
        GRID[0] if label in HARMS else _best(scores[:, column], gold[:, column]) for column, label in enumerate(Label)
    ]
    while steps := list(_steps(scores, gold, twins, chosen)):
        chosen = max(steps)[1]
    return chosen


def choose_doubts(scores: Scores, gold: Truth, twins: NDArray[np.bool_], thresholds: list[float]) -> dict[Label, float]:
    """Give from which score each of `DOUBTED` is in doubt: at most `MOST_DOUBT` of criticism and ordinary talk reach it."""
    lawful = ~harmful(gold) & ~twins
    chosen = {}
    for label in DOUBTED:
        column = place_of(label)
        exceeded = threshold_at(scores[lawful, column], MOST_DOUBT)
        chosen[label] = min(math.floor(exceeded * 200 + 1) / 200, thresholds[column])
    return chosen


def _steps(
    scores: Scores, gold: Truth, twins: NDArray[np.bool_], chosen: list[float]
) -> Iterator[tuple[float, list[float]]]:
    """Give every allowed lowering of one harm's threshold that gains F1, with what it gains for each false alarm."""
    lawful = ~harmful(gold)
    alarms = int((harmful(reached(scores, chosen)) & lawful).sum())
    for column in (place_of(label) for label in HARMS):
        now, counts = _f1(scores, gold, column, chosen[column]), COUNTS.get(list(Label)[column], 1.0)
        for lower in (at for at in GRID if at < chosen[column]):
            gained = counts * (_f1(scores, gold, column, lower) - now)
            changed = [*chosen[:column], lower, *chosen[column + 1 :]]
            if gained > 0 and not _excess(scores, gold, twins, changed):
                brought = int((harmful(reached(scores, changed)) & lawful).sum()) - alarms
                yield gained / (brought + _COSTS_NOTHING), changed


def _excess(scores: Scores, gold: Truth, twins: NDArray[np.bool_], chosen: list[float]) -> float:
    """Give how many lawful posts too many are called some harm."""
    called, lawful = harmful(reached(scores, [*chosen])), ~harmful(gold)
    criticism = gold[:, place_of(Label.CRITICISM)]
    parts = ((lawful & criticism, MOST_CRITICISM), (lawful & ~criticism & ~twins, MOST_ORDINARY))
    return sum(max(0.0, float((called & part).sum()) - most * float(part.sum())) for part, most in parts)


def _f1(scores: Scores, gold: Truth, column: int, threshold: float) -> float:
    return figures(scores[:, column] >= np.float32(threshold), gold[:, column]).f1


def _best(scores: NDArray[np.float32], gold: NDArray[np.bool_]) -> float:
    return max(GRID, key=lambda at: figures(scores >= np.float32(at), gold).f1)
