"""Old model or new: the same posts read by both, and a worse one refused."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from classify.harm.evaluate.gold import Gold
from classify.harm.evaluate.scored import Scored, score
from classify.harm.evaluate.tables import Row, number, table
from classify.harm.items import Item
from classify.harm.judge import Judge
from classify.harm.train.decisions import Decided
from warehouse import HARMS, Label

SLACK = 0.01
"""What a figure may lose before the new model counts as worse: two posts of two hundred, which chance moves about."""
DECISIONS = "decisions kept apart"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure of both models on one sample, from 0 to 1."""

    what: str
    old: float
    new: float
    least: bool = False
    """Less is better."""

    @property
    def worse(self) -> bool:
        """Whether the new model loses more than chance would."""
        return (self.new - self.old if self.least else self.old - self.new) > SLACK


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What both models make of every sample."""

    samples: Mapping[str, tuple[Figure, ...]]

    @property
    def worse(self) -> tuple[str, ...]:
        """Name the figures that the new model loses."""
        return tuple(
            f"{figure.what} on the {name}: {figure.old:.3f} → {figure.new:.3f}"
            for name, figures in self.samples.items()
            for figure in figures
            if figure.worse
        )

    @property
    def text(self) -> str:
        """Give the report as Markdown."""
        return table(self._rows()) + "\n"

    def _rows(self) -> Iterator[Row]:
        yield "sample", "figure", "old", "new", ""
        for name, figures in self.samples.items():
            for each in figures:
                yield name, each.what, number(each.old, 3), number(each.new, 3), "worse" if each.worse else ""


def compare(old: Judge, new: Judge, samples: Mapping[str, Sequence[Gold]]) -> Comparison:
    """Have both judges, each under its own policy, read every sample."""
    return Comparison(
        samples={
            name: tuple(_figures(score(old, posts), score(new, posts))) for name, posts in samples.items() if posts
        }
    )


def gold_of(decided: Sequence[Decided]) -> list[Gold]:
    """Turn decisions into gold: what was acted on is harm, what was left isn't."""
    return [
        Gold(
            item=Item(id=one.id, text=one.text, language=one.language),
            labels=frozenset(label for label, holds in one.known.items() if holds),
        )
        for one in decided
    ]


def _figures(old: Scored, new: Scored) -> Iterator[Figure]:
    """Give the figures that the sample can show; single labels only where their gold is whole, not on decisions."""
    if old.harm.any():
        yield Figure(what="harm found", old=old.any_harm().recall, new=new.any_harm().recall)
    if (~old.harm).any():
        yield Figure(what="lawful called harm", old=old.alarms(), new=new.alarms(), least=True)
    if any(Label.CRITICISM in post.labels for post in old.posts):
        yield Figure(what="macro-F1", old=old.macro_f1(), new=new.macro_f1())
        yield Figure(what="threat recall at 1 % false alarms", old=old.threat_recall(0.01), new=new.threat_recall(0.01))
        for label in HARMS:
            if old.label(label).posts:
                yield Figure(what=f"{label.value} recall", old=old.label(label).recall, new=new.label(label).recall)
