"""JSON lines in, JSON lines out: what `handenaf judge` does."""

import json
from collections.abc import Iterable, Iterator
from itertools import islice

from pydantic import BaseModel, ConfigDict, ValidationError

from classify.harm.errors import ItemError
from classify.harm.items import Item, Judged
from classify.harm.judge import Judge

BATCH = 256
"""Lines judged at once: enough to sort by length, few enough to answer a stream."""


class _Line(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: str
    text: str
    spans: list[tuple[int, int]] = []
    other_spans: list[tuple[int, int]] = []
    context: str = ""
    language: str = ""


def judge_lines(lines: Iterable[str], judge: Judge) -> Iterator[str]:
    r"""Give one line of JSON for each line of JSON, in order, blank lines left out.

    In: `{"id", "text", "spans": [[start, end], …], "other_spans"?, "context"?, "language"?}`; other keys are ignored.
    Out: `{"id", "scores", "labels", "doubts", "phrases": [[start, end, label], …], "urgency", "model", "policy"}`. A line
    that can't be read gives `{"line": number from 1, "error": sentence}` instead and the rest goes on. Lines come without
    their newline.
    """
    numbered = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
    while some := list(islice(numbered, BATCH)):
        read = [_read(number, line) for number, line in some]
        answers = iter(judge.judge([item for item in read if isinstance(item, Item)]))
        for one in read:
            yield json.dumps(written(next(answers)) if isinstance(one, Item) else one, ensure_ascii=False)


def written(judged: Judged) -> dict[str, object]:
    """Give a judged post as it stands in a line, scores to four decimals."""
    return {
        "id": judged.id,
        "scores": {label.value: round(score, 4) for label, score in judged.scores.items()},
        "labels": [label.value for label in judged.labels],
        "doubts": [label.value for label in judged.doubts],
        "phrases": [[phrase.start, phrase.end, phrase.label.value] for phrase in judged.phrases],
        "urgency": judged.urgency.value,
        "model": judged.model,
        "policy": judged.policy,
    }


def _read(number: int, line: str) -> Item | dict[str, object]:
    try:
        given = _Line.model_validate_json(line)
        return Item(
            id=given.id,
            text=given.text,
            spans=tuple(given.spans),
            other_spans=tuple(given.other_spans),
            context=given.context,
            language=given.language,
        )
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'line'}: {e['msg']}" for e in error.errors())
        return {"line": number, "error": wrong}
    except ItemError as error:
        return {"line": number, "error": str(error)}
