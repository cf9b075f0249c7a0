"""Making a score mean what it says: of a hundred posts that score .7, about seventy carry the label.

Platt scaling: the model's own log-odds x become slope · x + offset, a pair of numbers a label, fitted on the development
part by training and kept in `policy.toml` beside the thresholds, which are on the calibrated scale.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from classify.harm.scorer import Scorer, Scores
from warehouse import Label

_ALMOST = 1e-6
_PULL = 1.0
"""How strongly a fit is drawn to slope 1, offset 0: as one post whose score was right. Holds labels with few posts."""
_STEPS = 50


class Calibration(BaseModel):
    """A slope and an offset for each label; what isn't given stays as the model says it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    slope: dict[Label, float] = {}
    offset: dict[Label, float] = {}

    def apply(self, scores: Scores) -> Scores:
        """Give calibrated scores of the same shape (texts, 6). Order is kept; a 0 (a label unknown to the model) stays."""
        if not self.slope and not self.offset:
            return scores
        slope = np.array([self.slope.get(label, 1.0) for label in Label])
        offset = np.array([self.offset.get(label, 0.0) for label in Label])
        made: Scores = (1 / (1 + np.exp(-(slope * log_odds(scores) + offset)))).astype(np.float32)
        made[scores == 0] = 0
        return made


class Calibrated:
    """A scorer whose scores are calibrated."""

    def __init__(self, scorer: Scorer, calibration: Calibration) -> None:
        self.name = scorer.name
        self._scorer = scorer
        self._calibration = calibration

    def score(self, texts: Sequence[str], contexts: Sequence[str]) -> Scores:
        """Give calibrated scores; see `Scorer`."""
        return self._calibration.apply(self._scorer.score(texts, contexts))


def log_odds(scores: Scores) -> NDArray[np.float64]:
    """Give log(p / (1 - p)), bounded at one in a million."""
    inside = np.clip(scores.astype(np.float64), _ALMOST, 1 - _ALMOST)
    odds: NDArray[np.float64] = np.log(inside / (1 - inside))
    return odds


def fit_calibration(scores: Scores, gold: NDArray[np.bool_]) -> Calibration:
    """Fit slope and offset of each label on the model's own scores and gold, both of shape (posts, 6).

    The least cross-entropy, by Newton's method (Platt 1999). A label that no post or every post carries, or whose
    scores run against the gold, keeps what the model says.
    """
    slope, offset = {}, {}
    for column, label in enumerate(Label):
        a, b = _fit(log_odds(scores[:, column]), gold[:, column])
        slope[label], offset[label] = round(a, 3), round(b, 3)
    return Calibration(slope=slope, offset=offset)


def _fit(odds: NDArray[np.float64], gold: NDArray[np.bool_]) -> tuple[float, float]:
    if gold.all() or not gold.any():
        return 1.0, 0.0
    inputs = np.stack([odds, np.ones_like(odds)], axis=1)
    start = np.array([1.0, 0.0])
    found = start.copy()
    for _ in range(_STEPS):
        said = 1 / (1 + np.exp(-np.clip(inputs @ found, -30, 30)))
        slope = inputs.T @ (said - gold) + _PULL * (found - start)
        curve = (inputs * (said * (1 - said))[:, None]).T @ inputs + _PULL * np.eye(2)
        step = np.linalg.solve(curve, slope)
        found -= np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-6:  # noqa: PLR2004 - converged beyond the three decimals that are kept
            break
    return (float(found[0]), float(found[1])) if found[0] > 0 else (1.0, 0.0)
