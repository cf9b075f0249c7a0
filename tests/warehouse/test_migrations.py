"""The migrations and `tables.py` say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

from warehouse import State, open_state
from warehouse.state.tables import metadata

if TYPE_CHECKING:  # tests can't import from one another at run time
    from tests.warehouse.conftest import Start


def differences(state: State) -> list[object]:
    """Give what Alembic would change to make the database as `tables.py` says."""
    with state.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))


def test_the_migrated_database_is_what_tables_py_says(state: State) -> None:
    assert differences(state) == []
    assert set(inspect(state.engine).get_table_names()) == {*metadata.tables, "alembic_version"}


def test_constraints_have_names_a_later_migration_can_drop(state: State) -> None:
    keys = inspect(state.engine).get_foreign_keys("mentions")
    assert [key["name"] for key in keys] == ["fk_mentions_post_id_posts"]


@pytest.mark.usefixtures("state")
def test_opening_again_changes_nothing(url: str) -> None:
    with open_state(url) as again:
        assert differences(again) == []


@pytest.mark.parametrize("round_", range(3))
def test_processes_that_open_at_once_migrate_once(url: str, start: Start, round_: int) -> None:
    children = [start("open_state", url) for _ in range(3)]
    for child in children:
        output, _ = child.communicate(timeout=30)
        assert child.returncode == 0, f"{round_}: {output}"
    with open_state(url) as state:
        assert differences(state) == []
