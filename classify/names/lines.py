"""The formats of the names benchmark: posts as JSON lines in, predictions out."""

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from classify.names.errors import LineError
from classify.names.find import Finder, compile_roster
from classify.names.posts import PostText
from warehouse import Mention
from warehouse.people import read_roster

BATCH = 20_000
"""Posts looked through at once: large enough for the compiled first stage, some 20 MB."""


def bench_lines(roster: Path, lines: Iterable[str | bytes]) -> Iterator[dict[str, object]]:
    """Find the people of a roster file in posts given as JSON lines; yield one prediction a mention.

    Raises `RosterError` for a wrong roster and `LineError`, with the line's number, for a line that isn't a post.
    """
    finder = compile_roster(read_roster(roster))
    numbered = enumerate(lines, start=1)
    while batch := list(islice(numbered, BATCH)):
        posts = [read_post(number, line) for number, line in batch if line.strip()]
        yield from predictions(finder, posts)


def predictions(finder: Finder, posts: list[PostText]) -> Iterator[dict[str, object]]:
    """Give the predictions for a batch."""
    return (as_prediction(found) for found in finder.find(posts))


def read_post(number: int, line: str | bytes) -> PostText:
    """Read one JSON line: `post_id` and `text`, and `lang`, `author_handle`, `host` where known."""
    try:
        text = line.decode("utf-8", "replace") if isinstance(line, bytes) else line
        raw = json.loads(text)
        return PostText(
            id=str(raw["post_id"]),
            text=_text(raw["text"]),
            language=str(raw.get("lang") or ""),
            author_handle=str(raw.get("author_handle") or ""),
            host=str(raw.get("host") or ""),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"line {number}: not a post ({error}); each line must be JSON with 'post_id' and 'text'."
        raise LineError(message) from error


def _text(value: object) -> str:
    """Insist on a string."""
    if not isinstance(value, str):
        message = f"'text' is {type(value).__name__}, not a string"
        raise TypeError(message)
    return value


def as_prediction(found: Mention) -> dict[str, object]:
    """Write a mention in the benchmark's format with band, reasons and people that can't be told apart."""
    return {
        "post_id": found.post_id,
        "person_id": found.person_id,
        "start": found.start,
        "end": found.end,
        "score": found.score,
        "band": found.band.value,
        "reasons": [{"feature": r.feature, "words": r.words, "weight": r.weight} for r in found.reasons],
        "also": list(found.also),
    }
