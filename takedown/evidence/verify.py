"""Checking a bundle, as anybody may.

The steps; `controleer.sh` and `controleer.html` take the same ones under the same numbers:

1. It can be read: a folder, or a ZIP of plain stored files with plain names, none twice, no links.
2. The three hash lists are in form: 64 lower-case hex digits, two spaces, a name; sorted, no name twice.
3. Every file stands on exactly one list, every listed file is there, and the files every bundle has are among them.
4. Every file has the SHA-256 that its list gives.
5. Every capture's manifest is in its form and names exactly the files beside it, with digest and size.
6. The case file is in its form, and it and the captures name one another, the same case and the same edition.
7. Every line of the log has its digest, and its path leads to the daily head.
8. Every commitment that is opened fits its leaf and what this edition shows.
9. Every time stamp fits what it is about and its signature is sound; with trusted roots given, it leads to one of them.
10. A ZIP is, byte for byte, the one that these files give: no bit hides between them.

Of an erased bundle only the tombstone and the seal are left; then the steps are those of `verify_erased.py`.

Whoever can rewrite the whole bundle can pass all steps but 9: only a time stamp, with roots from elsewhere, ties the files
to a moment. Without roots the answer says so in words.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from asn1crypto import x509

from takedown.errors import EvidenceError
from takedown.evidence.erasure import TOMBSTONE
from takedown.evidence.timestamp import load_roots
from takedown.evidence.tree import Tree, open_tree
from takedown.evidence.verify_content import check_captures, check_case, check_commitments, check_log
from takedown.evidence.verify_erased import check_seal, check_tombstone
from takedown.evidence.verify_lists import Lists, check_container, compare_digests, compare_names, read_lists
from takedown.evidence.verify_stamps import check_stamps

MOST_PROBLEMS = 20


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
    checks = [_check(1, "readable", "it can be read", problems)]
    if tree is None or problems:
        return Verification(checks=tuple(checks))
    with tree:
        if TOMBSTONE in tree.names:
            return Verification(checks=(*checks, *_numbered(_erased_steps(tree, anchors), start=2)))
        lists, found = _read(partial(read_lists, tree))
        checks.append(_check(2, "lists", "the hash lists are in form", found))
        return Verification(checks=(*checks, *_numbered(_steps(tree, lists, anchors), start=3)))


Step = tuple[str, str, Callable[[], tuple[list[str], list[str]]]]
"""Code, title, and what gives problems and remarks."""


def _steps(tree: Tree, lists: Lists, anchors: tuple[x509.Certificate, ...]) -> tuple[Step, ...]:
    """Give steps 3 to 10 of a bundle."""
    everywhere = "every file is on exactly one list, every listed file is there"
    return (
        ("complete", everywhere, partial(compare_names, tree, lists)),
        ("digests", f"{len(lists.digests)} digests fit", partial(compare_digests, tree, lists)),
        ("captures", "capture manifests fit their files", partial(check_captures, tree)),
        ("case", "the case file and the captures belong together", partial(check_case, tree)),
        ("log", "the log's lines lead to the daily head", partial(check_log, tree)),
        ("commitments", "opened commitments fit", partial(check_commitments, tree)),
        ("stamps", "time stamps fit", partial(check_stamps, tree, anchors)),
        ("container", "no bit between the files", partial(check_container, tree)),
    )


def _erased_steps(tree: Tree, anchors: tuple[x509.Certificate, ...]) -> tuple[Step, ...]:
    """Give the steps for what is left of an erased bundle."""
    return (
        ("tombstone", "the tombstone names what is left", partial(check_tombstone, tree)),
        ("seal", "the seal of what was erased holds", partial(check_seal, tree, anchors)),
        ("container", "no bit between the files", partial(check_container, tree)),
    )


def _numbered(steps: Iterable[Step], start: int) -> Iterator[Check]:
    """Take steps in order."""
    for number, (code, title, step) in enumerate(steps, start):
        try:
            wrong, remarks = step()
        except EvidenceError as error:
            wrong, remarks = [str(error)], []
        except (LookupError, TypeError, AttributeError, ValueError, OSError) as error:
            # A manifest of another shape than ours, however it came about, is a finding, not a crash.
            wrong, remarks = [f"not of the expected form ({type(error).__name__}: {error})"], []
        yield _check(number, code, title, wrong, remarks)


def _check(number: int, code: str, title: str, problems: Sequence[str], remarks: Sequence[str] = ()) -> Check:
    """Give a step's outcome. Names in a hostile bundle may hold characters that steer a terminal: they become "?"."""
    shown = [
        tuple("".join(sign if sign.isprintable() else "?" for sign in sentence) for sentence in sentences)
        for sentences in (problems[:MOST_PROBLEMS], remarks)
    ]
    return Check(number=number, code=code, title=title, problems=shown[0], remarks=shown[1])


def _read(step: Callable[[], tuple[Lists, list[str]]]) -> tuple[Lists, list[str]]:
    """Read the lists; what can't be read is a finding."""
    try:
        return step()
    except (ValueError, OSError) as error:
        return Lists(digests={}, listed=()), [f"not of the expected form ({type(error).__name__}: {error})"]
