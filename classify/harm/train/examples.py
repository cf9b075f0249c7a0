"""What the network is shown: a text, and what is known about its labels."""

from collections.abc import Mapping
from dataclasses import dataclass

from classify.harm.train.corpus import CorpusPost
from warehouse import Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One text with the labels that its data set annotates."""

    text: str
    language: str
    known: Mapping[Label, bool]
    """A label that isn't in it is unknown and trains nothing (masked loss)."""
    origin: str
    """The data set's folder name, or `corpus`."""
    context: str = ""
    pair: str = ""
    """Shared by a harmful text and its lawful twin."""


def from_corpus(post: CorpusPost) -> Example:
    """Turn a written post, whose six labels are all known, into an example."""
    known = {label: label in post.labels for label in Label}
    return Example(text=post.text, language=post.language, known=known, origin="corpus", pair=post.pair or "")
