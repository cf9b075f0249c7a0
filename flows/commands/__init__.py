"""The commands of `handenaf`, a file a subject. A file is found by walking and has `add(cli)`."""

from pathlib import Path
from typing import Annotated

import typer

from flows.errors import FlowError
from flows.settings import FILE, Settings, chosen_home, read_settings

Home = Annotated[
    Path | None,
    typer.Option(
        "--home", help="The organisation's folder; else HANDENAF_HOME, else here, else ~/handenaf.", show_default=False
    ),
]


def settings_of(home: Path | None) -> Settings:
    """Give the settings of the chosen folder. Raises `FlowError` when it was never made with `handenaf init`."""
    chosen = home or chosen_home()
    if not (chosen / FILE).is_file():
        raise FlowError(f"{chosen} is not a Handenaf folder (it has no {FILE}). Make one: handenaf init {chosen}")
    return read_settings(chosen)
