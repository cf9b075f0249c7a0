"""The command line: `handenaf --help`. Each file in `flows/commands/` adds its own commands."""

import sys
import traceback
from importlib import import_module
from pkgutil import iter_modules
from tempfile import NamedTemporaryFile

import typer
from rich.console import Console
from rich.markup import escape

from classify.harm.errors import HarmError
from classify.names.errors import NamesError
from crawlers.errors import CrawlError
from demo.errors import DemoError
from flows import commands
from flows.errors import FlowError
from review.errors import ReviewError
from takedown.errors import TakedownError
from warehouse import WarehouseError

ERRORS = (FlowError, WarehouseError, CrawlError, NamesError, HarmError, TakedownError, ReviewError, DemoError)

INTERRUPTED = 130
"""What Typer exits with after Ctrl-C (128 + SIGINT, as shells count)."""

cli = typer.Typer(
    help="Find posts that threaten, smear or expose youth-protection workers; keep them as evidence; get them taken down.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _add_commands() -> None:
    """Find the command files by walking, once; each has `add(cli)`."""
    if cli.registered_commands:
        return
    for module in sorted(iter_modules(commands.__path__), key=lambda found: found.name):
        import_module(f"{commands.__name__}.{module.name}").add(cli)


def app() -> None:
    """Run the command line; a person never sees a traceback.

    What a person can mend is printed as a sentence, with exit status 2; so is a disk that refuses. Ctrl-C ends with 130. For
    what nobody foresaw the traceback goes to a file, and the sentence says where; exit status 70 (sysexits.h, EX_SOFTWARE).
    """
    try:
        _add_commands()
        cli()
    except ERRORS as error:
        _say(str(error))
        sys.exit(2)
    except OSError as error:
        _say(
            f"{_what(error)}. What was kept before is safe. Mend that (free some space? another folder?) and run it again."
        )
        sys.exit(2)
    except SystemExit as end:
        if end.code == INTERRUPTED:
            _say("ended by Ctrl-C. What was done so far is kept; the next run goes on from there.")
        raise
    except Exception as error:  # noqa: BLE001 - the last door: nobody shall read a traceback
        _say(
            f"something went wrong that nobody foresaw ({type(error).__name__}: {str(error)[:300]}). What was kept before "
            f"is safe. Run it again; if it stays, report it with {_note(error)}, after looking that it names nobody."
        )
        sys.exit(70)


def _say(sentence: str) -> None:
    """Print a sentence to the person. Escaped: it may quote a card, a roster or a web page, which could hold rich's markup."""
    said = f"[bold red]handenaf:[/] {escape(sentence)}"
    Console(stderr=True).print(said, highlight=False, soft_wrap=True)


def _what(error: OSError) -> str:
    where = f" ({error.filename})" if error.filename else ""
    return f"the machine refused: {error.strerror or error}{where}"


def _note(error: Exception) -> str:
    """Write the traceback to a new file that only this user can read, and give its path."""
    try:
        with NamedTemporaryFile("w", prefix="handenaf-", suffix=".txt", delete=False, encoding="utf-8") as file:
            file.write("".join(traceback.format_exception(error)))
            return file.name
    except OSError:  # no room even for that
        return "the command you gave"
