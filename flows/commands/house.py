"""`handenaf init`, `settings`, `users`, `sql`: the administrator's own."""

from pathlib import Path
from typing import Annotated

import typer
from argon2 import PasswordHasher
from rich.console import Console
from rich.markup import escape

from flows.clock import now
from flows.commands import Home, print_rows, settings_of
from flows.errors import FlowError
from flows.open_house import opened, warehouse_of
from flows.settings import FILE, Settings, first_file
from warehouse import Role, User

LEAST_PASSWORD = 12
"""Characters (NIST SP 800-63B-4 asks 15 where a password stands alone, 8 at the least; we throttle and log)."""


def add(cli: typer.Typer) -> None:
    """Add these commands."""
    cli.command("init")(make_house)
    cli.command("settings")(list_settings)
    cli.command("sql")(ask_warehouse)
    users = typer.Typer(help="Who may work at the desk.", no_args_is_help=True)
    users.command("add")(add_user)
    users.command("list")(list_users)
    cli.add_typer(users, name="users")


def make_house(folder: Annotated[Path, typer.Argument(help="The new folder of this organisation.")]) -> None:
    """Make the folder of an organisation: settings, sources, an empty memory."""
    file = folder / FILE
    if file.exists():
        raise FlowError(f"{file} is there already; nothing was changed. Edit it, or choose another folder.")
    try:
        (folder / "sources").mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        file.write_text(first_file(), "utf-8")
    except OSError as error:
        raise FlowError(f"{folder} can't be made: {error.strerror}. Choose a folder you may write to.") from error
    with opened(settings_of(folder)):
        pass
    console = Console()
    console.print(f"[green]✓[/] {folder} is ready. What comes next:")
    console.print(f"  1. fill in {file}")
    console.print(f"  2. handenaf people import roster.csv --home {folder}")
    console.print(f"  3. handenaf sources add https://… --home {folder}")
    console.print(f"  4. handenaf users add LOGIN --role admin --home {folder}")
    console.print(f"  5. handenaf scan --home {folder}     (once, now)")
    console.print(f"  6. handenaf up --home {folder}       (the desk, and a scan every night)")


def list_settings(home: Home = None) -> None:
    """List every setting with its value (secrets hidden) and what it means."""
    settings = settings_of(home)
    rows = [(name, getattr(settings, name), field.description) for name, field in Settings.model_fields.items()]
    print_rows(("setting", "value", "what it means"), rows)


def add_user(
    login: str,
    role: Annotated[Role, typer.Option(help="reviewer decides, legal sends too, admin administers.")] = Role.REVIEWER,
    name: Annotated[str, typer.Option(help="As colleagues see it.")] = "",
    email: str = "",
    language: Annotated[str, typer.Option(help="nl or en.")] = "nl",
    password: Annotated[
        str, typer.Option(prompt=True, confirmation_prompt=True, hide_input=True, help="Asked for when not given.")
    ] = "",
    home: Home = None,
) -> None:
    """Add somebody who may work at the desk, or give her a new password."""
    if len(password) < LEAST_PASSWORD:
        raise FlowError(f"The password has {len(password)} characters; choose one of at least {LEAST_PASSWORD}.")
    if language not in {"nl", "en"}:
        raise FlowError(f"The desk speaks nl and en, not {language!r}.")
    user = User(
        login=login,
        name=name or login,
        role=role,
        password_hash=PasswordHasher().hash(password),
        language=language,
        email=email,
    )
    with opened(settings_of(home)) as state:
        state.users.put(user, at=now(), by="system:cli")
    Console().print(f"[green]✓[/] {escape(login)} may work at the desk as {role.value}.")


def list_users(home: Home = None) -> None:
    """List who may work at the desk."""
    with opened(settings_of(home)) as state:
        users = state.users.all()
    rows = [(user.login, user.name, user.role.value, "yes" if user.active else "no") for user in users]
    print_rows(("login", "name", "role", "active"), rows)


def ask_warehouse(query: str, home: Home = None) -> None:
    """Ask the warehouse a question in SQL (read-only): handenaf sql "select * from fetches limit 5"."""
    rows = warehouse_of(settings_of(home)).sql(query)
    print_rows(tuple(rows[0]) if rows else ("no rows",), [tuple(row.values()) for row in rows])
