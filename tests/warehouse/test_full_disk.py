"""A full disk: each store says so in a sentence, writes nothing by halves, and goes on when there is room again.

On a small tmpfs where one can be mounted (root); and everywhere by a limit on the size of a file, in a process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from warehouse import State, Warehouse, WarehouseError, open_state, write_batch
from warehouse.state.tables import posts

if TYPE_CHECKING:  # tests can't import from one another at run time
    from tests.warehouse.conftest import Make

MEGABYTE = 1 << 20


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk of 32 MB, or skip with the reason."""
    folder = tmp_path / "disk"
    folder.mkdir()
    try:
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", str(folder)],
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as error:
        pytest.skip(f"no small disk can be mounted: {error}")
    if done.returncode:
        pytest.skip(f"no small disk can be mounted: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Take what room is left, and give the file that took it."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (65_536, 4_096, 512):
            try:
                while file.write(b"x" * size):
                    pass
            except OSError:
                continue
    return filler


def count(state: State) -> int:
    """Count the posts that are kept."""
    with state.engine.connect() as connection:
        return len(connection.execute(posts.select()).all())


def test_the_desk_memory_says_so_and_goes_on(small_disk: Path, make: Make) -> None:
    with open_state(f"sqlite:///{small_disk / 'state.db'}") as state:
        make.keep(state, make.post(place="first"))
        filler = fill(small_disk)
        many = [make.post("Sanne Veldkamp " + "x" * 5_000, place=str(number)) for number in range(400)]
        with pytest.raises(WarehouseError, match=r"full or failing.*Free some space and run it again"):
            make.keep(state, *many)
        assert count(state) == 1, "none of the four hundred, and the first still there"
        filler.unlink()
        make.keep(state, *many)
        make.keep(state, *many)
        assert count(state) == 401
        assert state.audit.verify() == ""


def test_a_new_memory_on_a_full_disk_is_a_sentence(small_disk: Path) -> None:
    filler = fill(small_disk)
    with pytest.raises(WarehouseError, match=r"full or failing|can't be opened"):
        open_state(f"sqlite:///{small_disk / 'state.db'}")
    filler.unlink()
    with open_state(f"sqlite:///{small_disk / 'state.db'}") as state:
        assert count(state) == 0


def rows(make: Make, count: int) -> list[dict[str, object]]:
    """Make rows of fetches that compress badly."""
    plain = {"source": "s", "kind": "start", "status": 200, "outcome": "new", "bytes": 1, "posts": 1}
    return [plain | {"url": os.urandom(40).hex(), "fetched_at": make.noon} for _ in range(count)]


def test_a_batch_appears_whole_or_not_at_all(small_disk: Path, make: Make) -> None:
    many = rows(make, 2_000)
    filler = fill(small_disk)
    with pytest.raises(WarehouseError, match="free some disk space and run it again"):
        write_batch(small_disk / "batches", "fetches", many)
    left = list((small_disk / "batches").iterdir()) if (small_disk / "batches").exists() else []
    assert left == [], "no half of a batch"
    filler.unlink()
    path = write_batch(small_disk / "batches", "fetches", many)
    assert path is not None
    assert path == write_batch(small_disk / "batches", "fetches", many)


def test_a_load_on_a_full_disk_leaves_what_was_published_and_goes_on(
    small_disk: Path, tmp_path: Path, make: Make
) -> None:
    warehouse = Warehouse(folder=small_disk / "warehouse", batches=tmp_path / "batches")
    write_batch(warehouse.batches, "fetches", rows(make, 10))
    warehouse.load()
    filler = fill(small_disk)
    write_batch(warehouse.batches, "fetches", rows(make, 5_000))
    with pytest.raises(WarehouseError, match="What was loaded before is safe"):
        warehouse.load()
    assert warehouse.sql("select count(*) as n from fetches") == [{"n": 10}]
    filler.unlink()
    assert warehouse.load() == 1
    assert warehouse.load() == 0
    assert warehouse.sql("select count(*) as n from fetches") == [{"n": 5_010}]


LIMITED = """
import json, resource, sys
from datetime import UTC, datetime
from pathlib import Path
from warehouse import Warehouse, WarehouseError, write_batch
home = Path(sys.argv[1])
plain = {"source": "s", "kind": "start", "status": 200, "outcome": "new", "bytes": 1, "posts": 1}
rows = [plain | {"url": f"https://x.test/{n * n}", "fetched_at": datetime(2026, 3, 2, tzinfo=UTC)} for n in range(5000)]
resource.setrlimit(resource.RLIMIT_FSIZE, (8192, resource.RLIM_INFINITY))
said = []
for work in (lambda: write_batch(home / "batches", "fetches", rows), Warehouse(folder=home / "w", batches=home / "batches").load):
    try:
        work()
    except WarehouseError as error:
        said.append(str(error))
left = [path.name for path in (home / "batches").iterdir()]
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
write_batch(home / "batches", "fetches", rows)
print(json.dumps([said, left, Warehouse(folder=home / "w", batches=home / "batches").load()]))
"""


def test_a_file_that_may_not_grow_is_said_by_batches_and_loader_and_both_go_on(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr
    (batch, loader), left, loaded = json.loads(done.stdout)
    assert "free some disk space" in batch
    assert "can't be loaded" in loader
    assert left == []
    assert loaded == 1
