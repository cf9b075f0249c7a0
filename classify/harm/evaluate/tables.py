"""Tables of figures as Markdown, which reads as well on a terminal as in the model card."""

import math
from collections.abc import Iterable, Iterator, Sequence

from classify.harm.evaluate.phrase_hits import Hits
from classify.harm.evaluate.scored import Scored
from classify.harm.evaluate.slices import LEAST, SLICES
from classify.harm.evaluate.suites import Suite
from classify.harm.measure import calibration_error
from classify.harm.scorer import place_of
from warehouse import HARMS, Label

Row = Sequence[object]


def table(rows: Iterable[Row]) -> str:
    """Give rows as a Markdown table, the first as its head."""
    head, *body = [f"| {' | '.join(map(str, row))} |" for row in rows]
    return "\n".join([head, "|---" * head.count(" | ") + "|---|", *body])


def number(value: float, digits: int = 2) -> str:
    """Give a figure for a table; nothing for one that can't be counted."""
    return "" if math.isnan(value) else f"{value:.{digits}f}"


def label_rows(sample: Scored, thresholds: Sequence[float]) -> Iterator[Row]:
    """Give a row a label: precision, recall, F1 at the threshold, recall at 1 % false alarms, calibration error."""
    yield "label", "posts", "threshold", "precision", "recall", "F1", "calibration error"
    for column, label in enumerate(Label):
        own = sample.label(label)
        error = calibration_error(sample.scores[:, column], sample.gold[:, column])
        yield (
            label.value,
            own.posts,
            thresholds[column],
            number(own.precision),
            number(own.recall),
            number(own.f1),
            number(error, 3),
        )
    own = sample.any_harm()
    yield "some harm", own.posts, "", number(own.precision), number(own.recall), number(own.f1), ""


def slice_rows(sample: Scored) -> Iterator[Row]:
    """Give a row a part of the sample: some harm, each harm's F1, threats found, lawful posts called harm."""
    yield (
        "part", "posts", "harm P", "harm R", "harm F1", *(f"{label.value} F1" for label in HARMS), "macro-F1",
        "threat R", "lawful called harm",
    )  # fmt: skip
    for name, keeps in SLICES.items():
        part = sample.where(keeps)
        if len(part.posts) < LEAST:
            continue
        own = part.any_harm()
        each = [number(part.label(label).f1) if part.gold[:, place_of(label)].any() else "" for label in HARMS]
        threats = part.gold[:, place_of(Label.THREAT)].any()
        yield (
            name, len(part.posts), *map(number, (own.precision, own.recall, own.f1)), *each, number(part.macro_f1()),
            number(part.label(Label.THREAT).recall) if threats else "",
            f"{number(100 * part.alarms(), 1)} %" if (~part.harm).any() else "",
        )  # fmt: skip


def suite_rows(suites: Sequence[Suite]) -> Iterator[Row]:
    """Give a row a suite file, in percent."""
    yield "suite", "cases", "threats (mean of two tests)", "hateful", "non-hateful without F23, F24", "macro-F1"
    for suite in suites:
        shares = (suite.threats, suite.hateful, suite.calm, suite.macro_f1)
        yield suite.name, suite.cases, *(number(100 * share, 1) for share in shares)


def test_rows(suite: Suite) -> Iterator[Row]:
    """Give a row a functional test of one suite file."""
    yield "functional test", "cases", "right, %"
    for name, (cases, right) in suite.each.items():
        yield name, cases, number(100 * right, 1)


def hits_sentence(hits: Hits) -> str:
    """Say what the phrases are worth."""
    return (
        f"Phrases: of {hits.phrases} that a person marked, {100 * hits.hit:.0f} % are at least half highlighted "
        f"({100 * hits.chance:.0f} % if a segment were drawn blindly). {100 * hits.highlighted:.0f} % of these posts' "
        f"characters are highlighted, {100 * hits.inside:.0f} % of those lie in a marked phrase."
    )
