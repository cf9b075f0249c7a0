"""The desk's memory, `state.db`: SQLite (or PostgreSQL by changing one URL) through SQLAlchemy."""

from warehouse.state.store import State, open_state

__all__ = ["State", "open_state"]
