"""A hash tree over digests whose paths a shell can follow: a time stamp over its root is one over every leaf.

Everything hashed is a line of text, so that `printf … | sha256sum` does it: "blad <digest>" for a leaf, "knoop <left> <right>"
for a node (the words keep leaves and nodes apart, as RFC 6962 §2.1 does with a byte). A node without a neighbour rises as it is.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence

STEP = re.compile(r"(links|rechts) ([0-9a-f]{64})\n")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def leaf(digest: str) -> str:
    """Give the leaf of a digest (64 hex digits)."""
    return _sha256(f"blad {digest}\n")


def node(left: str, right: str) -> str:
    """Give the node over two."""
    return _sha256(f"knoop {left} {right}\n")


def root(digests: Sequence[str]) -> str:
    """Give the root over digests, in their order. Raises `ValueError` when there are none."""
    return _levels(digests)[-1][0]


def path_to(digests: Sequence[str], index: int) -> str:
    """Give the way from one digest to the root: lines `links` or `rechts` (where the neighbour stands) and its digest."""
    return paths_to(digests, (index,))[index]


def paths_to(digests: Sequence[str], indexes: Iterable[int]) -> dict[int, str]:
    """Give the ways from several digests to the root, the tree built once."""
    levels = _levels(digests)[:-1] if digests else []
    return {index: _path(levels, index) for index in indexes}


def _path(levels: Sequence[Sequence[str]], index: int) -> str:
    """Give one way through the levels below the root."""
    steps: list[str] = []
    for level in levels:
        beside = index ^ 1
        if beside < len(level):
            steps.append(f"{'links' if beside < index else 'rechts'} {level[beside]}\n")
        index //= 2
    return "".join(steps)


def follow(digest: str, path: str) -> str:
    """Give the root that a path leads to. Raises `ValueError` when a line of the path is not in form."""
    here, place = leaf(digest), 0
    while place < len(path):
        match = STEP.match(path, place)
        if not match:
            message = f"the path has a line that is not in form: {path[place : place + 80]!r}"
            raise ValueError(message)
        here = node(match[2], here) if match[1] == "links" else node(here, match[2])
        place = match.end()
    return here


def _levels(digests: Sequence[str]) -> list[list[str]]:
    """Give the tree, level by level, leaves first."""
    if not digests:
        message = "a hash tree over nothing has no root"
        raise ValueError(message)
    levels = [[leaf(digest) for digest in digests]]
    while len(levels[-1]) > 1:
        below = levels[-1]
        levels.append(
            [node(*below[at : at + 2]) if at + 1 < len(below) else below[at] for at in range(0, len(below), 2)]
        )
    return levels
