"""Step 9: time stamps of captures, of the log's head, and of the bundle."""

import hashlib
from collections.abc import Iterator
from typing import Any

from asn1crypto import x509

from takedown.errors import EvidenceError
from takedown.evidence import asic, excerpt
from takedown.evidence import manifest as capture_document
from takedown.evidence.bag import STAMP_FOLDER, TAG_LIST
from takedown.evidence.copies import MASKED_SCHEMA, STAMP_PREFIX
from takedown.evidence.merkle import follow
from takedown.evidence.timestamp import read_token
from takedown.evidence.tree import Tree
from takedown.evidence.verify_content import MANIFEST, capture_folders, read_ours
from takedown.evidence.verify_lists import Found

BEFORE = "vooraf.tsr"
COHERENCE_ONLY = (
    "no trusted roots were given: this proves coherence only, not that the stamps come from a trusted service;"
    " whoever made a false bundle could have made its stamps too"
)


def check_stamps(tree: Tree, anchors: tuple[x509.Certificate, ...]) -> Found:
    """Step 9: each token is about what it should be; its signature is sound; with roots it leads to one of them."""
    problems: list[str] = []
    remarks: list[str] = []
    wanted = list(_wanted(tree, problems))
    known = {name for name, _ in wanted}
    problems += [
        f"{name}: it is not said what this stamp is about"
        for name in tree.names
        if name.endswith(".tsr") and name not in known
    ]
    for name, sha256 in wanted:
        try:
            token = read_token(tree.read(name), sha256, anchors)
        except (EvidenceError, KeyError) as error:
            problems.append(f"{name}: {error}")
            continue
        origin = "a trusted service" if token.trusted else "a service whose origin was not checked"
        remarks.append(f"{name}: {token.at:%Y-%m-%d %H:%M:%S} UTC by {origin} ({token.signer})")
    problems += _check_containers(tree)
    if not any(name.startswith(STAMP_FOLDER) for name in known):
        remarks.append("the bundle itself has no time stamp: when it was made rests on the maker's own clock")
    return problems, remarks if anchors else [*remarks, COHERENCE_ONLY]


def _wanted(tree: Tree, problems: list[str]) -> Iterator[tuple[str, str]]:
    """Give each token's name and the digest it must be over; what can't be said becomes a problem."""
    for name in tree.names:
        if name.endswith(".tsr") and name.startswith(STAMP_FOLDER):
            yield name, tree.digest(TAG_LIST)
        elif name.endswith(".tsr") and name.startswith(excerpt.FOLDER):
            yield name, tree.digest(excerpt.HEAD)
    for folder in capture_folders(tree):
        tokens = [name for name in tree.names if name.startswith(folder) and name.endswith(".tsr")]
        try:
            document = read_ours(tree, folder + MANIFEST, capture_document.SCHEMA, MASKED_SCHEMA)
            sealed = document.get("origineel_sha256") or tree.digest(folder + MANIFEST)
            for name in tokens:
                yield name, _about(tree, name, folder, sealed, document)
        except (EvidenceError, LookupError, ValueError, TypeError) as error:
            problems.append(f"{folder}: {error}")


def _about(tree: Tree, name: str, folder: str, sealed: str, document: dict[str, Any]) -> str:
    """Give the digest that one capture's token is over."""
    if name == folder + BEFORE:
        told = document["tijd"]["niet_voor"]
        text = f"{document['vastlegging_id']}\n{document['opdracht']['gevraagde_url']}\n{told['nonce']}\n"
        return hashlib.sha256(text.encode()).hexdigest()
    if not name.startswith(folder + STAMP_PREFIX):
        message = f"{name} is no name of a stamp"
        raise EvidenceError(message)
    way = name.removesuffix(".tsr") + ".pad.txt"
    return follow(sealed, tree.read(way).decode("ascii")) if way in tree.names else sealed


def _check_containers(tree: Tree) -> list[str]:
    """Compare each ASiC-S with the tag manifest and token it should hold."""
    problems = []
    for name in tree.names:
        if name.endswith(".asics"):
            reply = name.removesuffix(".asics") + ".tsr"
            try:
                good = asic.fits(tree.read(name), tree.read(TAG_LIST), tree.read(reply))
            except (KeyError, ValueError):
                good = False
            if not good:
                problems.append(f"{name} does not hold the tag manifest and the token beside it")
    return problems
