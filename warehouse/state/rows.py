"""Records to JSON and back, and rows that may already be there."""

from collections.abc import Hashable, Iterable, Mapping
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter
from sqlalchemy import Connection, RowMapping, Table
from sqlalchemy.dialects import postgresql, sqlite

T = TypeVar("T")


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def to_json(record: object) -> dict[str, Any]:
    """Give a record as plain JSON values (times as ISO 8601, enums as their words)."""
    values: dict[str, Any] = _adapter(cast("Hashable", type(record))).dump_python(record, mode="json")
    return values


def from_json(kind: type[T], values: Mapping[str, Any] | RowMapping) -> T:
    """Give the record that `to_json` wrote."""
    return cast("T", _adapter(cast("Hashable", kind)).validate_python(dict(values)))


def add_new(connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> int:
    """Insert the rows whose key is not there yet, leave the others as they are, and count the new ones.

    That is what makes a killed task safe to run again: ids come from contents.
    """
    values = [dict(row) for row in rows]
    if not values:
        return 0
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    added = 0
    for start in range(0, len(values), 500):  # SQLite takes at most 32,766 parameters a statement
        chunk = values[start : start + 500]
        added += connection.execute(insert(table).values(chunk).on_conflict_do_nothing()).rowcount
    return added
