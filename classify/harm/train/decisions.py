"""Reviewers' decisions as examples: what a person decided about a post teaches the next model.

They are kept as JSON lines in the organisation's own folder, never in the repository: they are real people's words.
"""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from classify.harm.errors import TrainingError
from classify.harm.train.examples import Example
from warehouse import HARMS, Answer, Choice, Decision, Judgement, Label, Verdict

HELD_OUT_PERCENT = 20
"""Of the decisions so many are never learnt from: old and new model are compared on them."""


class Decided(BaseModel):
    """One post that a person decided about."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    text: str = Field(min_length=1)
    """Names replaced by [TARGET] and [OTHER]."""
    language: str = ""
    known: dict[Label, bool]
    """What the decision says; a label that isn't in it stays unknown."""


def known_from(
    verdict: Verdict, judgements: Sequence[Judgement], decisions: Sequence[Decision]
) -> dict[Label, bool] | None:
    """Give what a case's answers (oldest first) say about its post's labels; None when they say nothing.

    The last answer to "is it her?" must be yes: what was left because it is somebody else says nothing about the words.
    The last decision that wasn't withdrawn counts. *Act*: the harms that the reviewer was shown hold, and it isn't
    lawful criticism; harms she wasn't shown stay unknown. Of several that were in doubt nobody said which holds: that
    teaches nothing. *Leave*: no harm holds; whether it is criticism stays unknown. What was in doubt teaches most
    (uncertainty sampling, Lewis and Gale 1994).
    """
    standing: list[Choice] = []
    for decision in decisions:
        if decision.choice is Choice.WITHDRAW:
            standing = standing[:-1]
        else:
            standing.append(decision.choice)
    if not standing or not judgements or judgements[-1].answer is not Answer.POSITIVE:
        return None
    if standing[-1] is Choice.ACT and verdict.acted_on:
        return dict.fromkeys(verdict.acted_on, True) | {Label.CRITICISM: False}
    return dict.fromkeys(HARMS, False) if standing[-1] is Choice.LEAVE else None


def write_decided(file: Path, decided: Iterable[Decided]) -> int:
    """Write lines, a post a line, and give their number."""
    lines = [one.model_dump_json() + "\n" for one in decided]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(lines), encoding="utf-8")
    return len(lines)


def read_decided(file: Path) -> list[Decided]:
    """Read such lines; `TrainingError` names one that can't be read."""
    found = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        try:
            found.append(Decided.model_validate_json(line))
        except ValidationError as error:
            message = f"{file}:{number}: {error.errors()[0]['loc']}: {error.errors()[0]['msg']}; export it again"
            raise TrainingError(message) from error
    return found


def learnt_from(decided: Sequence[Decided]) -> list[Example]:
    """Give the decisions that are trained on, as examples."""
    return [
        Example(text=one.text, language=one.language, known=one.known, origin="decisions")
        for one in decided
        if not _held_out(one)
    ]


def held_out(decided: Sequence[Decided]) -> list[Decided]:
    """Give the decisions that are only compared on; a decision keeps its part when more are added."""
    return [one for one in decided if _held_out(one)]


def _held_out(one: Decided) -> bool:
    return int(hashlib.sha256(one.id.encode()).hexdigest(), 16) % 100 < HELD_OUT_PERCENT
