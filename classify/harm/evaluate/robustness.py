"""How much less harm is found when a post is spelt badly or so as to evade."""

from collections.abc import Sequence
from dataclasses import replace

from classify.harm.evaluate.gold import Gold
from classify.harm.evaluate.noise import CHANGES, noisy
from classify.harm.evaluate.scored import Scored, score
from classify.harm.judge import Judge
from classify.harm.mask import masked


def drops(judge: Judge, sample: Scored) -> dict[str, float]:
    """Give for each kind of change how many points the recall of "some harm" drops, on the harmful posts of a sample."""
    harmful = [post for post in sample.posts if post.harmful]
    if not harmful:
        return {}
    plain = sample.any_harm().recall
    return {change: 100 * (plain - _recall(judge, harmful, change)) for change in CHANGES}


def _recall(judge: Judge, posts: Sequence[Gold], change: str) -> float:
    changed = []
    for post in posts:
        text = masked(post.item, (0, len(post.item.text)), judge.policy.masks)
        item = replace(post.item, text=noisy(text, change, post.item.id), spans=(), other_spans=())
        changed.append(replace(post, item=item, phrases=()))
    return score(judge, changed).any_harm().recall
