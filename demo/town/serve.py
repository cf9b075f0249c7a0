"""The town's process: every site, the abuse desk and its inbox in one event loop."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import uvicorn
from aiosmtpd.smtp import SMTP
from starlette.applications import Starlette

from demo.errors import TownError
from demo.messages import SITES, TownPost, load_posts
from demo.town.abuse import AbuseDesk, create_inbox
from demo.town.blog import create_blog
from demo.town.certificate import create_certificate
from demo.town.prikbord import create_prikbord
from demo.town.state import TownState
from demo.town.threads import FORUM, KLACHTEN, create_threaded_site

HOST = "127.0.0.1"
SERVICES = (*SITES, "inbox", "smtp")
"""What listens, in the order of the ports."""
READY_FILE = "town.json"
STATE_FILE = "state.json"
LOOK_SECONDS = 0.2
"""How often the desk looks whether a removal is due: well under the second a visitor would notice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TownOrder:
    """How a town must be started."""

    folder: Path
    ports: Sequence[int]
    """One for each of `SERVICES`; 0 takes a free one."""
    remove_after_seconds: float
    acknowledge_to: tuple[str, int] | None
    reset: bool
    lifeline: bool
    """Stop when standard input closes, that is when the parent is gone however it went."""


class _Server(uvicorn.Server):
    """A uvicorn that leaves signals to the town: several servers in one loop would fight over them."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve_town(order: TownOrder) -> None:
    """Serve until SIGTERM, SIGINT or the end of the lifeline. Raises `TownError` where a port is taken."""
    order.folder.mkdir(parents=True, exist_ok=True)
    state = TownState(order.folder / STATE_FILE, reset=order.reset)
    sockets = dict(zip(SERVICES, _bind(order.ports), strict=True))
    ports = {name: int(bound.getsockname()[1]) for name, bound in sockets.items()}
    posts = load_posts()
    context, ca_file = create_certificate(order.folder)
    desk = AbuseDesk(
        {post.post_id: post for post in posts},
        {ports[site]: site for site in SITES},
        state,
        remove_after_seconds=order.remove_after_seconds,
        acknowledge_to=order.acknowledge_to,
    )
    loop = asyncio.get_running_loop()
    stop = _watch_for_the_end(order.lifeline)
    smtp = await loop.create_server(
        lambda: SMTP(desk, hostname="localhost", ident="Misbruikloket", tls_context=context, require_starttls=True),
        sock=sockets["smtp"],
    )
    servers = {name: _create_server(app) for name, app in _create_apps(posts, state).items()}
    tasks = [asyncio.create_task(server.serve(sockets=[sockets[name]])) for name, server in servers.items()]
    tasks.append(asyncio.create_task(_remove_when_due(state, stop)))
    while not all(server.started for server in servers.values()):  # noqa: ASYNC110 - uvicorn sets a flag, not an event
        await asyncio.sleep(0.01)
    _write_ready(order.folder, ports, ca_file)
    await stop.wait()
    for server in servers.values():
        server.should_exit = True
    smtp.close()
    await asyncio.gather(*tasks)


def _create_apps(posts: Sequence[TownPost], state: TownState) -> dict[str, Starlette]:
    own = {site: [post for post in posts if post.site == site] for site in SITES}
    return {
        "forum": create_threaded_site(FORUM, own["forum"], state),
        "klachten": create_threaded_site(KLACHTEN, own["klachten"], state),
        "prikbord": create_prikbord(own["prikbord"], state),
        "blog": create_blog(own["blog"], state),
        "inbox": create_inbox(state),
    }


def _create_server(app: Starlette) -> _Server:
    return _Server(uvicorn.Config(app, log_level="warning", lifespan="off", timeout_graceful_shutdown=2))


def _bind(ports: Sequence[int]) -> Iterator[socket.socket]:
    for port in ports:
        bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        # Without it a restarted town would wait a minute for its own old connections (TIME_WAIT).
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((HOST, port))
        except OSError as error:
            message = (
                f"Port {port} of {HOST} is taken ({error.strerror}). Stop what listens there, or give other ports."
            )
            raise TownError(message) from error
        yield bound


def _watch_for_the_end(lifeline: bool) -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for wanted in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(wanted, stop.set)
    if lifeline:
        # A pipe rather than PR_SET_PDEATHSIG: that one also fires when only the parent's thread ends (prctl(2)).
        def read() -> None:
            if not os.read(sys.stdin.fileno(), 64):
                loop.remove_reader(sys.stdin.fileno())
                stop.set()

        loop.add_reader(sys.stdin.fileno(), read)
    return stop


async def _remove_when_due(state: TownState, stop: asyncio.Event) -> None:
    while not stop.is_set():
        state.remove_due(datetime.now(UTC))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK_SECONDS)


def _write_ready(folder: Path, ports: dict[str, int], ca_file: Path) -> None:
    """Say where everything listens; the file appears whole, and only once everything answers."""
    ready = {
        "pid": os.getpid(),
        "sites": {site: f"http://{HOST}:{ports[site]}" for site in SITES},
        "inbox_url": f"http://{HOST}:{ports['inbox']}/inbox.json",
        "smtp_host": HOST,
        "smtp_port": ports["smtp"],
        "smtp_ca_file": str(ca_file),
    }
    draft = folder / f"{READY_FILE}.new"
    draft.write_text(json.dumps(ready, indent=1), encoding="utf-8")
    draft.replace(folder / READY_FILE)
