"""Opening the state database: what it is set to, and what is said when it can't be opened."""

import sqlite3
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy import text

from warehouse import State, WarehouseError, open_state


def test_every_connection_waits_syncs_checks_keys_and_overwrites(state: State) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30000, "secure_delete": 1}
    with state.engine.connect() as connection:
        for name, value in wanted.items():
            assert connection.execute(text(f"pragma {name}")).scalar() == value, name


def test_a_file_that_is_no_database_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "state.db").write_bytes(b"this is a letter, not a database" * 100)
    with pytest.raises(WarehouseError, match="not a state database"):
        open_state(f"sqlite:///{tmp_path}/state.db")


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(WarehouseError, match="can't make the folder"):
        open_state(f"sqlite:///{tmp_path}/taken/below/state.db")


def test_an_address_of_no_known_kind_is_refused_without_repeating_its_password() -> None:
    with pytest.raises(WarehouseError, match="SQLAlchemy") as refused:
        open_state("nonsense://jan:geheim@host/x")
    assert "geheim" not in str(refused.value)


@pytest.mark.skipif(find_spec("psycopg") is not None, reason="psycopg is installed")
def test_postgres_without_its_driver_says_what_to_install() -> None:
    with pytest.raises(WarehouseError, match=r"handenaf\[postgres\]"):
        open_state("postgresql+psycopg://localhost/x")


def test_a_database_of_a_newer_handenaf_is_refused(url: str, tmp_path: Path) -> None:
    open_state(url).close()
    with sqlite3.connect(tmp_path / "state.db") as connection:
        connection.execute("update alembic_version set version_num = '9999'")
    connection.close()
    with pytest.raises(WarehouseError, match="newer Handenaf"):
        open_state(url)
