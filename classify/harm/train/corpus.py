"""The posts written for this project, and the rules that they keep."""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from classify.harm.errors import TrainingError
from warehouse import HARMS, Label

GRAM = 5
ALIKE = 0.6
"""Two posts that share more than this part of the shorter one's word 5-grams are near-duplicates."""
DEVELOPMENT_PERCENT = 8


class CorpusPost(BaseModel):
    """One written post, as it stands in a line of `corpus/*.jsonl`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    text: str = Field(min_length=1)
    """The target's name stands as [TARGET], other protected people's as [OTHER]."""
    language: str = Field(pattern="^(nl|en|de|tr|pl|ar|fr)$")
    labels: tuple[Label, ...]
    veiled: bool = False
    obfuscated: bool = False
    writer: str
    pair: str | None = None
    """Name of a minimal pair, shared by its members: one edit turns harm into lawful speech."""

    @property
    def group(self) -> str:
        """What stays together when the corpus is split: its pair, else itself."""
        return self.pair or self.id

    @property
    def harmful(self) -> bool:
        """Whether it carries a harm label."""
        return any(label in HARMS for label in self.labels)


def read_corpus(folder: Path) -> list[CorpusPost]:
    """Read all posts of a folder, in the order of files and lines; `TrainingError` names a line that can't be read."""
    posts = []
    for file in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            try:
                posts.append(CorpusPost.model_validate_json(line))
            except ValidationError as error:
                message = f"{file}:{number}: {error.errors()[0]['loc']}: {error.errors()[0]['msg']}"
                raise TrainingError(message) from error
    if not posts:
        message = f"{folder} holds no *.jsonl: the corpus is in the repository; look whether the checkout is whole"
        raise TrainingError(message)
    return posts


def split_corpus(posts: Sequence[CorpusPost]) -> tuple[list[CorpusPost], list[CorpusPost]]:
    """Give the training and the development part: 8 % by the hash of a pair's or post's id, so that no pair is split.

    A post keeps its part when the corpus grows.
    """
    parts: tuple[list[CorpusPost], list[CorpusPost]] = ([], [])
    for post in posts:
        drawn = int(hashlib.sha256(post.group.encode()).hexdigest(), 16) % 100
        parts[drawn < DEVELOPMENT_PERCENT].append(post)
    return parts


def faults(posts: Sequence[CorpusPost]) -> list[str]:
    """Name each rule that the corpus breaks.

    Ids are unique; a pair has at least two members, with and without harm; criticism stands beside no harm (labels.md,
    border 18); no two posts outside a pair are near-duplicates.
    """
    found = [f"{one} stands {count} times" for one, count in Counter(post.id for post in posts).items() if count > 1]
    pairs: dict[str, list[CorpusPost]] = defaultdict(list)
    for post in posts:
        if post.pair:
            pairs[post.pair].append(post)
    for name, members in pairs.items():
        if {member.harmful for member in members} != {True, False}:
            found.append(f"pair {name} has no member with, or none without harm: {', '.join(m.id for m in members)}")
    found += [
        f"{post.id}: criticism beside a harm" for post in posts if post.harmful and Label.CRITICISM in post.labels
    ]
    groups = {post.id: post.group for post in posts}
    found += [f"{one} and {two} are near-duplicates" for one, two in alike(posts) if groups[one] != groups[two]]
    return found


def alike(posts: Iterable[CorpusPost]) -> list[tuple[str, str]]:
    """Give the ids of posts that share more than 60 % of the shorter one's word 5-grams, or all of their few words."""
    grams = {post.id: _grams(post.text) for post in posts}
    holders: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for one, own in grams.items():
        for gram in own:
            holders[gram].append(one)
    shared: Counter[tuple[str, str]] = Counter()
    for ids in holders.values():
        shared.update(combinations(sorted(ids), 2))
    return [pair for pair, count in shared.items() if count > ALIKE * min(len(grams[pair[0]]), len(grams[pair[1]]))]


def corpus_digests(folder: Path) -> dict[str, str]:
    """Give the SHA-256 of each corpus file, for the model card."""
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.glob("*.jsonl"))}


def _grams(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.casefold())
    if len(words) < GRAM:
        return {tuple(text.casefold().strip(" .,!?").split())}
    return {tuple(words[at : at + GRAM]) for at in range(len(words) - GRAM + 1)}
