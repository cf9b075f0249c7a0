"""Opening `state.db`: connections, transactions, and errors a person can read."""

import sqlite3
from importlib.resources import files
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.exc import ArgumentError

from warehouse.errors import WarehouseError
from warehouse.state.migrating import migrate
from warehouse.state.trouble import explain_errors

WRITE = "handenaf_write"
"""Execution option of connections that will write: one writer at a time, from the first statement on."""

WRITERS_LOCK = 0x48414E44
"""Number of the advisory lock that PostgreSQL's writers take in turn ("HAND")."""


def open_engine(url: str) -> Engine:
    """Connect to the state database at `url` and bring its tables up to date.

    `url` is SQLAlchemy's: `sqlite:////folder/state.db`, or `postgresql+psycopg://…`.
    Raises `WarehouseError` when the database can't be opened.
    """
    try:
        engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
    except ArgumentError as error:
        raise WarehouseError(
            "the address of the state database is not one SQLAlchemy knows; "
            "write it as sqlite:////folder/state.db or postgresql+psycopg://user:password@host/name"
        ) from error
    except ModuleNotFoundError as error:
        raise WarehouseError(
            f"the state database needs {error.name}, which is not installed; for PostgreSQL install handenaf[postgres]"
        ) from error
    explain_errors(engine)
    if engine.dialect.name == "sqlite":
        _make_folder(engine)
        event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin)
    migrate(engine, engine.execution_options(**{WRITE: True}))
    return engine


def _make_folder(engine: Engine) -> None:
    """Make the folder of the SQLite file."""
    if not engine.url.database or engine.url.database == ":memory:":
        return
    folder = Path(engine.url.database).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WarehouseError(
            f"can't make the folder {folder} for the state database: {error.strerror}. Choose another or free space."
        ) from error


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    """Hand transactions to SQLAlchemy (PEP 249's implicit BEGIN comes too late for us) and set the pragmas."""
    connection.isolation_level = None
    connection.executescript((files("warehouse.state") / "open_sqlite.sql").read_text("utf-8"))


def _begin(connection: Connection) -> None:
    """Begin at once as a writer where we will write, so that one writer works at a time on either store.

    SQLite: two deferred transactions that upgrade would deadlock. PostgreSQL: two writers of the audit chain, of case
    numbers or of the same pages would deadlock or collide; waiting in turn costs less than trying again.
    """
    writes = connection.get_execution_options().get(WRITE, False)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
    elif writes:
        connection.execute(select(func.pg_advisory_xact_lock(WRITERS_LOCK)))
