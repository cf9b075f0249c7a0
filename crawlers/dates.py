"""When a post was written, from what the page says."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import dateparser

ZONE = ZoneInfo("Europe/Amsterdam")
"""The clock that Dutch pages show when they name no zone."""
_LANGUAGES = ["nl", "en", "tr"]
_EPOCH = re.compile(r"^\d{10}(\d{3})?$")
_LONGEST = 80
_AROUND = " ,;|·•»«\u203a\u2039\u2013\u2014-()"
"""What platforms draw around a time: commas, dots, arrows, dashes, brackets."""


def read_time(text: str, fetched_at: datetime) -> tuple[datetime | None, str]:
    """Read a time as a machine writes it (ISO 8601, RFC 5322, Unix seconds or milliseconds); else as `read_words`.

    Gives the time in UTC and how it was derived: attribute, absolute text, relative text, unknown.
    """
    text = text.strip()
    if _EPOCH.match(text):
        return datetime.fromtimestamp(int(text[:10]), UTC), "attribute"
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return _in_utc(read(text)), "attribute"
        except (ValueError, TypeError, OverflowError):
            continue
    return read_words(text, fetched_at)


def read_words(text: str, fetched_at: datetime) -> tuple[datetime | None, str]:
    """Read a time as a person writes it, in Dutch, English or Turkish: "gisteren 14:02", "12 mrt. 2026".

    A text that gives another time when read 400 days earlier depends on when we looked: it is `relative text`.
    """
    text = re.sub(r"\s+", " ", text)[:_LONGEST].strip(_AROUND)
    if not any(c.isalnum() for c in text):
        return None, "unknown"
    minute = fetched_at.replace(second=0, microsecond=0)
    now, then = _read(text, minute), _read(text, minute - timedelta(days=400))
    if now is None:
        return None, "unknown"
    return now, "absolute text" if now == then else "relative text"


@lru_cache(maxsize=20_000)
def _read(text: str, looked_at: datetime) -> datetime | None:
    text = re.sub(r"\b(geplaatst|op|om|door|posted|on|at|by)\b:?", " ", text, flags=re.IGNORECASE)
    text = re.sub(r"([:.]\d\d)\s*(uur|u|h)\b", r"\1", text)
    settings = {
        "TIMEZONE": "Europe/Amsterdam",
        "RETURN_AS_TIMEZONE_AWARE": True,
        "RELATIVE_BASE": looked_at.astimezone(ZONE).replace(tzinfo=None),
        "PREFER_DATES_FROM": "past",
        "DATE_ORDER": "DMY",
    }
    try:
        found = dateparser.parse(text, languages=_LANGUAGES, settings=settings)
    except (ValueError, OverflowError, RecursionError):  # absurd years and the like
        return None
    return _in_utc(found) if found else None


def _in_utc(time: datetime) -> datetime:
    return (time if time.tzinfo else time.replace(tzinfo=ZONE)).astimezone(UTC)
