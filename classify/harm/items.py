"""What goes into the judge and what comes out."""

from collections.abc import Mapping
from dataclasses import dataclass

from classify.harm.errors import ItemError
from warehouse import Label, Phrase, Urgency

Span = tuple[int, int]
"""Half-open, in Python characters of the text it belongs to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One post to be read with respect to one named professional.

    Raises `ItemError` when a span is empty or lies outside the text.
    """

    id: str
    text: str
    spans: tuple[Span, ...] = ()
    """Where the target's name stands. Empty: the text is judged as a whole."""
    other_spans: tuple[Span, ...] = ()
    """Where other protected people are named."""
    context: str = ""
    """The post that this one answers, if any."""
    language: str = ""
    """ISO 639-1, or empty when not known. The packaged model reads all its languages alike and doesn't need it."""

    def __post_init__(self) -> None:
        """Refuse spans that can't be masked."""
        for start, end in (*self.spans, *self.other_spans):
            if not 0 <= start < end <= len(self.text):
                message = (
                    f"post {self.id!r}: span [{start}, {end}] does not lie in its text of {len(self.text)} characters; "
                    "give half-open spans counted in Python characters of that text"
                )
                raise ItemError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the model makes of one `Item`. Never a decision."""

    id: str
    scores: Mapping[Label, float]
    """0 to 1 for each label, whether it reached its threshold or not."""
    labels: tuple[Label, ...]
    """Those that reached the policy's threshold; `criticism` never beside a harm (labels.md, border 18)."""
    phrases: tuple[Phrase, ...]
    """The words of the original text that carry each harm label most."""
    urgency: Urgency
    model: str
    """Name and first 12 hex digits of the weights' SHA-256."""
    policy: str
    """Version of the policy."""
    doubts: tuple[Label, ...] = ()
    """Harms in doubt (`Policy.doubts`); none where a harm reached its threshold."""
