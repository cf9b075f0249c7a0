"""Immutable Parquet batches: the only way anything gets into the warehouse."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.errors import WarehouseError

SCHEMAS: Mapping[str, pa.Schema] = {
    "fetches": pa.schema(
        [
            ("source", pa.string()),
            ("url", pa.string()),
            ("kind", pa.string()),
            ("status", pa.int32()),
            ("outcome", pa.string()),
            ("bytes", pa.int64()),
            ("posts", pa.int32()),
            ("fetched_at", pa.timestamp("us", tz="UTC")),
        ]
    ),
    "history": pa.schema(
        [
            ("kind", pa.string()),
            ("id", pa.string()),
            ("case_id", pa.string()),
            ("person_id", pa.string()),
            ("source", pa.string()),
            ("answer", pa.string()),
            ("label", pa.string()),
            ("score", pa.float64()),
            ("happened_at", pa.timestamp("us", tz="UTC")),
        ]
    ),
}
"""What a batch of each kind holds. No text, no names: ids, words of a fixed list, numbers and times."""


def write_batch(folder: Path, kind: str, rows: Sequence[Mapping[str, object]]) -> Path | None:
    """Write rows as one batch and give its path; None for no rows.

    The file's name is the hash of its rows, so the same rows written twice are one batch; it appears whole or not at
    all (written beside, flushed, renamed). Raises `WarehouseError` when the disk refuses.
    """
    if not rows:
        return None
    table = pa.Table.from_pylist([dict(row) for row in rows], schema=SCHEMAS[kind])
    digest = hashlib.sha256(repr(table.to_pylist()).encode()).hexdigest()[:24]
    path = folder / f"{kind}-{digest}.parquet"
    if path.exists():
        return path
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, beside, compression="zstd")
        with beside.open("rb+") as file:
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise WarehouseError(
            f"can't write {path}: {error.strerror}. Free some disk space and run the scan again."
        ) from error
    return path
