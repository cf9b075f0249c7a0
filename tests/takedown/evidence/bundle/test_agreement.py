"""The three checkers say the same, step by step, of good bundles and of forged ones, with their lists mended and without."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from takedown.evidence.editions import Edition
from takedown.evidence.files import canonical
from takedown.evidence.stamping import NO_SEALING
from takedown.evidence.verify import verify

if TYPE_CHECKING:  # tests can't import from one another at run time
    from tests.takedown.evidence.bundle.conftest import Authority, Checkers, Unpack, Workplace

GOOD = dict.fromkeys(range(1, 10), True)
CAPTURE = "data/vastleggingen/00000000-0000-4000-8000-000000000001"


@pytest.fixture(scope="session")
def whole_bundle(workplace: Workplace, tmp_path_factory: pytest.TempPathFactory, unpacked: Unpack) -> Path:
    return unpacked(workplace.bundle(), tmp_path_factory.mktemp("heel") / "uit")


@pytest.fixture
def folder(whole_bundle: Path, tmp_path: Path) -> Path:
    """Give a fresh unpacked bundle."""
    return shutil.copytree(whole_bundle, tmp_path / "uit")


def agreed(told: dict[str, dict[int, bool]]) -> dict[int, bool]:
    assert told["python"] == told["shell"] == told["browser"]
    return told["python"]


def wrong(told: dict[str, dict[int, bool]]) -> list[int]:
    return [number for number, good in agreed(told).items() if not good]


def mend_lists(folder: Path) -> None:
    """Rewrite the three hash lists, as a forger would."""

    def write(name: str, names: list[str]) -> None:
        lines = [f"{hashlib.sha256((folder / one).read_bytes()).hexdigest()}  {one}\n" for one in sorted(names)]
        (folder / name).write_text("".join(lines))

    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    write("manifest-sha256.txt", [name for name in names if name.startswith("data/")])
    write("tagmanifest-sha256.txt", [name for name in names if "/" not in name and name != "tagmanifest-sha256.txt"])
    stamps = [name for name in names if name.startswith("tijdstempels/") and name != "tijdstempels/lijst.txt"]
    write("tijdstempels/lijst.txt", ["tagmanifest-sha256.txt", *stamps])


def change_json(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    value = json.loads(path.read_bytes())
    change(value)
    path.write_bytes(canonical(value))


def swap(one: Path, two: Path) -> None:
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)


@pytest.mark.parametrize("edition", list(Edition))
def test_a_good_bundle_passes_all_three(
    workplace: Workplace, tmp_path: Path, checkers: Checkers, authority: Authority, unpacked: Unpack, edition: Edition
) -> None:
    folder = unpacked(workplace.bundle(edition), tmp_path / "uit")
    for roots in (None, authority.roots):
        assert agreed(checkers.all(folder, roots)) == GOOD


def test_a_bundle_without_any_stamp_or_log_passes_and_says_what_that_means(
    workplace: Workplace, tmp_path: Path, checkers: Checkers, unpacked: Unpack
) -> None:
    from takedown.evidence.excerpt import Excerpt

    bare = tuple(c for c in workplace.facts.captures[:0])
    workplace_sealing, workplace.sealing = workplace.sealing, NO_SEALING
    try:
        path = workplace.bundle(captures=bare, log=Excerpt(lines=()))
    finally:
        workplace.sealing = workplace_sealing
    assert agreed(checkers.all(unpacked(path, tmp_path / "uit"))) == GOOD
    said = "\n".join(verify(path).lines())
    assert "coherence only" in said
    assert "rests on the maker's own clock" in said


FORGERIES: dict[str, tuple[Callable[[Path], object], list[int]]] = {
    "a capture's files swapped": (lambda f: swap(f / CAPTURE / "bericht.txt", f / CAPTURE / "dom.html"), [5, 8, 9]),
    "a capture's text changed": (lambda f: (f / CAPTURE / "bericht.txt").write_text("anders"), [5, 8, 9]),
    "a file added to a capture": (lambda f: (f / CAPTURE / "erbij.txt").write_text("x"), [5, 9]),
    "a capture dropped": (lambda f: shutil.rmtree(f / CAPTURE), [6, 8, 9]),
    "a capture's time changed": (lambda f: change_json(f / CAPTURE / "vastlegging.json", lambda d: d["tijd"].update(begin="2020-01-01T00:00:00+00:00")), [6, 8, 9]),
    "a capture of another case": (lambda f: change_json(f / CAPTURE / "vastlegging.json", lambda d: d.update(zaak_id="f" * 32)), [6, 8, 9]),
    "a capture's manifest written with spaces": (lambda f: (f / CAPTURE / "vastlegging.json").write_text(json.dumps(json.loads((f / CAPTURE / "vastlegging.json").read_text())) + "\n"), [5, 6, 8, 9]),
    "the case's text changed": (lambda f: change_json(f / "data/zaak.json", lambda d: d["bericht"].update(tekst="Zij is lief")), [8, 9]),
    "another edition named": (lambda f: (f / "bag-info.txt").write_text((f / "bag-info.txt").read_text().replace("volledig", "gezwart")), [6, 9]),
    "the case file of an unknown kind": (lambda f: change_json(f / "data/zaak.json", lambda d: d.update(schema="x")), [6, 7, 8, 9]),
    "a log line changed": (lambda f: (f / "data/logboek/logboek.jsonl").write_text((f / "data/logboek/logboek.jsonl").read_text().replace("fatima", "fatina", 1)), [7, 9]),
    "a log line dropped": (lambda f: (f / "data/logboek/logboek.jsonl").write_text("\n".join((f / "data/logboek/logboek.jsonl").read_text().split("\n")[1:])), [7, 9]),
    "a digest of the log changed": (lambda f: flip_text(f / "data/logboek/regels.txt", 12), [7, 9]),
    "the log's head changed": (lambda f: change_json(f / "data/logboek/kop.json", lambda d: d.update(wortel="0" * 64)), [7, 9]),
    "a decision changed": (lambda f: change_json(f / "data/beoordeling/002-besluit.json", lambda d: d.update(keuze="leave")), [8, 9]),
    "a salt changed": (lambda f: flip_text(f / "data/geopend.txt", 0), [8, 9]),
    "a leaf changed": (lambda f: flip_text(f / "data/toezeggingen.txt", 0), [8, 9]),
    "the report changed": (lambda f: (f / "rapport.pdf").write_bytes((f / "rapport.pdf").read_bytes() + b"%"), [9]),
    "a token of another capture": (lambda f: swap(f / CAPTURE / "tijdstempel-0.tsr", f / CAPTURE / "vooraf.tsr"), [5, 8, 9]),
    "a token's signature flipped": (lambda f: flip_last(f / "tijdstempels/tijdstempel-0.tsr"), [9]),
    "a web page instead of a token": (lambda f: (f / "tijdstempels/tijdstempel-0.tsr").write_text("<html>502</html>"), [9]),
    "the ASiC-S emptied": (lambda f: (f / "tijdstempels/tijdstempel-0.asics").write_bytes(b"PK"), [9]),
    "the way to a batch's root changed": (lambda f: flip_text(f / CAPTURE / "tijdstempel-1.pad.txt", 8), [8, 9]),
    "a file on two lists": (lambda _: None, [2, 3]),
    "a list with Windows line ends": (lambda _: None, [2, 3]),
    "a list out of order": (lambda _: None, [2]),
}  # fmt: skip
ALWAYS = (
    "a capture's files swapped",
    "a log line changed",
    "a decision changed",
    "a token's signature flipped",
    "a list out of order",
)
AFTER_MENDING: dict[str, Callable[[Path], object]] = {
    "a file on two lists": lambda f: append(f / "tagmanifest-sha256.txt", (f / "manifest-sha256.txt").read_text().splitlines(keepends=True)[0]),
    "a list with Windows line ends": lambda f: (f / "manifest-sha256.txt").write_bytes((f / "manifest-sha256.txt").read_bytes().replace(b"\n", b"\r\n")),
    "a list out of order": lambda f: (f / "tijdstempels/lijst.txt").write_text("".join(reversed((f / "tijdstempels/lijst.txt").read_text().splitlines(keepends=True)))),
}  # fmt: skip


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text() + text)


def flip_text(path: Path, place: int) -> None:
    """Change one hex digit."""
    text = path.read_text()
    path.write_text(text[:place] + ("0" if text[place] != "0" else "1") + text[place + 1 :])


def flip_last(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-5] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forger_who_mends_the_lists_is_found_by_all_three_at_the_same_steps(
    folder: Path, checkers: Checkers, name: str, whole: bool
) -> None:
    if not whole and name not in ALWAYS:
        pytest.skip("long: runs with `make test-evidence`")
    forge, steps = FORGERIES[name]
    forge(folder)
    mend_lists(folder)
    if name in AFTER_MENDING:
        AFTER_MENDING[name](folder)
        found = wrong(checkers.all(folder))
        assert set(steps) <= set(found)
        return
    assert wrong(checkers.all(folder)) == steps


def test_roots_decide_from_outside(
    workplace: Workplace, tmp_path: Path, checkers: Checkers, authority: Authority, rogue: Authority, unpacked: Unpack
) -> None:
    """A whole forgery stamped by an authority nobody trusts passes without roots, and says so; with roots it fails."""
    from dataclasses import replace

    from takedown.evidence.stamping import Sealing

    honest = workplace.sealing
    workplace.sealing = Sealing(stamp=rogue.stamp)
    try:
        path = workplace.bundle(post=replace(workplace.facts.post, author_name="Iemand Anders"))
    finally:
        workplace.sealing = honest
    folder = unpacked(path, tmp_path / "uit")
    assert agreed(checkers.all(folder)) == GOOD
    assert wrong(checkers.all(folder, authority.roots)) == [9]
    assert wrong(checkers.all(folder, rogue.roots)) == [9]


HOSTILE = "\x1b[2J\x1b]0;IN ORDE\x07\x82\u202e"


@pytest.mark.parametrize("place", ["list", "file name"])
def test_what_steers_a_terminal_is_never_printed(folder: Path, checkers: Checkers, place: str) -> None:
    if place == "list":
        (folder / "manifest-sha256.txt").write_bytes(
            b"0" * 64 + b"  data/" + HOSTILE.encode("latin-1", "replace") + b"\n"
        )
    else:
        (folder / "data" / HOSTILE).write_text("x")
    told = checkers.all(folder)
    assert all(not all(steps.values()) for steps in told.values())
    said = "".join(verify(folder).lines()) + checkers.shell_says(folder).replace("\n", "")
    assert said.isprintable()
