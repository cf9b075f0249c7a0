"""The command line: `handenaf --help`. Each file in `flows/commands/` adds its own commands."""

import sys
from importlib import import_module
from pkgutil import iter_modules

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

cli = typer.Typer(
    help="Find posts that threaten, smear or expose youth-protection workers; keep them as evidence; get them taken down.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _add_commands() -> None:
    """Find the command files by walking; each has `add(cli)`."""
    for module in sorted(iter_modules(commands.__path__), key=lambda found: found.name):
        import_module(f"{commands.__name__}.{module.name}").add(cli)


def app() -> None:
    """Run the command line. What a person can mend is printed as a sentence, with exit status 2."""
    _add_commands()
    try:
        cli()
    except ERRORS as error:
        # Escaped: an error may quote a card, a roster or a web page, which could hold rich's own markup.
        said = f"[bold red]handenaf:[/] {escape(str(error))}"
        Console(stderr=True).print(said, highlight=False, soft_wrap=True)
        sys.exit(2)
