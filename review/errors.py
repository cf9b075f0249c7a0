"""What can go wrong at the desk. Each carries the HTTP status and a sentence (an English msgid) for the person."""


class ReviewError(Exception):
    """Any refusal of the desk; `status` is the HTTP status of its page."""

    status = 400

    def __init__(self, message: str, **values: object) -> None:
        """Keep the untranslated sentence and the values that go into it."""
        super().__init__(message)
        self.message = message
        self.values = values


class SignInError(ReviewError):
    """Nobody is signed in: the page asks for it and leads back."""

    status = 401


class ForbiddenError(ReviewError):
    """The role may not do that, or the write did not come from our own page."""

    status = 403


class UnknownPageError(ReviewError):
    """There is no such page, case or file."""

    status = 404


class TakenError(ReviewError):
    """A colleague has the case open or changed it: look again, then decide again."""

    status = 409


class InputError(ReviewError):
    """Something on the form is missing or wrong."""

    status = 422


class ThrottledError(ReviewError):
    """Too many failed attempts to sign in."""

    status = 429
