"""Steps 2, 3, 4 and 10: the hash lists, the files they name, and the ZIP around them."""

import re
import tempfile
from collections import Counter
from dataclasses import dataclass
from functools import partial

from takedown.evidence.bag import OWN_FILES, PAYLOAD_LIST, STAMP_FOLDER, STAMP_LIST, TAG_LIST
from takedown.evidence.files import BLOCK
from takedown.evidence.packing import write_zip
from takedown.evidence.tree import Tree

LINE = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9._/-]+)\n")
PLACES = {
    PAYLOAD_LIST: re.compile(r"data/.+"),
    TAG_LIST: re.compile(rf"(?!{TAG_LIST})[^/]+"),
    STAMP_LIST: re.compile(rf"{TAG_LIST}|{STAMP_FOLDER}(?!lijst\.txt)[^/]+"),
}
"""What each list may name: its own part of the bundle."""

Found = tuple[list[str], list[str]]
"""Problems and remarks of a step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """The three lists, read together."""

    digests: dict[str, str]
    listed: tuple[str, ...]
    """Every name as often as it stands on a list."""


def read_lists(tree: Tree) -> tuple[Lists, list[str]]:
    """Step 2: read the lists and say what is not in form."""
    digests: dict[str, str] = {}
    listed: list[str] = []
    problems: list[str] = []
    for list_name, place in PLACES.items():
        if list_name not in tree.names:
            problems.append(f"{list_name} is missing")
            continue
        lines = tree.read(list_name).decode("latin-1").split("\n")
        lines = [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
        pairs = [match.groups() for match in map(LINE.fullmatch, lines) if match]
        problems += [
            f"{list_name}: line {number} is not in form: {line[:80]!r}"
            for number, line in enumerate(lines, 1)
            if not LINE.fullmatch(line)
        ]
        names = [name for _, name in pairs]
        if names != sorted(set(names)):
            problems.append(f"{list_name}: the names are not sorted, or one stands there twice")
        problems += [f"{list_name} may not name {name}" for name in names if not place.fullmatch(name)]
        digests |= {name: digest for digest, name in pairs}
        listed += names
    return Lists(digests=digests, listed=tuple(listed)), problems


def compare_names(tree: Tree, lists: Lists) -> Found:
    """Step 3: files and lists name one another, each once; only the last list stands on none."""
    there = set(tree.names) - {STAMP_LIST}
    listed = Counter(lists.listed)
    problems = [f"on no list: {name}" for name in sorted(there - set(listed))]
    problems += [f"missing: {name}" for name in sorted(set(listed) - there)]
    problems += [f"on more than one list: {name}" for name, count in sorted(listed.items()) if count > 1]
    problems += [f"a bundle always has {name}" for name in OWN_FILES if name not in tree.names]
    return problems, []


def compare_digests(tree: Tree, lists: Lists) -> Found:
    """Step 4: every listed file that is there has its digest."""
    changed = [name for name, digest in lists.digests.items() if name in tree.names and tree.digest(name) != digest]
    return [f"changed: {name}" for name in changed], []


def check_container(tree: Tree) -> Found:
    """Step 10: writing these files again gives the same ZIP."""
    if tree.container is None:
        return [], ["an unpacked folder has no container to compare"]
    with tempfile.TemporaryFile() as again:
        write_zip(again, ((name, partial(tree.read, name)) for name in tree.names))
        again.seek(0)
        with tree.container.open("rb") as given:
            while True:
                mine, theirs = again.read(BLOCK), given.read(BLOCK)
                if mine != theirs:
                    return ["the ZIP holds something beside or between its files, or was packed again"], []
                if not mine:
                    return [], []
