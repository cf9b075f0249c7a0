"""Opening `state.db`: connections, transactions, migrations."""

import sqlite3
from importlib.resources import files
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError

from warehouse.errors import WarehouseError

WRITE = "handenaf_write"
"""Execution option of connections that will write: SQLite then takes its write lock at BEGIN."""


def open_engine(url: str) -> Engine:
    """Connect to the state database at `url` and bring its tables up to date.

    `url` is SQLAlchemy's: `sqlite:////folder/state.db`, or `postgresql+psycopg://…`.
    Raises `WarehouseError` when the database can't be opened.
    """
    engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
    if engine.dialect.name == "sqlite":
        if engine.url.database and engine.url.database != ":memory:":
            Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    try:
        _migrate(engine)
    except OperationalError as error:
        msg = f"can't open the state database {engine.url!r}: {error.orig}. Check that its folder exists and can be written."
        raise WarehouseError(msg) from error
    return engine


def _migrate(engine: Engine) -> None:
    """Run the migrations that have not run yet, in one transaction under the write lock."""
    config = Config()
    config.set_main_option("script_location", str(files("warehouse.state") / "migrations"))
    with engine.execution_options(**{WRITE: True}).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    """Hand transactions to SQLAlchemy (PEP 249's implicit BEGIN comes too late for us) and set the pragmas."""
    connection.isolation_level = None
    connection.executescript((files("warehouse.state") / "open_sqlite.sql").read_text("utf-8"))


def _begin_sqlite(connection: Connection) -> None:
    """Begin at once as a writer where we will write: two deferred transactions that upgrade would deadlock."""
    writes = connection.get_execution_options().get(WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
