"""Passwords (argon2id, RFC 9106) and the brake on guessing them."""

import hashlib
from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from review.errors import InputError, ThrottledError
from review.language import N_
from warehouse import User

LEAST_LENGTH = 12
"""Characters: NIST SP 800-63B-4 asks 15 for a password alone and 8 beside a second factor; a passphrase has both."""

FREE_TRIES = 5
"""Wrong passwords before the first wait."""

LONGEST_WAIT = timedelta(minutes=15)
MOST_KEYS = 10_000
"""Throttled names and addresses remembered at once; the oldest go first."""

_hasher = PasswordHasher()
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$kIGO3bVA8Vu8cNR2YwNY5i0dS1bS8GbPfBYe4GZ6JxM"
"""A hash of nothing in particular, in today's cost: checking it takes as long as checking a real user's."""


def hash_password(password: str) -> str:
    """Give the argon2id hash. Raises `InputError` when the password is shorter than `LEAST_LENGTH`."""
    if len(password) < LEAST_LENGTH:
        message = N_("A password has at least %(least)s characters; a short sentence is easiest to remember.")
        raise InputError(message, least=LEAST_LENGTH)
    return _hasher.hash(password)


def password_fits(user: User | None, password: str) -> bool:
    """Say whether this is the password of an active user; an unknown user costs the same time."""
    try:
        _hasher.verify(user.password_hash if user else _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return user is not None and user.active


class Throttle:
    """Counts failures per name and per address: after five, each further try waits twice as long, up to 15 minutes.

    Kept in memory: the desk is one process, and a restart forgives. Keys are hashed, for people type passwords
    into the name field by mistake.
    """

    def __init__(self) -> None:
        """Start with no failures."""
        self._failures: OrderedDict[str, tuple[int, datetime]] = OrderedDict()
        self._lock = Lock()

    def check(self, *keys: str, at: datetime) -> None:
        """Let the try pass. Raises `ThrottledError` while one of the keys must wait."""
        with self._lock:
            known = [self._failures[name] for name in map(_hashed, keys) if name in self._failures]
        waits = [last + _wait(count) - at for count, last in known]
        longest = max(waits, default=timedelta())
        if longest > timedelta():
            message = N_("Too many wrong passwords. Try again in %(seconds)s seconds, or ask your administrator.")
            raise ThrottledError(message, seconds=int(longest.total_seconds()) + 1)

    def failed(self, *keys: str, at: datetime) -> None:
        """Count one failure for each key."""
        with self._lock:
            for name in map(_hashed, keys):
                count = self._failures.pop(name, (0, at))[0]
                self._failures[name] = (count + 1, at)
            while len(self._failures) > MOST_KEYS:
                self._failures.popitem(last=False)

    def passed(self, *keys: str) -> None:
        """Forget the failures of these keys."""
        with self._lock:
            for name in map(_hashed, keys):
                self._failures.pop(name, None)


def _wait(count: int) -> timedelta:
    if count < FREE_TRIES:
        return timedelta()
    return min(timedelta(seconds=2 ** min(count - FREE_TRIES + 1, 12)), LONGEST_WAIT)


def _hashed(key: str) -> str:
    return hashlib.sha256(key.casefold().encode("utf-8", "surrogatepass")).hexdigest()
