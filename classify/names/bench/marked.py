r"""Labelled posts: the benchmark's JSON lines, and plain text in which mentions are marked by hand.

A line of the marked format is `category | text`, each mention as `[person+others it may be:words]`; `\n` stands for a
line break, `\u....` for a character. A category that begins with `not:` says whom the post does not name; `plain` posts
name nobody.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from classify.names.errors import LineError
from classify.names.posts import PostText

_MARK = re.compile(r"\[([A-Za-z0-9]+(?:\+[A-Za-z0-9]+)*):([^\]]*)\]")
_ESCAPE = re.compile(r"\\(n|t|u[0-9a-fA-F]{4})")
_ESCAPES = {"n": "\n", "t": "\t"}


@dataclass(frozen=True, slots=True)
class Gold:
    """A mention that is there: the people it may be, and its span."""

    people: frozenset[str]
    start: int
    end: int
    category: str


@dataclass(frozen=True, slots=True)
class Labelled:
    """A post with everything that is to be found in it."""

    post: PostText
    kind: str
    """`pos` where somebody is named, `plain` where nobody is, `neg:…` for a post that invites a mistake."""
    mentions: tuple[Gold, ...]


def read_benchmark(lines: Iterable[str]) -> Iterator[Labelled]:
    """Read the benchmark's JSON lines. Raises `LineError` with the number of a line that isn't one."""
    for number, line in enumerate(lines, start=1):
        try:
            raw = json.loads(line)
            mentions = tuple(
                Gold(frozenset([m["person_id"], *m["also"]]), m["start"], m["end"], m["category"])
                for m in raw["mentions"]
            )
            kind = f"neg:{raw['type']}" if raw["kind"] == "neg" else raw["kind"]
            yield Labelled(PostText(id=raw["post_id"], text=raw["text"]), kind, mentions)
        except (ValueError, KeyError, TypeError) as error:
            raise LineError(f"line {number}: not a labelled post ({error!r}); see the benchmark's README.") from error


def read_marked(lines: Iterable[str], prefix: str) -> Iterator[Labelled]:
    """Read posts marked by hand. Raises `LineError` for a line without a category."""
    for number, line in enumerate(lines, start=1):
        if line.startswith("#") or not line.strip():
            continue
        category, bar, marked = line.rstrip("\n").partition(" | ")
        if not bar:
            raise LineError(f"line {number}: not 'category | text'.")
        text, mentions = _unmarked(_unescaped(marked), category)
        kind = "pos" if mentions else category.replace("not:", "neg:")
        yield Labelled(PostText(id=f"{prefix}{number}", text=text), kind, mentions)


def _unescaped(text: str) -> str:
    r"""Put in the characters that `\n`, `\t` and `\u....` stand for."""
    return _ESCAPE.sub(lambda m: _ESCAPES.get(m[1]) or chr(int(m[1][1:], 16)), text)


def _unmarked(marked: str, category: str) -> tuple[str, tuple[Gold, ...]]:
    """Take the marks out of a text."""
    text, mentions, last = "", [], 0
    for mark in _MARK.finditer(marked):
        text += marked[last : mark.start()]
        start = len(text)
        text += mark[2]
        mentions.append(Gold(frozenset(mark[1].split("+")), start, len(text), category))
        last = mark.end()
    return text + marked[last:], tuple(mentions)
