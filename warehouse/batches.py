"""Immutable Parquet batches: the only way anything gets into the warehouse."""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.errors import WarehouseError
from warehouse.words import storable

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
            ("fetched_at", pa.timestamp("us")),
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
            ("happened_at", pa.timestamp("us")),
        ]
    ),
}
"""What a batch of each kind holds. No text, no names: ids, words of a fixed list, numbers and times (UTC, written
without a zone, so that days and weeks are cut at midnight UTC whatever the machine's own zone is)."""


def write_batch(folder: Path, kind: str, rows: Sequence[Mapping[str, object]]) -> Path | None:
    """Write rows as one batch and give its path; None for no rows.

    The file's name is the hash of its rows, so the same rows written twice are one batch; it appears whole or not at
    all (written beside, flushed, renamed, the folder flushed). Raises `WarehouseError` when the disk refuses.
    """
    if not rows:
        return None
    plain = [{name: storable(each) if isinstance(each, str) else each for name, each in row.items()} for row in rows]
    digest = hashlib.sha256(json.dumps(plain, sort_keys=True, default=str).encode()).hexdigest()[:24]
    path = folder / f"{kind}-{digest}.parquet"
    if path.exists():
        return path
    beside = path.with_name(f".{path.name}.{uuid4().hex}")
    table = pa.Table.from_pylist(plain, schema=SCHEMAS[kind])
    try:
        folder.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, beside, compression="zstd")
        put_in_place(beside, path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise WarehouseError(
            f"can't write the batch {path}: {error.strerror or error}. Nothing is lost: free some disk space and run it again."
        ) from error
    return path


def put_in_place(beside: Path, path: Path) -> None:
    """Make a written file appear under its name at once, and stay there after a power cut."""
    with beside.open("rb+") as file:
        os.fsync(file.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
