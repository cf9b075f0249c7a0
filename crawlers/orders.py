"""What the two processes say to each other: the order on the spider's stdin, records on its stdout, as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import TypeAdapter

from crawlers.cards import Card
from warehouse import CrawlEnd, Fetch, FrontierEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much one crawl may take; when it is used up the rest waits in the frontier for the next one."""

    pages: int = 5_000
    seconds: int = 4 * 3600
    memory_mb: int = 1_024
    """Of the spider's process; a browser comes on top."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """All that a spider needs to know."""

    card: Card
    frontier: tuple[FrontierEntry, ...]
    searches: tuple[str, ...]
    now: datetime
    budget: Budget
    chromium: str = ""
    """Path of the browser; empty: Playwright's own."""
    contact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a spider's stdout."""

    what: Literal["fetch", "end"]
    fetch: Fetch | None = None
    end: CrawlEnd | None = None


_ORDERS: TypeAdapter[Order] = TypeAdapter(Order)
_LINES: TypeAdapter[Line] = TypeAdapter(Line)


def write_order(order: Order) -> bytes:
    """Give `order` as JSON."""
    return _ORDERS.dump_json(order)


def read_order(body: bytes) -> Order:
    """Read an order. Raises `pydantic.ValidationError` where it isn't one."""
    return _ORDERS.validate_json(body)


def write_line(record: Fetch | CrawlEnd) -> bytes:
    """Give `record` as one line of JSON, its end included."""
    line = Line(what="fetch", fetch=record) if isinstance(record, Fetch) else Line(what="end", end=record)
    return _LINES.dump_json(line, exclude_defaults=True) + b"\n"


def read_line(body: bytes) -> Fetch | CrawlEnd:
    """Read a line that `write_line` wrote. Raises `ValueError` where it isn't one."""
    line = _LINES.validate_json(body)
    record = line.fetch or line.end
    if record is None:
        message = f"A spider's line holds no record: {body[:80]!r}"
        raise ValueError(message)
    return record


def headers_of(raw: Mapping[bytes, list[bytes]]) -> dict[str, str]:
    """Give an answer's headers with names in lower case, several values joined with commas (RFC 9110 §5.3)."""
    return {
        name.decode("latin-1").lower(): ", ".join(value.decode("latin-1") for value in values)
        for name, values in raw.items()
    }
