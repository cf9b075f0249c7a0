"""Encrypted for whoever gets it: age with a key or a passphrase, 7-Zip where it is installed."""

import os
import shutil
import subprocess
from pathlib import Path

import pyrage  # type: ignore[import-untyped]  # it ships no types
import pytest

from takedown.errors import EvidenceError
from takedown.evidence.locking import lock_for, lock_with, lock_with_seven_zip, new_passphrase, seven_zip

CONTENT = b"PK" + bytes(range(256)) * 50


def test_a_recipient_opens_what_was_locked_for_her() -> None:
    mine = pyrage.x25519.Identity.generate()
    locked = lock_for(CONTENT, f" {mine.to_public()}\n")
    assert CONTENT not in locked
    assert pyrage.decrypt(locked, [mine]) == CONTENT
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(locked, [pyrage.x25519.Identity.generate()])


@pytest.mark.parametrize("wrong", ["", "age1", "ssh-ed25519 AAAA", "AGE-SECRET-KEY-1", "-----BEGIN PGP"])
def test_what_is_no_age_key_is_refused_with_a_sentence(wrong: str) -> None:
    with pytest.raises(EvidenceError, match="not an age public key"):
        lock_for(CONTENT, wrong)


def test_a_passphrase_opens_it() -> None:
    phrase = new_passphrase()
    assert len({new_passphrase() for _ in range(50)}) == 50
    assert len(phrase) == 29
    assert pyrage.passphrase.decrypt(lock_with(CONTENT, phrase), phrase) == CONTENT


@pytest.mark.skipif(not shutil.which("age"), reason="the age program is not installed")
def test_the_age_program_opens_it(tmp_path: Path) -> None:
    mine = pyrage.x25519.Identity.generate()
    (tmp_path / "key").write_text(str(mine))
    (tmp_path / "b.age").write_bytes(lock_for(CONTENT, str(mine.to_public())))
    done = subprocess.run(["age", "-d", "-i", tmp_path / "key", tmp_path / "b.age"], capture_output=True, check=True)
    assert done.stdout == CONTENT


@pytest.mark.skipif(not seven_zip(), reason="7-Zip is not installed")
def test_seven_zip_locks_names_and_content(tmp_path: Path) -> None:
    path, out = tmp_path / "bundel.zip", tmp_path / "bundel.7z"
    path.write_bytes(CONTENT)
    lock_with_seven_zip(path, out, "een-lange-zin")
    assert b"bundel.zip" not in out.read_bytes()
    wrong = subprocess.run([seven_zip(), "t", "-pverkeerd", out], capture_output=True, check=False)
    assert wrong.returncode != 0
    subprocess.run([seven_zip(), "x", "-peen-lange-zin", f"-o{tmp_path / 'uit'}", out], capture_output=True, check=True)
    assert (tmp_path / "uit" / "bundel.zip").read_bytes() == CONTENT


def test_without_seven_zip_the_sentence_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.fspath(tmp_path))
    with pytest.raises(EvidenceError, match="choose age"):
        lock_with_seven_zip(tmp_path / "a", tmp_path / "b", "x")
