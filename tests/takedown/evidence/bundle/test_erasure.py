"""Erasing: nothing can be read or guessed any more, and the seal and the log still hold."""

from __future__ import annotations

import shutil
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyrage  # type: ignore[import-untyped]  # it ships no types
import pytest

from takedown.errors import EvidenceError
from takedown.evidence import vault
from takedown.evidence.commitments import LEAF_LINE, leaf, salt_of
from takedown.evidence.editions import Edition
from takedown.evidence.erasure import Ground, erase
from takedown.evidence.files import place_of
from takedown.evidence.keys import KEYS, keys_of
from takedown.evidence.verify import verify

if TYPE_CHECKING:  # tests can't import from one another at run time
    from tests.takedown.evidence.bundle.conftest import Authority, Workplace

NOW = datetime(2027, 1, 1, tzinfo=UTC)

Kept = tuple["Workplace", Path, str]


@pytest.fixture
def kept(workplace: Workplace, tmp_path: Path) -> Kept:
    """Give a case of its own with one kept bundle: folder, facts, bundle digest, and the locked file's bytes."""
    folder = shutil.copytree(workplace.folder, tmp_path / "evidence")
    own = replace(workplace, folder=folder)
    path = own.bundle()
    from takedown.evidence.files import digest_of

    sha256 = digest_of(path)
    vault.keep_bundle(folder, own.facts.case.id, sha256, path)
    return own, path, sha256


def gone(own: Workplace, **changes: Any) -> tuple[Path, ...]:
    facts = own.facts
    usual: dict[str, Any] = {"still_needed": (), "at": NOW, "by": "jurist", "ground": Ground.RETENTION}
    return erase(own.folder, facts.case.id, facts.captures, **(usual | changes))


def test_a_kept_bundle_is_unreadable_without_its_key_and_whole_with_it(kept: Kept) -> None:
    own, path, sha256 = kept
    assert vault.open_bundle(own.folder, own.facts.case.id, sha256) == path.read_bytes()
    locked = next((own.folder / vault.KEPT).glob("*.age")).read_bytes()
    assert b"vanavond" not in locked
    assert b"PK\x03\x04" not in locked[:200]
    key = own.folder / KEYS / own.facts.case.id
    assert key.stat().st_mode & 0o077 == 0


def test_after_erasure_the_payload_is_gone_and_the_seal_holds(kept: Kept, authority: Authority) -> None:
    own, _, sha256 = kept
    locked = next((own.folder / vault.KEPT).glob("*.age")).read_bytes()
    (made,) = gone(own)
    with pytest.raises(EvidenceError, match="erased"):
        vault.open_bundle(own.folder, own.facts.case.id, sha256)
    with pytest.raises(EvidenceError, match="erased"):
        own.bundle()
    fresh = pyrage.x25519.Identity.generate()
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(locked, [fresh])  # a copy of the locked file, from a backup, has no key any more
    for capture in own.facts.captures:
        assert not [file.name for file in capture.files if place_of(own.folder, file.sha256).exists()]
    for roots in (None, authority.roots):
        result = verify(made, roots=roots)
        assert result.ok, result.lines()
    said = "\n".join(result.lines())
    assert "de bewaartermijn is om" in said
    assert "was sealed before" in said


def test_what_is_left_of_an_erased_case_names_nobody(kept: Kept) -> None:
    own, *_ = kept
    gone(own)
    left = [path for path in own.folder.rglob("*") if path.is_file()]
    assert left
    for path in left:
        content = path.read_bytes().lower()
        for word in (b"voorbeeld", b"truus", b"zwaluwtje", b"karel", b"forum.example", b"vanavond", b"wolf"):
            assert word not in content, (path, word)


def test_a_commitment_cant_be_guessed_after_the_key_is_gone(kept: Kept) -> None:
    own, path, _ = kept
    key = keys_of(own.folder, own.facts.case.id).salting
    with zipfile.ZipFile(path) as archive:
        leaves = {name: one for one, name in LEAF_LINE.findall(archive.read("data/toezeggingen.txt").decode())}
    from hashlib import sha256

    name, guess = "zaak/bericht/auteur/naam", sha256(b'"Boze Wolf"').hexdigest()
    assert leaves[name] == leaf(salt_of(key, name), name, guess)
    assert leaves[name] != leaf(salt_of(bytes(32), name), name, guess)
    assert leaves[name] != sha256(b'"Boze Wolf"').hexdigest()


def test_a_changed_tombstone_or_seal_is_found(kept: Kept) -> None:
    own, *_ = kept
    (made,) = gone(own)
    whole = made.read_bytes()
    for place in range(0, len(whole), 97):
        changed = bytearray(whole)
        changed[place] ^= 1
        made.write_bytes(changed)
        assert not verify(made).ok, place


def test_erasing_again_changes_nothing_and_shared_files_stay(kept: Kept) -> None:
    own, *_ = kept
    shared = own.facts.captures[0].files[0].sha256
    (first,) = gone(own, still_needed=(shared,))
    before = first.read_bytes()
    assert place_of(own.folder, shared).exists()
    assert gone(own, still_needed=(shared,)) == ()
    assert first.read_bytes() == before


def test_a_case_without_a_kept_bundle_gets_a_tombstone_too(workplace: Workplace, tmp_path: Path) -> None:
    folder = shutil.copytree(workplace.folder, tmp_path / "evidence")
    shutil.rmtree(folder / vault.KEPT, ignore_errors=True)
    made = gone(replace(workplace, folder=folder), ground=Ground.REQUEST)
    assert len(made) == 1
    result = verify(made[0])
    assert result.ok
    assert "artikel 17 AVG" in "\n".join(result.lines())


@pytest.mark.parametrize("edition", list(Edition))
def test_the_same_facts_give_the_same_bytes_in_every_edition(workplace: Workplace, edition: Edition) -> None:
    from takedown.evidence.stamping import NO_SEALING

    bare = replace(workplace, sealing=NO_SEALING)
    one, two = bare.bundle(edition), bare.bundle(edition)
    assert isinstance(one, Path)
    assert one != two
    assert one.read_bytes() == two.read_bytes()
