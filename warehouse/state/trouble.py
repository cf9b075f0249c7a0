"""What the database's driver complains about, as a sentence for a person: what, where, what to do."""

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import IntegrityError

from warehouse.errors import WarehouseError

SENTENCES = (
    # what the drivers say (SQLite's and PostgreSQL's words) → what we say
    (
        ("disk is full", "disk i/o error", "no space left", "could not extend file", "could not write"),
        (
            "the disk of {where} is full or failing: this step was not saved, what was saved before is safe. "
            "Free some space and run it again; it goes on where it stopped."
        ),
    ),
    (
        ("is locked", "lock timeout", "deadlock"),
        "{where} is kept busy by another process: this step was not saved. Run it again when that one is done.",
    ),
    (
        ("unable to open", "readonly", "read-only", "permission denied"),
        "{where} can't be opened or written. Check that its folder exists and belongs to this user.",
    ),
    (
        ("not a database", "malformed"),
        "{where} is damaged or is not a state database. Put the last backup back, or name another file.",
    ),
    (
        ("connection", "could not translate host"),
        "{where} can't be reached. Check the address in the settings and that PostgreSQL runs.",
    ),
)


def explain_errors(engine: Engine) -> None:
    """Make every error of this engine's database a `WarehouseError`, the driver's own below it as its cause.

    The sentence never holds the values of the statement: they may be a post's text or a password's hash.
    """
    where = f"the state database {engine.url.render_as_string(hide_password=True)}"

    def explain(context: ExceptionContext) -> None:
        if context.sqlalchemy_exception is None or context.is_pre_ping:
            return
        said = (str(context.original_exception).splitlines() or [""])[0]
        raise WarehouseError(_sentence(said, where, context)) from context.original_exception

    event.listen(engine, "handle_error", explain)


def _sentence(said: str, where: str, context: ExceptionContext) -> str:
    if isinstance(context.sqlalchemy_exception, IntegrityError):
        return (
            f"{where} refused a record that is there already, or that belongs to one that is not ({said}). "
            "Nothing was saved. Read the record again, then try again."
        )
    for words, sentence in SENTENCES:
        if any(word in said.lower() for word in words):
            return f"{sentence.format(where=where)} (The database says: {said}.)"
    return f"{where} could not do this: {said}. Nothing was saved. Run `handenaf` again; if it stays, look at the log."
