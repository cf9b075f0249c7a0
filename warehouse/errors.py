"""What can go wrong in the stores. Every message says what happened, where, and what to do next."""


class WarehouseError(Exception):
    """Any trouble with what we know; its text is meant for a person."""


class ConflictError(WarehouseError):
    """Somebody else changed the record first: read it again, then decide again. Nothing was written."""


class MissingError(WarehouseError):
    """There is no such record."""
