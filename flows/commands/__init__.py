"""The commands of `handenaf`, a file a subject. A file is found by walking and has `add(cli)`."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from flows.errors import FlowError
from flows.settings import FILE, Settings, chosen_home, read_settings

Home = Annotated[
    Path | None,
    typer.Option(
        "--home", help="The organisation's folder; else HANDENAF_HOME, else here, else ~/handenaf.", show_default=False
    ),
]


def print_rows(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows as a table. Escaped: a name, an address or a sentence about a page may look like rich's own markup."""
    table = Table(*(escape(heading) for heading in headings), box=None, header_style="bold")
    for row in rows:
        table.add_row(*("" if cell is None else escape(str(cell)) for cell in row))
    Console().print(table)


def settings_of(home: Path | None) -> Settings:
    """Give the settings of the chosen folder. Raises `FlowError` when it was never made with `handenaf init`."""
    chosen = home or chosen_home()
    if not (chosen / FILE).is_file():
        raise FlowError(f"{chosen} is not a Handenaf folder (it has no {FILE}). Make one: handenaf init {chosen}")
    return read_settings(chosen)
