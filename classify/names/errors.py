"""What can go wrong while finding names."""


class NamesError(Exception):
    """Base of every error of this room; its message says what happened and what to do."""


class EmptyRosterError(NamesError):
    """There is nobody to look for."""


class ListError(NamesError):
    """A word list or the weights file can't be read as documented."""


class LineError(NamesError):
    """A line of posts is not what the format asks for."""
