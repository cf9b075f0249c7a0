"""The evidence folder: whole files or none, also under kill -9 and on a full disk."""

import errno
import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from takedown.errors import EvidenceError
from takedown.evidence.files import canonical, keep, place_of, read_kept

WRITER = """
import sys
from pathlib import Path
from takedown.evidence.files import keep
print("ready", flush=True)
number = 0
while True:
    print(keep(Path(sys.argv[1]), (str(number) + "-").encode() * 150_000), flush=True)
    number += 1
"""


def test_the_same_content_is_stored_once(tmp_path: Path) -> None:
    first = keep(tmp_path, b"inhoud")
    moment = place_of(tmp_path, first).stat().st_mtime_ns
    assert keep(tmp_path, b"inhoud") == first == hashlib.sha256(b"inhoud").hexdigest()
    assert place_of(tmp_path, first).stat().st_mtime_ns == moment
    assert read_kept(tmp_path, first) == b"inhoud"


def test_a_damaged_file_is_seen_and_mended_by_storing_again(tmp_path: Path) -> None:
    sha256 = keep(tmp_path, b"inhoud")
    place_of(tmp_path, sha256).write_bytes(b"inhoue")
    with pytest.raises(EvidenceError, match="changed after it was stored"):
        read_kept(tmp_path, sha256)
    keep(tmp_path, b"inhoud")
    assert read_kept(tmp_path, sha256) == b"inhoud"


def test_a_name_that_is_no_digest_reaches_no_file(tmp_path: Path) -> None:
    for name in ("../../etc/passwd", "", "A" * 64, "0" * 63):
        with pytest.raises(EvidenceError, match="not a SHA-256"):
            read_kept(tmp_path, name)


def test_kill_9_at_any_moment_leaves_whole_files_only(tmp_path: Path) -> None:
    """Ten kills at random moments; everything under a digest's name has that digest."""
    draw = random.Random(7)  # noqa: S311 - a fixed seed, so that every run draws the same
    for _ in range(10):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, cwd=Path.cwd(), text=True
        )
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(draw.random() * 0.05)
        os.kill(writer.pid, signal.SIGKILL)
        told = [line.strip() for line in writer.stdout if len(line) == 65]
        writer.wait()
        writer.stdout.close()
        assert all(place_of(tmp_path, sha256).is_file() for sha256 in told)
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and not path.name.startswith(".unfinished-")]
    assert kept
    assert all(hashlib.sha256(path.read_bytes()).hexdigest() == path.name for path in kept)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is Linux's own")
def test_a_full_disk_is_said_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The write itself meets ENOSPC: from /dev/full, through a real file descriptor."""

    def full(prefix: str, dir: Path) -> tuple[int, str]:  # noqa: A002 - mkstemp's own name
        path = Path(dir) / f"{prefix}full"
        path.touch()
        return os.open("/dev/full", os.O_WRONLY), str(path)

    monkeypatch.setattr(tempfile, "mkstemp", full)
    with pytest.raises(EvidenceError, match=r"the disk is full.*Make room"):
        keep(tmp_path, b"x" * 100_000)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    with pytest.raises(OSError, match=r"No space") as caught:
        os.write(os.open("/dev/full", os.O_WRONLY), b"x")
    assert caught.value.errno == errno.ENOSPC


def test_canonical_json_is_one_form() -> None:
    assert canonical({"b": [1, "é"], "a": None}) == '{"a":null,"b":[1,"é"]}\n'.encode()
