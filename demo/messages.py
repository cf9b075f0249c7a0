"""The posts of the town as written in `demo/posts/*.jsonl`, and the roster they are about."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from demo.errors import PostsError
from warehouse import Label

POSTS = Path(__file__).parent / "posts"
"""One `.jsonl` file per site, named for the site."""

ROSTER = Path(__file__).parent / "roster.csv"
"""The fictional professionals, in the format that `handenaf people import` reads."""

SITES = ("forum", "klachten", "prikbord", "blog")
"""The sites of the town, in the order of their ports."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldMention:
    """A place in a post that really means a person of the roster, as its writer intended."""

    person_id: str
    start: int
    end: int
    """Half-open span in Python characters of the post's text."""
    surface: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TownPost:
    """One post of the town, with what a perfect reader would make of it."""

    post_id: str
    """Digits; unique in the whole town, so that a permalink's last number says which post it is."""
    site: str
    thread: int | None
    """Number of the thread or complaint it stands in, from 1; None where posts stand alone."""
    board: str
    title: str
    author: str
    author_name: str
    posted_at: datetime
    language: str
    text: str
    mentions: tuple[GoldMention, ...]
    labels: frozenset[Label]
    """What the post does to the people it mentions, by `guides/labels.md`; the same for each of them."""
    namesake: bool
    """It names somebody who only shares the name: a baker, a footballer."""

    @property
    def path(self) -> str:
        """The path of its permalink, the same on every site."""
        return f"/bericht/{self.post_id}"


def load_posts(folder: Path = POSTS) -> tuple[TownPost, ...]:
    """Read every post of the town, in the order of the sites and of the files.

    Raises `PostsError` for a line that is no post, a span that doesn't cut out its surface, or a post id used twice.
    """
    posts = tuple(post for site in SITES for post in _read_file(folder / f"{site}.jsonl"))
    ids = [post.post_id for post in posts]
    twice = sorted({post_id for post_id in ids if ids.count(post_id) > 1})
    if twice:
        message = f"Post ids used twice in {folder}: {', '.join(twice)}. Give each post its own number."
        raise PostsError(message)
    return posts


def _read_file(path: Path) -> Iterator[TownPost]:
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                post = _read_post(json.loads(line))
            except (ValueError, KeyError, TypeError) as error:
                message = f"{path}, line {number} is no post: {error!r}. Compare it with a line that is."
                raise PostsError(message) from error
            for mention in post.mentions:
                if post.text[mention.start : mention.end] != mention.surface:
                    message = f"{path}, line {number}: the span of {mention.surface!r} cuts out something else."
                    raise PostsError(message)
            yield post


def _read_post(row: dict[str, Any]) -> TownPost:
    return TownPost(
        post_id=row["post_id"],
        site=row["site"],
        thread=row["thread"],
        board=row["board"],
        title=row["title"],
        author=row["author"],
        author_name=row["author_name"],
        posted_at=datetime.fromisoformat(row["posted_at"]),
        language=row["language"],
        text=row["text"],
        mentions=tuple(GoldMention(**mention) for mention in row["mentions"]),
        labels=frozenset(Label(label) for label in row["labels"]),
        namesake=row["namesake"],
    )
