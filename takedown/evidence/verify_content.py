"""Steps 5 to 8: what the files say fits together."""

import hashlib
from typing import Any

from takedown.errors import EvidenceError
from takedown.evidence import excerpt
from takedown.evidence import facts as case_document
from takedown.evidence import manifest as capture_document
from takedown.evidence.bag import EDITION_LINE
from takedown.evidence.commitments import FIELD, LEAF_LINE, LEAVES, OPENED, OPENED_LINE, fields_of, leaf
from takedown.evidence.copies import MASKED_SCHEMA, STAMP_PREFIX
from takedown.evidence.merkle import follow
from takedown.evidence.strict_json import read_strict
from takedown.evidence.tree import Tree
from takedown.evidence.verify_lists import Found

CASE_FILE = "data/zaak.json"
CAPTURES = "data/vastleggingen/"
MANIFEST = capture_document.MANIFEST_NAME


def read_ours(tree: Tree, name: str, *schemas: str) -> dict[str, Any]:
    """Read one of our JSON files.

    Raises:
        EvidenceError: it is not there, not in its form, or of an unknown schema.

    """
    if name not in tree.names:
        message = f"missing: {name}"
        raise EvidenceError(message)
    value = read_strict(tree.read(name), name)
    if value.get("schema") not in schemas:
        message = f"{name} has the unknown schema {value.get('schema')!r}"
        raise EvidenceError(message)
    return value


def capture_folders(tree: Tree) -> list[str]:
    """Give the folders of captures, each with a closing slash."""
    return sorted({"/".join(name.split("/")[:3]) + "/" for name in tree.names if name.startswith(CAPTURES)})


def check_captures(tree: Tree) -> Found:
    """Step 5: each manifest names exactly the files beside it; stamps came later and are not in it."""
    problems: list[str] = []
    for folder in capture_folders(tree):
        try:
            document = read_ours(tree, folder + MANIFEST, capture_document.SCHEMA, MASKED_SCHEMA)
        except EvidenceError as error:
            problems.append(str(error))
            continue
        told = {folder + key: (entry["sha256"], entry["bytes"]) for key, entry in document["bestanden"].items()}
        later = (folder + MANIFEST, folder + STAMP_PREFIX)
        really = {
            n: (tree.digest(n), tree.size(n)) for n in tree.names if n.startswith(folder) and not n.startswith(later)
        }
        if told != really:
            odd = sorted(set(told.items()) ^ set(really.items()))
            problems.append(f"{folder}{MANIFEST} and the files beside it differ: {odd[0][0]}")
        if folder != f"{CAPTURES}{document['vastlegging_id']}/":
            problems.append(f"{folder}{MANIFEST} is the manifest of another capture")
    return problems, []


def check_case(tree: Tree) -> Found:
    """Step 6: the case file lists exactly these captures, all of one case, and the edition that the bag names."""
    try:
        case = read_ours(tree, CASE_FILE, case_document.SCHEMA)
        folders = capture_folders(tree)
        captures = [read_ours(tree, folder + MANIFEST, capture_document.SCHEMA, MASKED_SCHEMA) for folder in folders]
    except EvidenceError as error:
        return [str(error)], []
    told = {entry["id"]: entry["manifest_sha256"] for entry in case["vastleggingen"]}
    really = {folder.split("/")[2]: tree.digest(folder + MANIFEST) for folder in folders}
    problems = [] if told == really else [f"{CASE_FILE} and {CAPTURES} name different captures"]
    problems += [
        f"capture {document['vastlegging_id']} belongs to another case"
        for document in captures
        if document["zaak_id"] != case["zaak_id"]
    ]
    named = EDITION_LINE.findall(tree.read("bag-info.txt").decode("utf-8")) if "bag-info.txt" in tree.names else []
    if named != [case["uitgave"]]:
        problems.append("bag-info.txt names another edition than the case file")
    return problems, [f"edition: {case['uitgave']}"] + ([] if told else ["the bundle holds no capture"])


def check_log(tree: Tree) -> Found:
    """Step 7: numbers rise, digests fit the hashed lines where they are given, paths lead to the head."""
    if excerpt.LINES not in tree.names:
        return [f"missing: {excerpt.LINES}"], []
    lines, problems = _log_lines(tree.read(excerpt.LINES).decode("latin-1"))
    root, last = None, 0
    if excerpt.HEAD in tree.names:
        try:
            head = read_ours(tree, excerpt.HEAD, excerpt.HEAD_SCHEMA)
        except EvidenceError as error:
            return [*problems, str(error)], []
        root, last = head["wortel"], int(head["volgnummer"])
    previous = 0
    for number, digest, path in lines:
        if number <= previous:
            problems.append(f"line {number} of the log does not follow line {previous}")
        previous = number
        if (path is None) != (number > last):
            problems.append(f"line {number} of the log is on the wrong side of the head")
        elif path is not None and follow(digest, path) != root:
            problems.append(f"line {number} of the log does not lead to the head")
    problems += _compare_hashed(tree, [digest for _, digest, _ in lines])
    later = sum(path is None for _, _, path in lines)
    remarks = [f"{len(lines)} lines, {later} of them later than the head"]
    return problems, remarks if root else [*remarks, "no daily head of the log was stamped yet"]


def _log_lines(text: str) -> tuple[list[tuple[int, str, str | None]], list[str]]:
    """Read `regels.txt`: number, digest, path; None as path of a line later than the head."""
    lines: list[tuple[int, str, str | None]] = []
    place = 0
    while place < len(text):
        match = excerpt.LINE.match(text, place)
        if not match or (match[4] and (not lines or lines[-1][2] is None)):
            return lines, [f"{excerpt.LINES} is not in form"]
        if match[1]:
            lines.append((int(match[2]), match[3], None if match[1] == "later" else ""))
        else:
            number, digest, path = lines[-1]
            lines[-1] = (number, digest, (path or "") + match.group())
        place = match.end()
    return lines, []


def _compare_hashed(tree: Tree, digests: list[str]) -> list[str]:
    """Compare the hashed lines of the full edition, and that each is about this case."""
    if excerpt.HASHED not in tree.names:
        return []
    hashed = tree.read(excerpt.HASHED).split(b"\n")
    if hashed.pop() != b"" or [hashlib.sha256(line).hexdigest() for line in hashed] != digests:
        return [f"{excerpt.HASHED} and {excerpt.LINES} differ"]
    case_id = read_ours(tree, CASE_FILE, case_document.SCHEMA)["zaak_id"]
    about = f'"subject":"{case_id}"'.encode()
    return [] if all(about in line for line in hashed) else [f"{excerpt.HASHED} has a line about another case"]


def check_commitments(tree: Tree) -> Found:
    """Step 8: leaves in form; each opened one fits its leaf, and the field or file of that name here."""
    if LEAVES not in tree.names or OPENED not in tree.names:
        return [f"missing: {LEAVES} or {OPENED}"], []
    whole, shown = (tree.read(name).decode("latin-1") for name in (LEAVES, OPENED))
    leaves = LEAF_LINE.findall(whole)
    opened = OPENED_LINE.findall(shown)
    names = [name for _, name in leaves]
    in_form = "".join(f"{one}  {name}\n" for one, name in leaves) == whole and names == sorted(set(names))
    in_form = in_form and "".join(f"{salt} {sha}  {name}\n" for salt, sha, name in opened) == shown
    if not in_form or [name for *_, name in opened] != sorted({name for *_, name in opened}):
        return [f"{LEAVES} or {OPENED} is not in form"], []
    try:
        fields = fields_of(read_ours(tree, CASE_FILE, case_document.SCHEMA))
    except EvidenceError as error:
        return [str(error)], []
    promised = {name: one for one, name in leaves}
    problems: list[str] = []
    for salt, sha256, name in opened:
        file = f"data/{name}"
        here = fields.get(name) if name.startswith(FIELD) else (tree.digest(file) if file in tree.names else None)
        if promised.get(name) != leaf(salt, name, sha256):
            problems.append(f"the opened commitment to {name} does not fit its leaf")
        elif here != sha256:
            problems.append(f"the opened commitment to {name} is about another content")
    return problems, [f"{len(opened)} of {len(leaves)} commitments are opened"]
