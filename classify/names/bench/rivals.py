"""What the finder is measured against: exact search with Aho-Corasick, and rapidfuzz's partial_ratio with alignment."""

from collections.abc import Callable, Sequence

import numpy as np
from ahocorasick_rs import AhoCorasick, MatchKind
from rapidfuzz import fuzz, process

from classify.names.bench.scoring import Guess
from classify.names.posts import PostText
from warehouse import Person

Search = Callable[[Sequence[PostText]], list[Guess]]
CUTOFF = 80
"""Below this, partial_ratio finds somebody in nearly every post."""


def exact(people: Sequence[Person]) -> Search:
    """Search for the display names as they stand, whatever their case, at word borders."""
    names: dict[str, str] = {}
    for person in people:
        names.setdefault(person.display_name.lower(), person.id)
    order = list(names)
    engine = AhoCorasick(order, matchkind=MatchKind.LeftmostLongest)

    def search(posts: Sequence[PostText]) -> list[Guess]:
        found = []
        for post in posts:
            text = _lowered(post.text)
            for number, start, end in engine.find_matches_as_indexes(text):
                if not text[start - 1 : start].isalnum() and not text[end : end + 1].isalnum():
                    found.append(Guess(post.id, names[order[number]], start, end, 1.0))
        return found

    return search


def partial_ratio(people: Sequence[Person]) -> Search:
    """Compare every name with every post (`process.cdist`), then align the best name of each post."""
    names = [person.display_name.lower() for person in people]

    def search(posts: Sequence[PostText]) -> list[Guess]:
        texts = [_lowered(post.text) for post in posts]
        scores = process.cdist(texts, names, scorer=fuzz.partial_ratio, score_cutoff=CUTOFF, dtype=np.uint8)
        found = []
        for post, text, row in zip(posts, texts, scores, strict=True):
            best = int(row.argmax())
            aligned = fuzz.partial_ratio_alignment(names[best], text) if row[best] else None
            if aligned is not None:
                start, end = aligned.dest_start, aligned.dest_end
                found.append(Guess(post.id, people[best].id, start, end, float(row[best])))
        return found

    return search


def _lowered(text: str) -> str:
    """Lower the case, character by character, so that spans stay true."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
