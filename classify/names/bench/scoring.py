"""Scoring mentions against labelled posts: precision, recall, average precision, by category and kind of negative.

A prediction is right when its person is one of the gold mention's and the spans share at least half of the shorter.
Each gold mention is won once, by the best-scored right prediction; further right ones on it don't count, and everything
else is a false alarm, a wrong person on a gold span too.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from classify.names.bench.marked import Gold, Labelled


@dataclass(frozen=True, slots=True)
class Guess:
    """One prediction."""

    post_id: str
    person_id: str
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """A prediction with what it turned out to be."""

    score: float
    where: str
    """The category of the gold mention that was hit, or the kind of post the false alarm stands in."""
    right: bool = False
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Quality:
    """The figures of one finder on one set of posts."""

    threshold: float
    precision: float
    recall: float
    average_precision: float
    recall_at_99: float
    """Recall at the lowest threshold that keeps precision at 99 %."""
    exact_spans: float
    categories: dict[str, tuple[int, int]]
    """Category → mentions found, mentions there."""
    alarms: dict[str, tuple[int, int]]
    """Kind of post → false alarms, posts."""

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    @property
    def macro_recall(self) -> float:
        """The mean of the categories' recalls."""
        return sum(found / there for found, there in self.categories.values()) / max(1, len(self.categories))


def score(posts: Sequence[Labelled], guesses: Iterable[Guess], threshold: float | None = None) -> Quality:
    """Score predictions. Without a threshold, take the one with the best F1 on these posts."""
    verdicts = sorted(_verdicts(posts, guesses), key=lambda v: -v.score)
    there = Counter(gold.category for post in posts for gold in post.mentions)
    total = sum(there.values())
    curve = _curve(verdicts, total)
    if threshold is None:
        threshold = (
            max(curve, key=lambda p: 2 * p[0] * p[1] / (p[0] + p[1]) if p[0] + p[1] else 0.0)[2] if curve else 1.0
        )
    flagged = [v for v in verdicts if v.score >= threshold]
    right = sum(v.right for v in flagged)
    found = Counter(v.where for v in flagged if v.right)
    false = Counter(v.where for v in flagged if not v.right)
    kinds = Counter(post.kind for post in posts)
    return Quality(
        threshold=threshold,
        precision=right / len(flagged) if flagged else 0.0,
        recall=right / total if total else 0.0,
        average_precision=_average_precision(curve),
        recall_at_99=max((recall for precision, recall, _ in curve if precision >= 0.99), default=0.0),  # noqa: PLR2004
        exact_spans=sum(v.exact for v in flagged) / right if right else 0.0,
        categories={category: (found[category], count) for category, count in sorted(there.items())},
        alarms={kind: (false[kind], count) for kind, count in sorted(kinds.items())},
    )


def _verdicts(posts: Sequence[Labelled], guesses: Iterable[Guess]) -> list[Verdict]:
    """Judge every prediction."""
    by_post: dict[str, list[Guess]] = {}
    for guess in guesses:
        by_post.setdefault(guess.post_id, []).append(guess)
    verdicts = []
    for post in posts:
        won: set[Gold] = set()
        for guess in sorted(by_post.get(post.post.id, ()), key=lambda g: (-g.score, g.start)):
            hits = [gold for gold in post.mentions if guess.person_id in gold.people and _meet(guess, gold)]
            free = [gold for gold in hits if gold not in won]
            if free:
                won.add(free[0])
                exact = (guess.start, guess.end) == (free[0].start, free[0].end)
                verdicts.append(Verdict(guess.score, free[0].category, right=True, exact=exact))
            elif not hits:
                verdicts.append(Verdict(guess.score, post.kind))
    return verdicts


def _meet(guess: Guess, gold: Gold) -> bool:
    """Tell whether two spans share at least half of the shorter."""
    shared = min(guess.end, gold.end) - max(guess.start, gold.start)
    return shared > 0 and shared * 2 >= min(guess.end - guess.start, gold.end - gold.start)


def _curve(verdicts: Sequence[Verdict], total: int) -> list[tuple[float, float, float]]:
    """Give precision, recall and score at every distinct score, from the highest."""
    points, right, flagged = [], 0, 0
    for value, same in groupby(verdicts, key=lambda v: v.score):
        answers = [v.right for v in same]
        right, flagged = right + sum(answers), flagged + len(answers)
        points.append((right / flagged, right / total if total else 0.0, value))
    return points


def _average_precision(curve: Sequence[tuple[float, float, float]]) -> float:
    """Give the area under the best precision at each recall."""
    area, best, steps = 0.0, 0.0, []
    for precision, recall, _ in reversed(curve):
        best = max(best, precision)
        steps.append((best, recall))
    before = 0.0
    for precision, recall in reversed(steps):
        area += precision * (recall - before)
        before = recall
    return area
