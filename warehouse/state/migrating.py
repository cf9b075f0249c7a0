"""Bringing the tables of `state.db` up to date, by one process at a time."""

from functools import cache
from importlib.resources import files
from threading import Lock

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine

from warehouse.errors import WarehouseError

_ONE = Lock()
"""Alembic keeps the migration it runs in module variables: two threads would mix theirs."""


def migrate(reader: Engine, writer: Engine) -> None:
    """Run the migrations that have not run yet, in one transaction under the write lock; none when all have.

    Raises `WarehouseError` when the database was made by a newer Handenaf.
    """
    with reader.connect() as connection:
        if _is_current(connection):
            return
    config = _config()
    with _ONE, writer.begin() as connection:
        if _is_current(connection):  # another process was first
            return
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise WarehouseError(
                f"the state database {reader.url!r} was made by a newer Handenaf ({error}); install that version"
            ) from error


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("warehouse.state") / "migrations"))
    return config


@cache
def _newest() -> frozenset[str]:
    """Give the revisions that a database up to date has: the last of `migrations/versions/`."""
    return frozenset(ScriptDirectory.from_config(_config()).get_heads())


def _is_current(connection: Connection) -> bool:
    return frozenset(MigrationContext.configure(connection).get_current_heads()) == _newest()
