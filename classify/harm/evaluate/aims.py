"""What the model is meant to reach, and how far off it is."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from classify.harm.evaluate.scored import Scored
from classify.harm.evaluate.slices import is_hard, is_ordinary
from classify.harm.measure import calibration_error
from warehouse import HARMS, Label

SERVED_AT_1, SERVED_AT_2 = ("nl", "en"), ("tr", "ar", "pl", "de")
LEAST_POSTS = 10
"""Below this an aim is left uncounted: the sample can't show it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """One figure with its aim."""

    what: str
    aim: float
    reached: float
    most: bool = False
    """The figure should be at most the aim rather than at least."""
    unit: str = ""

    @property
    def off(self) -> float:
        """How far the figure is from its aim; 0 when it is reached."""
        return max(0.0, self.reached - self.aim if self.most else self.aim - self.reached)


def aims(sample: Scored) -> Iterator[Aim]:
    """Give the aims that a sample of posts can show; those of which it holds too little are left out."""
    for code in (*SERVED_AT_1, *SERVED_AT_2):
        yield from _of_language(sample, code)
    for what, keeps, aim in (
        ("lawful, hard: called some harm", is_hard, 3.0),
        ("lawful, ordinary talk: called some harm", is_ordinary, 0.5),
    ):
        part = sample.where(keeps)
        if len(part.posts) >= LEAST_POSTS:
            yield Aim(what=what, aim=aim, reached=100 * part.alarms(), most=True, unit=" %")
    right, all_of_them = sample.pairs()
    if all_of_them >= LEAST_POSTS:
        yield Aim(what=f"minimal pairs, both sides right (of {all_of_them})", aim=0.85, reached=right / all_of_them)
    for column, label in enumerate(Label):
        error = calibration_error(sample.scores[:, column], sample.gold[:, column])
        yield Aim(what=f"calibration error, {label.value}", aim=0.03, reached=error, most=True)


def _of_language(sample: Scored, code: str) -> Iterator[Aim]:
    part = sample.where(lambda post: post.item.language == code)
    threats = sum(Label.THREAT in post.labels for post in part.posts)
    if threats < LEAST_POSTS or (~part.harm).sum() < LEAST_POSTS:
        return
    share, aim = (0.01, 0.95) if code in SERVED_AT_1 else (0.02, 0.80)
    at = f"{100 * share:.0f} % false alarms"
    yield Aim(what=f"{code}: threat recall at {at} (of {threats})", aim=aim, reached=part.threat_recall(share))
    if code not in SERVED_AT_1:
        return
    veiled = sum(Label.THREAT in post.labels and post.veiled for post in part.posts)
    if veiled >= LEAST_POSTS:
        reached = part.threat_recall(share, veiled=True)
        yield Aim(what=f"{code}: veiled threats at {at} (of {veiled})", aim=0.88, reached=reached)
    yield Aim(what=f"{code}: macro-F1 of the harms", aim=0.88 if code == "nl" else 0.85, reached=part.macro_f1())


def robust(drops: Mapping[str, float]) -> Iterator[Aim]:
    """Give the aims of robustness."""
    for change, drop in drops.items():
        yield Aim(what=f"recall lost under {change}", aim=3.0, reached=drop, most=True, unit=" points")


def exact(small: Scored, full: Scored) -> Iterator[Aim]:
    """Compare the int8 file with the fp32 one on the same posts: the largest difference of any figure."""
    apart = [abs(small.label(label).f1 - full.label(label).f1) for label in HARMS]
    apart += [abs(small.threat_recall(0.01) - full.threat_recall(0.01)), abs(small.macro_f1() - full.macro_f1())]
    apart.append(abs(small.alarms() - full.alarms()))
    worst = max((one for one in apart if not math.isnan(one)), default=0.0)
    yield Aim(what="int8 against fp32, worst of all figures", aim=0.3, reached=100 * worst, most=True, unit=" points")
    score = float(np.abs(small.scores - full.scores).mean())
    yield Aim(what="int8 against fp32, mean difference of a score", aim=0.003, reached=score, most=True)
