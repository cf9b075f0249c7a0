"""A bundle of every format version there ever was verifies for ever, by all three checkers, also in 2040.

`golden/formaat-<n>/` is never changed; a new format gets a folder of its own beside it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from takedown.evidence.verify import verify

if TYPE_CHECKING:  # tests can't import from one another at run time
    from tests.takedown.evidence.bundle.conftest import Checkers, Unpack

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*/*.zip"))
FAKETIME = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))), None)
IN_2040 = {"FAKETIME": "@2040-01-01 00:00:00", "FAKETIME_DONT_RESET": "1"}
VERIFY = """
import sys, datetime
from pathlib import Path
from takedown.evidence.verify import verify
result = verify(Path(sys.argv[1]), roots=Path(sys.argv[2]))
print(datetime.datetime.now().year, result.ok)
"""


def named(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}"


def test_there_is_a_golden_bundle_of_each_edition() -> None:
    assert {path.stem for path in GOLDEN} == {"volledig", "gezwart", "verdachte"}


@pytest.mark.parametrize("path", GOLDEN, ids=named)
def test_a_golden_bundle_verifies(path: Path) -> None:
    for roots in (None, path.parent / "wortels"):
        result = verify(path, roots=roots)
        assert result.ok, result.lines()


@pytest.mark.parametrize("path", GOLDEN[:1], ids=named)
def test_all_three_checkers_agree_on_it_in_2040(
    path: Path, tmp_path: Path, checkers: Checkers, unpacked: Unpack
) -> None:
    checkers.in_browser(lambda page: page.clock.set_fixed_time(datetime(2040, 1, 1, tzinfo=UTC)))
    told = checkers.all(unpacked(path, tmp_path / "uit"), path.parent / "wortels")
    assert json.dumps(told["python"]) == json.dumps(told["shell"]) == json.dumps(told["browser"])
    assert all(told["python"].values())


@pytest.mark.skipif(FAKETIME is None, reason="libfaketime is not installed (Debian: libfaketime)")
def test_it_verifies_when_the_machines_clock_stands_in_2040(
    tmp_path: Path, unpacked: Unpack, checkers: Checkers
) -> None:
    path = next(path for path in GOLDEN if path.stem == "volledig")
    clock = os.environ | IN_2040 | {"LD_PRELOAD": str(FAKETIME)}
    roots = path.parent / "wortels"
    done = subprocess.run(
        [sys.executable, "-c", VERIFY, path, roots], env=clock, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["2040", "True"], done.stderr
    folder = unpacked(path, tmp_path / "uit")
    done = subprocess.run(
        ["sh", checkers.own / "controleer.sh", roots, folder], env=clock, capture_output=True, text=True, check=False
    )
    assert "UITSLAG: IN ORDE" in done.stdout, done.stdout
