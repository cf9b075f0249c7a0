"""The ways a notice leaves. A file in this folder is a channel; `find_channels` finds it by walking."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Protocol

from takedown.errors import ChannelError
from warehouse import Label, Notice, Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelConfig:
    """How to reach the other side; each channel's file says which fields it reads."""

    address: str = ""
    """host:port for mail, the API's base address for the others."""
    user: str = ""
    secret: str = field(default="", repr=False)
    """Password or token; never in a message or a log."""
    sender: str = ""
    """The address in From, for mail."""
    ca_file: Path | None = None
    """Trusted roots instead of the system's own."""
    plain_loopback: bool = False
    """Mail to 127.0.0.1 without TLS, http to a loopback API: the demo and the tests only."""
    folder: Path | None = None
    """Where a channel may write, for the sheet."""
    timeout_s: float = 30.0


class Channel(Protocol):
    """A way to hand over a notice."""

    @property
    def name(self) -> str:
        """The file's own name."""

    def send(self, notice: Notice, config: ChannelConfig, *, labels: tuple[Label, ...], now: datetime) -> Receipt:
        """Hand the notice over.

        Raises:
            SendLaterError: it could not be taken now.
            SendRefusedError: the other side said no, or the configuration is wrong.

        """


@cache
def find_channels() -> dict[str, Channel]:
    """Walk this folder: each file has one `CHANNEL`.

    Raises:
        ChannelError: a file has none, or its name is not the file's.

    """
    found: dict[str, Channel] = {}
    for module in iter_modules(__path__):
        channel: Channel | None = getattr(import_module(f"{__name__}.{module.name}"), "CHANNEL", None)
        if channel is None or channel.name != module.name:
            message = (
                f"takedown/channels/{module.name}.py needs a CHANNEL named {module.name!r}; see takedown/README.md."
            )
            raise ChannelError(message)
        found[channel.name] = channel
    return found
