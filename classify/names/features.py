"""The table of features: what speaks for or against a mention, how much, and one sentence each (`features.toml`)."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from classify.names.errors import ListError


@dataclass(frozen=True, slots=True)
class Feature:
    """One row of the table; the weight is added to the log-odds that the mention is right."""

    name: str
    weight: float
    prior: float
    """What a person would guess; the fitted weight is drawn to it."""
    sentence: str


@dataclass(frozen=True, slots=True)
class Table:
    """All features, and where the bands begin."""

    features: Mapping[str, Feature]
    start: float
    """Log-odds of a full name without any mark."""
    start_prior: float
    certain: float
    """Score from which a mention is certain."""
    probable: float
    """Score from which a mention is flagged as probable; below it is not flagged."""

    def score(self, marks: Mapping[str, float]) -> float:
        """Give the probability (0 to 1) that marks with these values speak of our person."""
        total = self.start + sum(self.features[name].weight * value for name, value in marks.items())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def load_table(text: str) -> Table:
    """Read a table; a feature without a sentence, or one named twice, doesn't load (`ListError`)."""
    try:
        raw = tomllib.loads(text)
        rows = [
            Feature(r["name"], float(r["weight"]), float(r["prior"]), r["sentence"].strip()) for r in raw["feature"]
        ]
        start, start_prior, certain, probable = (float(raw[k]) for k in ("start", "start_prior", "certain", "probable"))
    except (tomllib.TOMLDecodeError, KeyError, ValueError, AttributeError) as error:
        message = f"features.toml is not a table of features ({error!r}); correct it or install the package again."
        raise ListError(message) from error
    wrong = [row.name for row in rows if not row.sentence or [r.name for r in rows].count(row.name) > 1]
    if wrong:
        message = f"features.toml: {', '.join(wrong)} has no sentence or stands there twice; each needs exactly one row with one."
        raise ListError(message)
    return Table({row.name: row for row in rows}, start, start_prior, certain, probable)


def markdown(shown: Table) -> str:
    """Write the table for the README: `python -c "from classify.names.features import *; print(markdown(table()))"`."""
    rows = [f"| {f.name} | {f.weight:+.2f} | {f.sentence} |" for f in shown.features.values()]
    return "\n".join(["| feature | weight | what it says |", "|---|---|---|", *rows])


@cache
def table() -> Table:
    """Give the shipped table."""
    return load_table(files("classify.names").joinpath("features.toml").read_text(encoding="utf-8"))
