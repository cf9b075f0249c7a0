"""Fit the weights of the features on labelled posts: `python -m classify.names.fit ROSTER POSTS`.

Logistic regression with a Gaussian prior: each weight is drawn to the value a person would guess (`prior` in the
table), so that a feature with few examples keeps a sensible weight and none grows without bound. Newton's method;
only numpy. Rewrites `weight` and `start` in `features.toml` and nothing else.
"""

import json
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classify.names.features import load_table
from classify.names.find import Finder, compile_roster
from classify.names.posts import PostText
from warehouse.people import read_roster

STRENGTH = 0.6
"""How strongly a weight is drawn to its prior: as if that many posts had said so."""
ROUNDS = 30
FIXED = frozenset({"not_ours", "ours"})
"""Features that don't occur in labelled posts: they keep their weight."""
Vector = NDArray[np.float64]


def examples(finder: Finder, lines: Iterable[str]) -> tuple[list[Mapping[str, float]], list[bool]]:
    """Give the values of the best candidate per span of the labelled posts, and whether it is right.

    Rivals for the same span are left out: that a nickname loses to an exact name elsewhere doesn't make it unlikely.
    """
    values: list[Mapping[str, float]] = []
    right: list[bool] = []
    for line in lines:
        raw = json.loads(line)
        for scored, _, (start, end) in finder.candidates(PostText(id=raw["post_id"], text=raw["text"])):
            who = scored.candidate.entry.person.id
            values.append(scored.values)
            right.append(any(who in (m["person_id"], *m["also"]) and _meet(start, end, m) for m in raw["mentions"]))
    return values, right


def _meet(start: int, end: int, gold: Mapping[str, int]) -> bool:
    """Tell whether two spans share at least half of the shorter, as the benchmark counts."""
    shared = min(end, gold["end"]) - max(start, gold["start"])
    return shared > 0 and shared * 2 >= min(end - start, gold["end"] - gold["start"])


def fit(rows: NDArray[np.float64], right: NDArray[np.float64], prior: Vector) -> Vector:
    """Give the weights that explain the answers best, given the prior (Newton's method)."""
    weights = prior.copy()
    for _ in range(ROUNDS):
        chance = 1 / (1 + np.exp(-np.clip(rows @ weights, -30, 30)))
        slope = rows.T @ (chance - right) + STRENGTH * (weights - prior)
        curve = (rows * (chance * (1 - chance))[:, None]).T @ rows + STRENGTH * np.eye(len(prior))
        step = np.linalg.solve(curve, slope)
        weights = weights - step
        if np.abs(step).max() < 1e-6:  # noqa: PLR2004
            break
    return np.asarray(weights)


def rewrite(text: str, names: list[str], weights: Vector) -> str:
    """Put fitted weights in the table's text; `names[0]` is the start."""
    text = re.sub(r"(?m)^start = .*$", f"start = {weights[0]:.2f}", text)
    for name, weight in zip(names[1:], weights[1:], strict=True):
        text = re.sub(rf'(name = "{name}"\n)weight = .*', rf"\g<1>weight = {weight:.2f}", text)
    return text


def main(roster: Path, posts: Path, place: Path) -> None:
    """Fit the table at `place` on labelled posts."""
    text = place.read_text(encoding="utf-8")
    table = load_table(text)
    finder = compile_roster(read_roster(roster))
    with posts.open(encoding="utf-8") as lines:
        values, right = examples(finder, lines)
    names = ["start", *(name for name in table.features if name not in FIXED)]
    prior = np.array([table.start_prior, *(table.features[name].prior for name in names[1:])])
    rows = np.array([[1.0, *(row.get(name, 0.0) for name in names[1:])] for row in values])
    weights = fit(rows, np.array(right, dtype=np.float64), prior)
    place.write_text(rewrite(text, names, weights), encoding="utf-8")
    sys.stdout.write(f"{len(values)} candidates, {sum(right)} right; {len(names)} weights written to {place}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(__file__).with_name("features.toml"))
