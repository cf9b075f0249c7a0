"""Records to JSON and back, and rows that may already be there."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter
from sqlalchemy import Connection, RowMapping, Table
from sqlalchemy.dialects import postgresql, sqlite

from warehouse.words import storable

T = TypeVar("T")

AT_ONCE = 500
"""Rows or ids in one statement: SQLite takes at most 32,766 parameters."""


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def to_json(record: object) -> dict[str, Any]:
    """Give a record as plain JSON values (times as ISO 8601, enums as their words, texts made `storable`)."""
    values = _adapter(cast("Hashable", type(record))).dump_python(record, mode="json")
    return cast("dict[str, Any]", _storable(values))


def from_json(kind: type[T], values: Mapping[str, Any] | RowMapping) -> T:
    """Give the record that `to_json` wrote."""
    return cast("T", _adapter(cast("Hashable", kind)).validate_python(dict(values)))


def _storable(value: Any) -> Any:
    """Clean every text in a JSON value; records nest three deep at most."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [_storable(each) for each in value]
    if isinstance(value, dict):
        return {key: _storable(each) for key, each in value.items()}
    return value


def in_parts(things: Sequence[T], size: int = AT_ONCE) -> Iterator[Sequence[T]]:
    """Give `things` in runs short enough for one statement."""
    for start in range(0, len(things), size):
        yield things[start : start + size]


def add_new(connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> int:
    """Insert the rows whose key is not there yet, leave the others as they are, and count the new ones.

    That is what makes a killed task safe to run again: ids come from contents.
    """
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    added = 0
    for part in in_parts([dict(row) for row in rows]):
        added += connection.execute(insert(table).values(part).on_conflict_do_nothing()).rowcount
    return added
