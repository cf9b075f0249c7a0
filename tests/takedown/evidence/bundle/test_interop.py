"""Other people's tools on our bundles: necessary, not sufficient (`bagit` says valid of a bag with a file too many)."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # tests can't import from one another at run time
    from tests.takedown.evidence.bundle.conftest import Authority, Unpack, Workplace

BAGIT = Path(__file__).resolve().parents[5] / "tools" / "bagit" / "bin" / "python"
"""A virtual environment of its own beside the checkout, with `bagit` 1.9."""


@pytest.fixture
def folder(workplace: Workplace, tmp_path: Path, unpacked: Unpack) -> Path:
    return unpacked(workplace.bundle(), tmp_path / "uit")


@pytest.mark.skipif(not BAGIT.exists(), reason="bagit is not installed in ../tools/bagit")
def test_bagit_finds_the_bag_valid_and_complete(folder: Path) -> None:
    code = (
        "import bagit, sys; bag = bagit.Bag(sys.argv[1]); bag.validate(); print(bag.info['Payload-Oxum'], bag.version)"
    )
    done = subprocess.run([BAGIT, "-c", code, folder], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    files = [path for path in (folder / "data").rglob("*") if path.is_file()]
    assert done.stdout.split() == [f"{sum(path.stat().st_size for path in files)}.{len(files)}", "1.0"]


@pytest.mark.skipif(not shutil.which("sha256sum"), reason="sha256sum is not installed")
def test_sha256sum_checks_all_three_lists(folder: Path) -> None:
    for name in ("manifest-sha256.txt", "tagmanifest-sha256.txt", "tijdstempels/lijst.txt"):
        done = subprocess.run(["sha256sum", "--strict", "-c", name], cwd=folder, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr


@pytest.mark.skipif(not shutil.which("unzip"), reason="unzip is not installed")
def test_unzip_reads_the_container_of_tag_manifest_and_stamp(folder: Path) -> None:
    place = folder / "tijdstempels" / "tijdstempel-0.asics"
    done = subprocess.run(["unzip", "-p", place, "tagmanifest-sha256.txt"], capture_output=True, check=True)
    assert done.stdout == (folder / "tagmanifest-sha256.txt").read_bytes()
    assert place.read_bytes()[38:69] == b"application/vnd.etsi.asic-s+zip"


@pytest.mark.skipif(not shutil.which("busybox"), reason="busybox is not installed")
def test_the_shell_checker_runs_in_a_smaller_shell_too(folder: Path) -> None:
    done = subprocess.run(["busybox", "sh", "controleer.sh"], cwd=folder, capture_output=True, text=True, check=False)
    assert "UITSLAG: IN ORDE" in done.stdout, done.stdout + done.stderr


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")
def test_openssl_alone_finds_the_bundles_stamp_valid(folder: Path, authority: Authority) -> None:
    stamp, root = folder / "tijdstempels/tijdstempel-0.tsr", authority.roots / "root.pem"
    command: list[str | Path] = [
        "openssl",
        "ts",
        "-verify",
        "-data",
        folder / "tagmanifest-sha256.txt",
        "-in",
        stamp,
        "-CAfile",
        root,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Verification: OK" in done.stdout + done.stderr
