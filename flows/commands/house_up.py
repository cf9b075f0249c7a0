"""`handenaf up` and `handenaf run`: the house at work."""

from collections.abc import Callable
from enum import StrEnum

import httpx
import typer
from rich.console import Console

from flows.commands import Home, settings_of
from flows.errors import FlowError
from flows.night import Night
from flows.progress import progress_bars
from flows.settings import quiet_prefect
from flows.supervisor import desk_of, keep_up, running_house
from flows.telling import print_night


class FlowName(StrEnum):
    """The flows there are."""

    WATCH = "watch"
    FOLLOW = "follow"
    FORGET = "forget"
    ALARM = "alarm"
    STAMP = "stamp"


def add(cli: typer.Typer) -> None:
    """Add these commands."""
    cli.command("up")(up)
    cli.command("run")(run)


def up(home: Home = None) -> None:
    """Keep the desk, the nightly schedule and the Prefect server running, on loopback, until Ctrl-C."""
    settings = settings_of(home)
    console = Console()
    with running_house(settings, console) as children:
        console.print(
            f"The desk is open at [bold]{desk_of(settings)}[/]; watch runs at {settings.nightly} ({settings.timezone})."
        )
        console.print(
            f"Flow runs: http://127.0.0.1:{settings.prefect_port}   Logs: {settings.home / 'logs'}   Ctrl-C ends all."
        )
        keep_up(children, console)


def run(flow: FlowName, home: Home = None) -> None:
    """Run one flow now as a Prefect flow (with the server of `handenaf up` where it runs, else a temporary one)."""
    settings = settings_of(home)
    api = _running_api(settings.prefect_port)
    quiet_prefect(settings.home, api=api)
    from flows import alarming, follow, forget, stamping_flow, watch  # noqa: PLC0415 - Prefect reads its settings on import

    flows: dict[FlowName, Callable[[str], object]] = {
        FlowName.WATCH: watch.watch,
        FlowName.FOLLOW: follow.follow,
        FlowName.FORGET: forget.forget,
        FlowName.ALARM: alarming.alarm_flow,
        FlowName.STAMP: stamping_flow.stamp_flow,
    }
    console = Console()
    try:
        with progress_bars(console):
            answer = flows[flow](str(settings.home))
    except Exception as error:  # whatever a flow failed with, the person gets a sentence and the log's place
        raise FlowError(f"{flow.value} failed: {error}. Run it again: it goes on where it stopped.") from error
    if isinstance(answer, Night):
        print_night(answer, console)
        if answer.failed:
            raise typer.Exit(1)
        return
    counts = ", ".join(f"{count} {what}" for what, count in answer.items()) if isinstance(answer, dict) else answer
    console.print(f"[green]✓[/] {flow.value}: {counts}", highlight=False)


def _running_api(port: int) -> str:
    """Give the address of the Prefect server of `handenaf up`, or nothing where it doesn't run."""
    api = f"http://127.0.0.1:{port}/api"
    try:
        return api if httpx.get(f"{api}/health", timeout=1).is_success else ""
    except httpx.HTTPError:
        return ""
