"""Whether what the judge reads changes: by month, how much of it is lawful, how sure the scores are, which languages.

A model doesn't notice that people began to write otherwise. A jump in one of these figures is the sign to look at posts.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from warehouse import HARMS, Label

JUMP = 0.1
"""A share or a mean score that differs this much from the month before is pointed out."""
LEAST = 30
"""Verdicts below which a month's shares are chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """What was judged in one month; shares and means from 0 to 1."""

    month: str
    """2026-11."""
    posts: int
    """Verdicts: a post that names two people counts twice."""
    shares: Mapping[str, float]
    """Share with each label, and `none`: without any."""
    means: Mapping[str, float]
    """Mean score of each label where it was reached."""
    languages: Mapping[str, float]
    """Share of each language among the posts whose text is still kept; empty where none is."""


def months(rows: Iterable[Mapping[str, Any]], languages: Iterable[tuple[str, str]]) -> list[Month]:
    """Join the warehouse's `drift_by_month` rows with (month, language) of each kept post, oldest first."""
    found: dict[str, dict[str, Mapping[str, Any]]] = defaultdict(dict)
    for row in rows:
        found[row["month"]][row["label"]] = row
    spoken: dict[str, Counter[str]] = defaultdict(Counter)
    for month, language in languages:
        spoken[month][language or "unknown"] += 1
    made = []
    for month, labels in sorted(found.items()):
        posts = int(next(iter(labels.values()))["posts"])
        shares = {label or "none": int(row["found"]) / posts for label, row in labels.items()}
        means = {label: float(row["mean_score"]) for label, row in labels.items() if row["mean_score"] is not None}
        kept = spoken[month]
        made.append(
            Month(
                month=month,
                posts=posts,
                shares={label: shares.get(label, 0.0) for label in (*Label, "none")},
                means=means,
                languages={language: n / kept.total() for language, n in kept.most_common()},
            )
        )
    return made


def jumps(found: list[Month]) -> Iterator[str]:
    """Say which figures jumped from one month to the next, where both months hold enough to tell."""
    for before, after in pairwise(found):
        if min(before.posts, after.posts) < LEAST:
            continue
        for what, old, new in (
            ("share of posts with", before.shares, after.shares),
            ("mean score of", before.means, after.means),
            ("share of language", before.languages, after.languages),
        ):
            shares = what != "mean score of"  # a label that wasn't found has no mean, but its share is 0
            names = sorted({*old, *new} if shares and old and new else {*old} & {*new})
            yield from (
                f"{after.month}: {what} {name} went from {old.get(name, 0.0):.2f} to {new.get(name, 0.0):.2f}"
                for name in names
                if abs(old.get(name, 0.0) - new.get(name, 0.0)) >= JUMP
            )


def drift_rows(found: list[Month]) -> Iterator[tuple[str, ...]]:
    """Give a table: a head, then a row a month."""
    yield "month", "verdicts", "lawful", *(label.value for label in HARMS), "none", "mean threat score", "languages"
    for each in found:
        spoken = " ".join(f"{language} {share:.0%}" for language, share in list(each.languages.items())[:5])
        mean = each.means.get(Label.THREAT)
        yield (
            each.month,
            str(each.posts),
            f"{each.shares[Label.CRITICISM]:.0%}",
            *(f"{each.shares[label]:.0%}" for label in HARMS),
            f"{each.shares['none']:.0%}",
            "" if mean is None else f"{mean:.2f}",
            spoken,
        )
