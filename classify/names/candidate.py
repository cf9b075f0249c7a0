"""A person who may be named somewhere."""

from dataclasses import dataclass

from classify.names.entry import Entry


@dataclass(slots=True)
class Candidate:
    """A person who may be meant by the folded characters `start` to `end`."""

    entry: Entry
    start: int
    end: int
    marks: dict[str, str]
    """Names of features, each with the words that made it."""
    name: tuple[int, int] | None = None
    """Where the name itself stands, when the span is the whole of an address around it."""
