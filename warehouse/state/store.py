"""The one door to `state.db`."""

from types import TracebackType
from typing import Self

from sqlalchemy import Engine

from warehouse.state.alarms import Alarms
from warehouse.state.audit import AuditLog
from warehouse.state.cases import Cases
from warehouse.state.crawls import Crawls
from warehouse.state.engine import open_engine
from warehouse.state.figures import Figures
from warehouse.state.history import History
from warehouse.state.papers import Papers
from warehouse.state.people import People
from warehouse.state.posts import Posts
from warehouse.state.users import Users


class State:
    """What the desk remembers, by subject. Every method is a transaction of its own, safe to run again."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.people = People(engine)
        self.crawls = Crawls(engine)
        self.posts = Posts(engine)
        self.cases = Cases(engine)
        self.papers = Papers(engine)
        self.alarms = Alarms(engine)
        self.history = History(engine)
        self.users = Users(engine)
        self.audit = AuditLog(engine)
        self.figures = Figures(engine)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        """Give the open state."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close all connections."""
        self.close()


def open_state(url: str) -> State:
    """Open the state database and bring its tables up to date. Raises `WarehouseError`.

    `url` is SQLAlchemy's: `sqlite:////folder/state.db` or `postgresql+psycopg://…`.
    """
    return State(open_engine(url))
