"""The published suites HateCheck and Multilingual HateCheck: for evaluation only, never trained on.

Their CSV files are named with `--suites FOLDER`; they don't come with this project. A case counts as found hateful
when the judge gives it any harm label, its text read as a whole: the suites' targets are groups, not a named person.
"""

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from classify.harm.errors import ItemError
from classify.harm.items import Item
from classify.harm.judge import Judge
from classify.harm.measure import harmful, reached
from warehouse import Label

COLUMNS = ("functionality", "test_case", "label_gold")
"""What both suites' published files have (Röttger et al. 2021, 2022)."""
THREATS = ("threat_dir_h", "threat_norm_h")
NOT_HATE = ("target_indiv_nh", "target_group_nh")
"""F23 and F24: abuse of a person or of a group that isn't protected. Not hate by the suite, but harm by our labels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """What one file showed, shares of right answers from 0 to 1."""

    name: str
    cases: int
    each: Mapping[str, tuple[int, float]]
    """Functional test → its cases and the share of right answers."""
    threats: float
    """Mean of the two tests of threats."""
    hateful: float
    calm: float
    """Non-hateful cases but F23 and F24."""
    macro_f1: float
    """Of hateful and not, over all cases, as the papers print it."""


def read_suites(folder: Path) -> dict[str, list[Mapping[str, str]]]:
    """Read each CSV file of a folder; `ItemError` names one that lacks a column, and an empty folder."""
    found: dict[str, list[Mapping[str, str]]] = {}
    for file in sorted(folder.glob("*.csv")):
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows: list[Mapping[str, str]] = list(csv.DictReader(lines))
        missing = [column for column in COLUMNS if not rows or column not in rows[0]]
        if missing:
            message = f"{file}: not a file of HateCheck: it has no column {', '.join(missing)}"
            raise ItemError(message)
        found[file.stem] = rows
    if not found:
        message = f"{folder} holds no *.csv of HateCheck"
        raise ItemError(message)
    return found


def run_suite(judge: Judge, name: str, rows: Sequence[Mapping[str, str]]) -> Suite:
    """Judge every case of one file."""
    scores = judge.scores([Item(id=str(n), text=row["test_case"]) for n, row in enumerate(rows)])
    called = harmful(reached(scores, [judge.policy.thresholds[label] for label in Label]))
    right: dict[str, list[bool]] = defaultdict(list)
    table = {(said, meant): 0 for said in (True, False) for meant in (True, False)}
    for row, said in zip(rows, called, strict=True):
        meant = row["label_gold"].strip() == "hateful"
        right[row["functionality"]].append(bool(said) == meant)
        table[bool(said), meant] += 1
    calm = [
        answer
        for row, said in zip(rows, called, strict=True)
        if row["label_gold"].strip() != "hateful" and row["functionality"] not in NOT_HATE
        for answer in [not said]
    ]
    hateful = table[True, True] + table[False, True]
    return Suite(
        name=name,
        cases=len(rows),
        each={test: (len(answers), _mean(answers)) for test, answers in sorted(right.items())},
        threats=_mean([_mean(right[test]) for test in THREATS if test in right]),
        hateful=table[True, True] / hateful if hateful else float("nan"),
        calm=_mean(calm),
        macro_f1=(_f1(table, meant=True) + _f1(table, meant=False)) / 2,
    )


def _f1(table: Mapping[tuple[bool, bool], int], *, meant: bool) -> float:
    hits = table[meant, meant]
    return 2 * hits / max(1, 2 * hits + table[meant, not meant] + table[not meant, meant])


def _mean(some: Sequence[float]) -> float:
    return sum(some) / len(some) if some else float("nan")
