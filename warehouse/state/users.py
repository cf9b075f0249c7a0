"""Who may work at the desk, and who is logged in."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, select, update

from warehouse.records import User
from warehouse.state.audit import add_entry
from warehouse.state.engine import WRITE
from warehouse.state.rows import from_json, to_json
from warehouse.state.tables import sessions, users


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One login of one user, as the cookie's token found it."""

    user: User
    csrf: str
    expires_at: datetime


class Users:
    """Users and sessions in `state.db`. Passwords come in hashed (argon2id); tokens are kept hashed only."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(**{WRITE: True})

    def put(self, user: User, *, at: datetime, by: str) -> None:
        """Add a user or change the one with this login; who becomes inactive or gets another password is logged out."""
        values = to_json(user)
        with self._writer.begin() as connection:
            known = connection.execute(select(users.c.password_hash).where(users.c.login == user.login)).first()
            if known:
                connection.execute(update(users).where(users.c.login == user.login).values(**values))
            else:
                connection.execute(users.insert().values(**values))
            if not user.active or (known and known.password_hash != user.password_hash):
                connection.execute(sessions.delete().where(sessions.c.login == user.login))
            action = "user.changed" if known else "user.added"
            add_entry(connection, at=at, actor=by, action=action, subject=user.login, detail=user.role.value)

    def one(self, login: str) -> User | None:
        """Give one user, active or not; None when unknown."""
        with self._engine.connect() as connection:
            row = connection.execute(select(users).where(users.c.login == login)).mappings().first()
            return from_json(User, row) if row else None

    def all(self) -> tuple[User, ...]:
        """Give all users by login."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(users).order_by(users.c.login)).mappings()
            return tuple(from_json(User, row) for row in rows)

    def open_session(self, login: str, *, at: datetime, hours: int = 10) -> str:
        """Log a user in and give the cookie's token: 256 random bits, of which only the SHA-256 is kept."""
        token = secrets.token_urlsafe(32)
        with self._writer.begin() as connection:
            connection.execute(sessions.delete().where(sessions.c.expires_at < at))
            connection.execute(
                sessions.insert().values(
                    token_hash=_hash(token),
                    login=login,
                    csrf=secrets.token_urlsafe(32),
                    opened_at=at,
                    expires_at=at + timedelta(hours=hours),
                )
            )
            add_entry(connection, at=at, actor=login, action="user.login", subject=login)
        return token

    def session(self, token: str, *, at: datetime) -> Session | None:
        """Give the session of a cookie's token; None when it is unknown, over, or the user inactive."""
        with self._engine.connect() as connection:
            row = connection.execute(select(sessions).where(sessions.c.token_hash == _hash(token))).first()
        if row is None or row.expires_at <= at:
            return None
        user = self.one(row.login)
        if user is None or not user.active:
            return None
        return Session(user=user, csrf=row.csrf, expires_at=row.expires_at)

    def close_session(self, token: str) -> None:
        """Log out."""
        with self._writer.begin() as connection:
            connection.execute(sessions.delete().where(sessions.c.token_hash == _hash(token)))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
