"""The model card beside the weights: what they were made of, and the figures of an evaluation."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from string import Template

from classify.harm.evaluate.report import Report
from classify.harm.evaluate.tables import Row, table
from classify.harm.policy import load_policy
from classify.harm.train.finish import Facts, read_facts
from classify.harm.train.public import digests as public_digests

TEMPLATE = Template(Path(__file__).with_name("card.md").read_text(encoding="utf-8"))
"""Read at the start: a run of two hours must not fail on a template that was changed meanwhile."""
CARD = "README.md"


def write_card(weights: Path, policy: Path, report: Report) -> None:
    """Write the card and its plots into the folder of the weights, in place of those that were there."""
    content = (weights / "model.onnx").read_bytes()
    facts = read_facts(weights)
    text = TEMPLATE.substitute(
        sha256=hashlib.sha256(content).hexdigest(),
        megabytes=f"{len(content) / 1e6:.1f}",
        policy=load_policy(policy).version,
        made=_made(facts),
        figures=report.text.strip(),
        digests=table(_digests(facts)),
    )
    for old in weights.glob("confusion-*.svg"):
        old.unlink()
    for name, plot in report.plots.items():
        (weights / name).write_text(plot, encoding="utf-8")
    (weights / CARD).write_text(text, encoding="utf-8")


def _made(facts: Facts | None) -> str:
    if facts is None:
        return "nobody noted what these weights were trained on"
    decided = f", {facts.decided} posts that reviewers decided about" if facts.decided else ""
    recipe = ", ".join(f"{name} {_number(value)}" for name, value in facts.recipe.items())
    return (
        f"{facts.written} posts written for this project{decided} and {facts.public} public rows, half of them Dutch, "
        f"each training only the labels that its data set annotates; {facts.minutes:.0f} minutes. Recipe: {recipe}"
    )


def _number(value: float | Sequence[float]) -> str:
    return f"{value:.12g}" if isinstance(value, int | float) else "/".join(f"{one:g}" for one in value)


def _digests(facts: Facts | None) -> Iterator[Row]:
    yield "file", "SHA-256"
    yield from (facts.corpus if facts else {}).items()
    yield from public_digests().items()
