"""Posts with gold labels and what a judge gave them."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classify.harm.evaluate.gold import Gold
from classify.harm.judge import Judge
from classify.harm.measure import Figures, Truth, figures, harmful, reached, threshold_at
from classify.harm.scorer import Scores, place_of
from warehouse import HARMS, Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A sample of posts, its scores and the labels that count; all arrays of shape (posts, 6)."""

    posts: Sequence[Gold]
    scores: Scores
    found: Truth
    seen: NDArray[np.bool_]
    """Which posts a person is shown, in doubt or called some harm: shape (posts,)."""
    gold: Truth

    def where(self, keeps: Callable[[Gold], bool]) -> "Scored":
        """Give the part of the sample that a question about a post keeps."""
        return self.at(np.array([keeps(post) for post in self.posts], bool))

    def at(self, mask: NDArray[np.bool_]) -> "Scored":
        """Give the part of the sample where a mask holds."""
        posts = [post for post, kept in zip(self.posts, mask, strict=True) if kept]
        return Scored(
            posts=posts, scores=self.scores[mask], found=self.found[mask], seen=self.seen[mask], gold=self.gold[mask]
        )

    @property
    def harm(self) -> NDArray[np.bool_]:
        """Which posts carry a harm."""
        return harmful(self.gold)

    def label(self, label: Label) -> Figures:
        """Count one label at its threshold."""
        return figures(self.found[:, place_of(label)], self.gold[:, place_of(label)])

    def any_harm(self) -> Figures:
        """Count "some harm" as one label."""
        return figures(harmful(self.found), self.harm)

    def macro_f1(self) -> float:
        """Give the mean F1 of the harms that some post carries."""
        there = [self.label(label).f1 for label in HARMS if self.gold[:, place_of(label)].any()]
        return float(np.mean(there)) if there else float("nan")

    def alarms(self) -> float:
        """Give the share of the lawful posts that are called some harm."""
        return _mean(harmful(self.found)[~self.harm])

    def shown(self, keeps: Callable[[Gold], bool]) -> float:
        """Give the share of some posts that a person is shown, in doubt or called some harm."""
        return _mean(self.where(keeps).seen)

    def threat_recall(self, share: float, *, veiled: bool = False) -> float:
        """Give the recall of threats at the score that at most `share` of the lawful posts exceed; or of veiled ones."""
        column = place_of(Label.THREAT)
        limit = threshold_at(self.scores[~self.harm, column], share)
        wanted = np.array([Label.THREAT in post.labels and (post.veiled or not veiled) for post in self.posts], bool)
        return _mean(self.scores[wanted, column] > limit)

    def pairs(self) -> tuple[int, int]:
        """Give how many minimal pairs have each member on the right side of harm, and how many there are."""
        right: dict[str, list[bool]] = defaultdict(list)
        for post, called in zip(self.posts, harmful(self.found), strict=True):
            if post.pair:
                right[post.pair].append(bool(called) == post.harmful)
        whole = [sides for sides in right.values() if len(sides) > 1]
        return sum(map(all, whole)), len(whole)


def score(judge: Judge, posts: Sequence[Gold]) -> Scored:
    """Have a judge score a sample, without asking it for phrases."""
    scores = judge.scores([post.item for post in posts])
    thresholds = [judge.policy.thresholds[label] for label in Label]
    found = reached(scores, thresholds)
    doubts = np.array([judge.policy.doubt(label) for label in Label], np.float32)
    gold = np.array([[label in post.labels for label in Label] for post in posts], bool)
    return Scored(
        posts=posts, scores=scores, found=found, seen=harmful(found) | (scores >= doubts).any(axis=1), gold=gold
    )


def _mean(some: NDArray[np.bool_]) -> float:
    return float(some.mean()) if len(some) else float("nan")
