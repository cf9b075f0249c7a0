"""`warehouse.duckdb`: written by one loader from the batches, read as a published copy."""

import fcntl
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb

from warehouse.batches import SCHEMAS, put_in_place
from warehouse.errors import WarehouseError

LOCKED_IN: dict[str, Any] = {"enable_external_access": "false", "lock_configuration": "true"}
"""A question reads this one file: no other file, no network, no extension, and no way to allow them."""


def read_query(name: str) -> str:
    """Give the SQL of `warehouse/queries/<name>.sql`."""
    return (files("warehouse") / "queries" / f"{name}.sql").read_text("utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Warehouse:
    """The record for questions. `folder` holds the loader's file and the published copy, `batches` the Parquet files."""

    folder: Path
    batches: Path

    @property
    def published(self) -> Path:
        """The copy that readers open; replaced whole by each load."""
        return self.folder / "published.duckdb"

    def load(self) -> int:
        """Load the batches that were not loaded yet, publish, and give their number.

        Each batch and its line in the ledger go in together, so a killed load is simply run again. One loader at a
        time: a second one waits for the lock. Delete the folder and load again to rebuild it from the batches.
        Raises `WarehouseError` for a batch that can't be read and for a full disk; what was loaded before stays.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with _only_one(self.folder / "loader.lock"):
                return self._load()
        except (OSError, duckdb.Error) as error:
            raise WarehouseError(
                f"the warehouse in {self.folder} can't be loaded: {error}. What was loaded before is safe. Free disk "
                "space if there is none; if its file is damaged, delete the folder: the next load rebuilds it."
            ) from error

    def _load(self) -> int:
        path = self.folder / "warehouse.duckdb"
        if not path.exists():
            _create(path)
        with duckdb.connect(path) as connection:
            connection.execute(read_query("tables"))
            known = {name for (name,) in connection.execute(read_query("loaded_batches")).fetchall()}
            fresh = [batch for batch in sorted(self.batches.glob("*.parquet")) if batch.name not in known]
            for batch in fresh:
                _load_batch(connection, batch)
            connection.execute("checkpoint")
        beside = self.folder / ".published.part"  # only the holder of the lock writes it
        shutil.copyfile(path, beside)
        put_in_place(beside, self.published)
        return len(fresh)

    def ask(self, question: str, **values: Any) -> list[dict[str, Any]]:
        """Answer one of the questions in `warehouse/queries/`, from the published copy, as dicts.

        Raises `WarehouseError` when nothing was published yet.
        """
        return self._run(read_query(question), values)

    def sql(self, text: str) -> list[dict[str, Any]]:
        """Run an administrator's own read-only SQL on the published copy (`handenaf sql`).

        It reaches no other file and no network, and can't switch that on. Raises `WarehouseError`.
        """
        return self._run(text, {})

    def _run(self, text: str, values: dict[str, Any]) -> list[dict[str, Any]]:
        if not self.published.exists():
            raise WarehouseError(f"there is no {self.published} yet; run `handenaf scan` once")
        try:
            with duckdb.connect(self.published, read_only=True, config=LOCKED_IN) as connection:
                answer = connection.execute(text, values or None)
                names = [column[0] for column in answer.description or ()]
                return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
        except duckdb.Error as error:
            raise WarehouseError(f"the question can't be answered: {error}") from error


def _create(path: Path) -> None:
    """Make an empty warehouse that appears whole or not at all: half a file could not be opened ever after."""
    beside = path.with_name(f".{path.name}.part")  # only the holder of the lock writes it
    for left in (beside, beside.with_name(f"{beside.name}.wal")):
        left.unlink(missing_ok=True)
    with duckdb.connect(beside) as connection:
        connection.execute(read_query("tables"))
        connection.execute("checkpoint")
    put_in_place(beside, path)


def _load_batch(connection: duckdb.DuckDBPyConnection, batch: Path) -> None:
    """Put one batch and its ledger line into the tables, both or neither."""
    kind = batch.name.split("-", 1)[0]
    if kind not in SCHEMAS:
        raise WarehouseError(
            f"{batch} is not a batch of Handenaf (kinds: {', '.join(SCHEMAS)}); move it out of the folder"
        )
    connection.execute("begin")
    try:
        connection.execute(read_query(f"load_{kind}"), {"batch": str(batch)})
        connection.execute(read_query("note_batch"), {"batch": batch.name})
        connection.execute("commit")
    except BaseException as error:
        connection.execute("rollback")
        if isinstance(error, duckdb.Error) and not isinstance(error, duckdb.IOException):
            said = str(error).splitlines()[0]
            raise WarehouseError(
                f"the batch {batch} can't be read ({said}); move it out of the folder and load again"
            ) from error
        raise


@contextmanager
def _only_one(path: Path) -> Iterator[None]:
    """Hold the loader's lock; the system frees it when the process dies, however it dies."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def describe(rows: Sequence[dict[str, Any]]) -> tuple[list[str], list[list[str]]]:
    """Give answer rows as headings and cells of text, for a table on a terminal."""
    headings = list(rows[0]) if rows else []
    return headings, [["" if value is None else str(value) for value in row.values()] for row in rows]
