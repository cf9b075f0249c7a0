"""Checking what is left of an erased bundle: the tombstone, and that the seal of what is gone still holds."""

from asn1crypto import x509

from takedown.errors import EvidenceError
from takedown.evidence.bag import STAMP_FOLDER, STAMP_LIST, TAG_LIST
from takedown.evidence.erasure import SCHEMA, TOMBSTONE
from takedown.evidence.timestamp import read_token
from takedown.evidence.tree import Tree
from takedown.evidence.verify_content import read_ours
from takedown.evidence.verify_lists import LINE, Found
from takedown.evidence.verify_stamps import COHERENCE_ONLY


def check_tombstone(tree: Tree) -> Found:
    """Check that the tombstone is in form and names every file beside it with its digest, and say what it says."""
    stone = read_ours(tree, TOMBSTONE, SCHEMA)
    really = {name: tree.digest(name) for name in tree.names if name != TOMBSTONE}
    problems = [] if stone["zegel"] == really else ["the tombstone and the files beside it differ"]
    return problems, [f"erased on {stone['gewist_op']} by {stone['door']}: {stone['reden']}"]


def check_seal(tree: Tree, anchors: tuple[x509.Certificate, ...]) -> Found:
    """Check the list of stamps, and each stamp over the erased bundle's tag manifest."""
    if TAG_LIST not in tree.names:
        return [], ["no bundle was kept of this case, so no seal is left"]
    lines = tree.read(STAMP_LIST).decode("latin-1").splitlines(keepends=True)
    listed = {match[2]: match[1] for match in map(LINE.fullmatch, lines) if match}
    really = {name: tree.digest(name) for name in tree.names if name not in (TOMBSTONE, STAMP_LIST)}
    problems = [] if listed == really and len(listed) == len(lines) else [f"{STAMP_LIST} and the files differ"]
    remarks = []
    for name in tree.names:
        if name.startswith(STAMP_FOLDER) and name.endswith(".tsr"):
            try:
                token = read_token(tree.read(name), tree.digest(TAG_LIST), anchors)
            except EvidenceError as error:
                problems.append(f"{name}: {error}")
                continue
            remarks.append(f"{name}: what was erased was sealed before {token.at:%Y-%m-%d %H:%M:%S} UTC")
    return problems, remarks if anchors else [*remarks, COHERENCE_ONLY]
