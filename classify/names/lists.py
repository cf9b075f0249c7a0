"""The hand-written word lists beside this file, read once and folded."""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from classify.names.errors import ListError
from classify.names.fold import fold_word


def _lines(name: str) -> Iterator[str]:
    """Give the lines of a list without comments."""
    place = files("classify.names").joinpath("lists", f"{name}.txt")
    try:
        text = place.read_text(encoding="utf-8")
    except OSError as error:
        message = f"The word list {name}.txt is missing from the installation ({error}). Install the package again."
        raise ListError(message) from error
    for line in text.splitlines():
        if line and not line.startswith("#"):
            yield line


@cache
def words(name: str) -> frozenset[str]:
    """Give a list of single words, folded."""
    return frozenset(fold_word("\n".join(_lines(name))).split())


@cache
def kinds(name: str) -> dict[str, frozenset[str]]:
    """Give a list whose lines start with their kind: kind → words of all its lines, folded."""
    found: dict[str, set[str]] = {}
    for line in _lines(name):
        kind, rest = line.split(maxsplit=1)
        found.setdefault(kind, set()).update(fold_word(rest).replace("_", " ").split())
    return {kind: frozenset(some) for kind, some in found.items()}


@cache
def phrases(name: str) -> tuple[str, ...]:
    """Give a list of phrases separated by bars: letters and single spaces only, folded."""
    every = (part for line in _lines(name) for part in line.split("|"))
    return tuple(re.sub(r"[^a-z]+", " ", fold_word(part)).strip() for part in every)


@cache
def _nickname_table() -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    """Read the groups once: given name → nicknames, nickname → given names."""
    down: dict[str, set[str]] = {}
    up: dict[str, set[str]] = {}
    for line in _lines("nicknames"):
        head, *others = fold_word(line).split()
        down.setdefault(head, set()).update(others)
        for other in others:
            up.setdefault(other, set()).add(head)
    return ({k: frozenset(v) for k, v in down.items()}, {k: frozenset(v) for k, v in up.items()})


def nicknames(name: str) -> frozenset[str]:
    """Give what bearers of the given name `name` are called (empty where it heads no group)."""
    return _nickname_table()[0].get(name, frozenset())


def given_names_of(name: str) -> frozenset[str]:
    """Give the given names that somebody called `name` may have."""
    return _nickname_table()[1].get(name, frozenset())
