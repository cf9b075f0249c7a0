"""One evaluation: all samples, all figures, as the Markdown that stands in the model card."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from classify.harm.evaluate.aims import Aim, aims, exact, robust
from classify.harm.evaluate.gold import Gold
from classify.harm.evaluate.phrase_hits import phrase_hits
from classify.harm.evaluate.plots import confusion_svg
from classify.harm.evaluate.robustness import drops
from classify.harm.evaluate.scored import Scored, score
from classify.harm.evaluate.slices import is_hard, is_ordinary
from classify.harm.evaluate.suites import THREATS, Suite, read_suites, run_suite
from classify.harm.evaluate.tables import (
    Row,
    hits_sentence,
    label_rows,
    number,
    slice_rows,
    suite_rows,
    table,
    test_rows,
)
from classify.harm.judge import Judge
from warehouse import Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an evaluation found."""

    text: str
    """Markdown."""
    plots: Mapping[str, str]
    """File name → SVG."""
    aims: Mapping[str, tuple[Aim, ...]]
    """Sample → its figures with their aims."""


def evaluate(
    judge: Judge, samples: Mapping[str, Sequence[Gold]], *, exact_judge: Judge | None = None, suites: Path | None = None
) -> Report:
    """Count everything on each sample. `exact_judge` has the fp32 weights under the same policy."""
    parts, plots, reached = [], {}, {}
    for name, posts in samples.items():
        sample = score(judge, posts)
        full = score(exact_judge, posts) if exact_judge else None
        reached[name] = tuple(_all_aims(judge, sample, full))
        file = f"confusion-{name.replace(' ', '-')}.svg"
        plots[file] = confusion_svg(sample, f"{name}: gold label (row) and label given (column), % of the row")
        parts += _section(judge, name, sample, reached[name], file)
    if suites:
        run = [run_suite(judge, name, rows) for name, rows in read_suites(suites).items()]
        reached["published suites"] = tuple(_suite_aims(run))
        parts += ["### Published suites", table(suite_rows(run)), table(_aim_rows(reached["published suites"]))]
        parts += [f"{suite.name}:\n\n{table(test_rows(suite))}" for suite in run]
    return Report(text="\n\n".join(parts) + "\n", plots=plots, aims=reached)


def _all_aims(judge: Judge, sample: Scored, full: Scored | None) -> Iterable[Aim]:
    yield from aims(sample)
    yield from robust(drops(judge, sample))
    if full:
        yield from exact(sample, full)


def _section(judge: Judge, name: str, sample: Scored, reached: Sequence[Aim], plot: str) -> list[str]:
    lawful = int((~sample.harm).sum())
    thresholds = [judge.policy.thresholds[label] for label in Label]
    hits = phrase_hits(judge, sample.posts)
    macro, alarms = number(sample.macro_f1()), number(100 * sample.alarms(), 1)
    return [
        f"### {name[0].upper()}{name[1:]}: {len(sample.posts)} posts, {lawful} of them lawful",
        table(_aim_rows(reached)),
        table(label_rows(sample, thresholds)),
        f"Macro-F1 of the five harms {macro}. Of the lawful posts {alarms} % are called some harm.",
        _shown(sample),
        table(slice_rows(sample)),
        *([hits_sentence(hits)] if hits else []),
        f"![{name}: which label is taken for which]({plot})",
    ]


def _shown(sample: Scored) -> str:
    """Say what a person gets to see when doubts are counted too."""
    parts = {
        "threats": lambda post: Label.THREAT in post.labels,
        "veiled threats": lambda post: Label.THREAT in post.labels and post.veiled,
        "posts with some harm": lambda post: post.harmful,
        "hard lawful posts": is_hard,
        "ordinary talk": is_ordinary,
    }
    shares = ", ".join(f"{number(100 * sample.shown(keeps), 1)} % of {what}" for what, keeps in parts.items())
    return f"A person is shown, in doubt or called some harm: {shares}."


def _aim_rows(reached: Iterable[Aim]) -> Iterable[Row]:
    yield "figure", "aim", "reached", "off by"
    for aim in reached:
        digits = 1 if aim.unit else 3
        yield (
            aim.what,
            f"{'≤' if aim.most else '≥'} {aim.aim:g}{aim.unit}",
            f"{number(aim.reached, digits)}{aim.unit}",
            f"{number(aim.off, digits)}{aim.unit}" if aim.off else "reached",
        )


def _suite_aims(suites: Sequence[Suite]) -> Iterable[Aim]:
    """Give the aims that harm.md sets for Dutch, which no published model reaches at once; other languages alike."""
    for suite in suites:
        if any(test in suite.each for test in THREATS):
            yield Aim(what=f"{suite.name}: threats", aim=84, reached=100 * suite.threats, unit=" %")
        yield Aim(what=f"{suite.name}: non-hateful", aim=80.4, reached=100 * suite.calm, unit=" %")
