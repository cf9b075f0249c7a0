"""Where a person decides: the web desk. `create_app(Desk(...))` gives the ASGI application."""

from review.app import create_app
from review.desk import Desk
from review.passwords import hash_password

__all__ = ["Desk", "create_app", "hash_password"]
