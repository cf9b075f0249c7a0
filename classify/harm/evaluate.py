"""Counting how well a judge reads posts that carry gold labels: `python -m classify.harm.evaluate FILE…`."""

import argparse
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from classify.harm.items import Item
from classify.harm.judge import Judge
from classify.harm.load import load_judge
from classify.harm.measure import Figures, figures, harmful
from classify.harm.scorer import place_of
from warehouse import HARMS, Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a judge got right on gold posts, under its own policy."""

    labels: dict[Label, Figures]
    macro_f1: float
    """Mean F1 of the five harms."""
    found: float
    """Share of the harmful posts with some harm label."""
    alarms: float
    """Share of the lawful posts with some harm label."""
    posts: int
    missed: tuple[str, ...]
    """Ids of harmful posts without a harm label."""
    alarmed: tuple[str, ...]
    """Ids of lawful posts with one."""


def evaluate(judge: Judge, items: Sequence[Item], gold: Sequence[Iterable[Label]]) -> Report:
    """Judge posts and compare with their gold labels, one set for each post."""
    judged = judge.judge(items)
    wanted = np.array([[label in set(labels) for label in Label] for labels in gold])
    given = np.array([[label in one.labels for label in Label] for one in judged])
    each = {label: figures(given[:, place_of(label)], wanted[:, place_of(label)]) for label in Label}
    harm, called = harmful(wanted), harmful(given)
    return Report(
        labels=each,
        macro_f1=float(np.mean([each[label].f1 for label in HARMS])),
        found=float(called[harm].mean()) if harm.any() else 0.0,
        alarms=float(called[~harm].mean()) if (~harm).any() else 0.0,
        posts=len(items),
        missed=tuple(item.id for item, is_missed in zip(items, harm & ~called, strict=True) if is_missed),
        alarmed=tuple(item.id for item, is_alarm in zip(items, called & ~harm, strict=True) if is_alarm),
    )


def read_gold(file: Path) -> tuple[list[Item], list[tuple[Label, ...]]]:
    """Read JSON lines with `id` (or `post_id`), `text`, `labels`, and `spans` or `mentions` of the target's name."""
    items, gold = [], []
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        spans = row.get("spans") or [[one["start"], one["end"]] for one in row.get("mentions", [])]
        name = row.get("id") or row["post_id"]
        items.append(Item(id=name, text=row["text"], spans=tuple((start, end) for start, end in spans)))
        gold.append(tuple(Label(label) for label in row["labels"]))
    return items, gold


def main() -> None:
    """Print a table for all files together."""
    parser = argparse.ArgumentParser(prog="python -m classify.harm.evaluate", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--weights", type=Path, help="another model's folder")
    asked = parser.parse_args()
    read = [read_gold(file) for file in asked.files]
    items = [item for some, _ in read for item in some]
    gold = [labels for _, some in read for labels in some]
    report = evaluate(load_judge(asked.weights), items, gold)
    lines = [f"{'label':12} posts precision recall    F1"]
    lines += [
        f"{label:12} {own.posts:5} {own.precision:9.2f} {own.recall:6.2f} {own.f1:5.2f}"
        for label, own in report.labels.items()
    ]
    lines.append(
        f"{report.posts} posts: macro-F1 of the harms {report.macro_f1:.2f}, harmful posts found {report.found:.2f}, "
        f"lawful posts called harm {report.alarms:.3f}"
    )
    lines += [f"missed: {' '.join(report.missed)}", f"called harm: {' '.join(report.alarmed)}"]
    print("\n".join(lines))  # noqa: T201 - a command's answer


if __name__ == "__main__":
    main()
