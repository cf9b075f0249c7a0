"""Checking a bundle, as anybody may.

The steps, and the code follows their numbers:

1. It can be read: a folder, or a ZIP of plain stored files with plain names, none twice, no links.
2. The hash list is in form: 64 lower-case hex digits, two spaces, a name; sorted, no name twice.
3. Every file stands on the list, every listed file is there, and the bundle's own files are among them.
4. Every file has the SHA-256 that the list gives.
5. Every capture's manifest is in canonical form and names exactly the files beside it, with digest and size.
6. The case file is in canonical form, and it and the captures name one another and the same case.
7. Every time stamp fits its capture's manifest; with trusted roots given, it leads to one of them.
8. A ZIP is, byte for byte, the one that these files give: no bit hides between them.

Whoever can rewrite the whole bundle can pass all steps but 7: only a time stamp, with roots from elsewhere, ties the
files to a moment.
"""

import json
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from asn1crypto import x509

from takedown.errors import EvidenceError
from takedown.evidence import facts as case_document
from takedown.evidence import manifest as capture_document
from takedown.evidence.files import BLOCK, canonical
from takedown.evidence.packing import write_zip
from takedown.evidence.timestamp import load_roots, read_token
from takedown.evidence.tree import Tree, open_tree

HASH_LIST = "manifest-sha256.txt"
OWN_FILES = (HASH_LIST, "LEESMIJ.txt", "controleer.sh", "rapport.pdf", "zaak.json")
LINE = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9._/-]+)\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One numbered step and what it found."""

    number: int
    code: str
    title: str
    problems: tuple[str, ...]
    """What is wrong; empty when the step passed."""
    remarks: tuple[str, ...] = ()
    """What a reader should know though nothing is wrong."""

    @property
    def ok(self) -> bool:
        """Whether the step passed."""
        return not self.problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What the steps found, in order; a step that could not be taken is missing and the one before says why."""

    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Whether every step passed."""
        return all(check.ok for check in self.checks)

    def lines(self) -> list[str]:
        """Give the numbered list for a person, one line per step, problem and remark."""
        said: list[str] = []
        for check in self.checks:
            said.append(f"{check.number}. {'good' if check.ok else 'WRONG'}: {check.title}")
            said += [f"   - {text}" for text in (*check.problems, *check.remarks)]
        return [*said, "RESULT: IN ORDER" if self.ok else "RESULT: NOT IN ORDER"]


def verify(path: Path, *, roots: Path | None = None) -> Verification:
    """Check the bundle at `path` (a ZIP or an unpacked folder), offline; `roots` is a folder of trusted TSA roots.

    Nothing wrong in a bundle raises: it is a problem of its step.

    Raises:
        EvidenceError: `roots` can't be read.

    """
    anchors = load_roots(roots)
    tree, problems = open_tree(path)
    checks = [Check(number=1, code="readable", title="it can be read", problems=tuple(problems))]
    if tree is None or problems:
        return Verification(checks=tuple(checks))
    with tree:
        listed, found = _read_list(tree)
        checks.append(Check(number=2, code="list", title="the hash list is in form", problems=tuple(found)))
        steps: tuple[tuple[str, str, Callable[[], tuple[list[str], list[str]]]], ...] = (
            ("complete", "every file is listed, every listed file is there", partial(_compare_names, tree, listed)),
            ("digests", f"{len(listed)} digests fit", partial(_compare_digests, tree, listed)),
            ("captures", "capture manifests fit their files", partial(_check_captures, tree)),
            ("case", "the case file and the captures belong together", partial(_check_case, tree)),
            ("stamps", "time stamps fit", partial(_check_stamps, tree, anchors)),
            ("container", "no bit between the files", partial(_check_container, tree)),
        )
        for number, (code, title, step) in enumerate(steps, start=3):
            try:
                wrong, remarks = step()
            except (LookupError, TypeError, AttributeError, ValueError, OSError) as error:
                # A manifest of another shape than ours, however it came about, is a finding, not a crash.
                wrong, remarks = [f"not of the expected form ({type(error).__name__}: {error})"], []
            checks.append(
                Check(number=number, code=code, title=title, problems=tuple(wrong[:20]), remarks=tuple(remarks))
            )
    return Verification(checks=tuple(checks))


def _read_list(tree: Tree) -> tuple[dict[str, str], list[str]]:
    """Step 2: read the hash list."""
    if HASH_LIST not in tree.names:
        return {}, [f"{HASH_LIST} is missing"]
    text = tree.read(HASH_LIST).decode("latin-1")
    lines = text.splitlines(keepends=True)
    problems = [
        f"line {n} is not in form: {line[:80]!r}" for n, line in enumerate(lines, 1) if not LINE.fullmatch(line)
    ]
    pairs = [match.groups() for match in map(LINE.fullmatch, lines) if match]
    names = [name for _, name in pairs]
    if names != sorted(set(names)):
        problems.append("the names are not sorted, or one stands there twice")
    return {name: digest for digest, name in pairs}, problems


def _compare_names(tree: Tree, listed: dict[str, str]) -> tuple[list[str], list[str]]:
    """Step 3: files and list name one another."""
    there = set(tree.names) - {HASH_LIST}
    problems = [f"not on the list: {name}" for name in sorted(there - set(listed))]
    problems += [f"missing: {name}" for name in sorted(set(listed) - there)]
    problems += [f"a bundle always has {name}" for name in OWN_FILES if name not in tree.names]
    return problems, []


def _compare_digests(tree: Tree, listed: dict[str, str]) -> tuple[list[str], list[str]]:
    """Step 4: every listed file that is there has its digest."""
    changed = [name for name, digest in listed.items() if name in tree.names and tree.digest(name) != digest]
    return [f"changed: {name}" for name in changed], []


def _read_canonical(tree: Tree, name: str, schema: str) -> dict[str, Any]:
    """Read one of our JSON files.

    Raises:
        EvidenceError: it is not JSON in canonical form, or of an unknown schema.

    """
    content = tree.read(name)
    try:
        value = json.loads(content)
        same = canonical(value) == content
    except (ValueError, RecursionError) as error:
        message = f"{name} is not JSON ({error})"
        raise EvidenceError(message) from error
    if not same or not isinstance(value, dict):
        message = f"{name} is not in the canonical form that is hashed"
        raise EvidenceError(message)
    if value.get("schema") != schema:
        message = f"{name} has the unknown schema {value.get('schema')!r}"
        raise EvidenceError(message)
    return value


def _capture_folders(tree: Tree) -> list[str]:
    """Give the folders under `vastleggingen/`, each with a closing slash."""
    return sorted({"/".join(name.split("/")[:2]) + "/" for name in tree.names if name.startswith("vastleggingen/")})


def _check_captures(tree: Tree) -> tuple[list[str], list[str]]:
    """Step 5: each manifest names exactly the files beside it; tokens came later and are not in it."""
    problems: list[str] = []
    for folder in _capture_folders(tree):
        name = folder + capture_document.MANIFEST_NAME
        if name not in tree.names:
            problems.append(f"missing: {name}")
            continue
        try:
            document = _read_canonical(tree, name, capture_document.SCHEMA)
        except EvidenceError as error:
            problems.append(str(error))
            continue
        told = {folder + key: (entry["sha256"], entry["bytes"]) for key, entry in document["bestanden"].items()}
        beside = [n for n in tree.names if n.startswith(folder) and n != name and not n.endswith(".tsr")]
        really = {n: (tree.digest(n), tree.size(n)) for n in beside}
        if told != really:
            odd = sorted(set(told.items()) ^ set(really.items()))
            problems.append(f"{name} and the files beside it differ: {odd[0][0]}")
        if folder != f"vastleggingen/{document['vastlegging_id']}/":
            problems.append(f"{name} is the manifest of another capture")
    return problems, []


def _check_case(tree: Tree) -> tuple[list[str], list[str]]:
    """Step 6: the case file lists exactly these captures, each with its manifest's digest, all of one case."""
    try:
        case = _read_canonical(tree, "zaak.json", case_document.SCHEMA)
        folders = _capture_folders(tree)
        names = [folder + capture_document.MANIFEST_NAME for folder in folders]
        captures = [_read_canonical(tree, name, capture_document.SCHEMA) for name in names if name in tree.names]
    except (EvidenceError, KeyError) as error:
        return [str(error)], []
    told = {entry["id"]: entry["manifest_sha256"] for entry in case["vastleggingen"]}
    really = {
        folder.split("/")[1]: tree.digest(name)
        for folder, name in zip(folders, names, strict=True)
        if name in tree.names
    }
    problems = [] if told == really else ["zaak.json and the folder vastleggingen/ name different captures"]
    problems += [
        f"capture {document['vastlegging_id']} belongs to another case"
        for document in captures
        if document["zaak_id"] != case["zaak_id"]
    ]
    remarks = [] if told else ["the bundle holds no capture"]
    return problems, remarks


def _check_stamps(tree: Tree, anchors: tuple[x509.Certificate, ...]) -> tuple[list[str], list[str]]:
    """Step 7: each token is over the manifest in its folder."""
    problems: list[str] = []
    remarks: list[str] = []
    for folder in _capture_folders(tree):
        tokens = [name for name in tree.names if name.startswith(folder) and name.endswith(".tsr")]
        if not tokens:
            remarks.append(f"{folder} has no time stamp: its time rests on the maker's own clock")
        for name in tokens:
            try:
                token = read_token(tree.read(name), tree.digest(folder + capture_document.MANIFEST_NAME), anchors)
            except (EvidenceError, KeyError) as error:
                problems.append(f"{name}: {error}")
                continue
            origin = "a trusted service" if token.trusted else "a service whose origin was not checked"
            remarks.append(f"{name}: {token.at:%Y-%m-%d %H:%M:%S} UTC by {origin} ({token.signer})")
    if not anchors:
        remarks.append("no trusted roots were given: time stamps prove coherence here, not origin")
    return problems, remarks


def _check_container(tree: Tree) -> tuple[list[str], list[str]]:
    """Step 8: writing these files again gives the same ZIP."""
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
