"""Posts with gold labels, from JSON lines."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classify.harm.errors import ItemError
from classify.harm.items import Item
from classify.harm.train.corpus import CorpusPost
from warehouse import HARMS, Label, Phrase

TEST_SETS = Path(__file__).parents[3] / "tests/classify/harm/gold"
"""One folder for each set, written apart from the training posts, without sight of them; never trained on, never used to
choose a threshold (how often a threat counts there was settled with them in view: `train/thresholds.py`, COUNTS)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """One post and what a person says it carries."""

    item: Item
    labels: frozenset[Label]
    veiled: bool = False
    obfuscated: bool = False
    pair: str = ""
    """Name of a minimal pair, shared by its members; empty for a post that stands alone."""
    phrases: tuple[Phrase, ...] = ()
    """The words that carry each label most, where somebody marked them."""

    @property
    def harmful(self) -> bool:
        """Whether it carries a harm label."""
        return not self.labels.isdisjoint(HARMS)


def read_gold(place: Path) -> list[Gold]:
    """Read a file, or all `*.jsonl` of a folder and of those in it.

    A line has `id` (or `post_id`), `text`, `labels`, and if it likes `spans` (or `mentions`) of the target's name,
    `language`, `veiled`, `obfuscated`, `pair`, and `phrases` as `[[start, end, label], …]`. Raises `ItemError` naming
    the line that can't be read, and when there is none at all.
    """
    files = sorted(place.rglob("*.jsonl")) if place.is_dir() else [place]
    found = []
    for file in files:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            try:
                found.append(_gold(json.loads(line)))
            except (ValueError, KeyError, TypeError) as error:
                message = f"{file}:{number}: not a post with gold labels ({error!r})"
                raise ItemError(message) from error
    if not found:
        message = f"{place} holds no posts with gold labels (*.jsonl)"
        raise ItemError(message)
    return found


def from_corpus(posts: Sequence[CorpusPost]) -> list[Gold]:
    """Turn written posts into gold."""
    return [
        Gold(
            item=Item(id=post.id, text=post.text, language=post.language),
            labels=frozenset(post.labels),
            veiled=post.veiled,
            obfuscated=post.obfuscated,
            pair=post.pair or "",
        )
        for post in posts
    ]


def _gold(row: Mapping[str, Any]) -> Gold:
    spans = row.get("spans") or [[one["start"], one["end"]] for one in row.get("mentions", [])]
    item = Item(
        id=row.get("id") or row["post_id"],
        text=row["text"],
        spans=tuple((start, end) for start, end in spans),
        language=row.get("language") or "",
    )
    return Gold(
        item=item,
        labels=frozenset(map(Label, row["labels"])),
        veiled=bool(row.get("veiled")),
        obfuscated=bool(row.get("obfuscated")),
        pair=row.get("pair") or "",
        phrases=tuple(Phrase(start=a, end=b, label=Label(label)) for a, b, label in row.get("phrases", [])),
    )
