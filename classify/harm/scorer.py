"""What the judge asks of a model, whoever made it."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from warehouse import Label

Scores = NDArray[np.float32]

MOST_TOKENS = 256
"""A text is cut here: length costs more than linearly (12 posts/s a core at 256 tokens, 135 at 40)."""


class Scorer(Protocol):
    """A text classifier with our labels on its outputs."""

    @property
    def name(self) -> str:
        """Name and first 12 hex digits of the weights' SHA-256."""

    def score(self, texts: Sequence[str], contexts: Sequence[str]) -> Scores:
        """Give an array of shape (texts, labels in the order of `Label`) of scores from 0 to 1, in the order given.

        `contexts` holds for each text the post it answers, or "". A label the model doesn't know scores 0.
        """


def place_of(label: Label) -> int:
    """Give the column of a label."""
    return list(Label).index(label)
