"""The provisions that may apply to each label: `law.toml`, read."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from warehouse import HARMS, Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A provision that may apply, and its element as seen in the post."""

    name: str
    element: str


@cache
def law_table() -> dict[str, dict[str, str]]:
    """Read `law.toml`: for each harm label the provisions in both languages."""
    return tomllib.loads(files("takedown").joinpath("law.toml").read_text(encoding="utf-8"))


def grounds_for(labels: Sequence[Label], language: str) -> tuple[Ground, ...]:
    """Give the provisions that may apply to these labels, gravest label first."""
    table = law_table()
    return tuple(
        Ground(name=table[label][language], element=table[label][f"element_{language}"])
        for label in HARMS
        if label in labels
    )
