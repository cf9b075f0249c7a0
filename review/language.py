"""Dutch and English: catalogues in `locales/`, compiled when the desk starts; dates and numbers by Babel."""

import io
import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import Translations

LANGUAGES: Mapping[str, str] = {"nl": "Nederlands", "en": "English"}
DEFAULT = "nl"
ZONE = ZoneInfo("Europe/Amsterdam")


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for "translate this later"
    """Mark a text for the catalogue without translating it now."""
    return text


@cache
def catalogue(language: str) -> Translations:
    """Give the compiled catalogue of one of `LANGUAGES`. The .po file is the source; no .mo is kept beside it."""
    with (files("review") / "locales" / language / "messages.po").open("rb") as file:
        po = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, po)
    compiled.seek(0)
    return Translations(compiled)


def chosen_language(wanted: str) -> str:
    """Give the language when we have it, else Dutch."""
    return wanted if wanted in LANGUAGES else DEFAULT


def moment(at: datetime, language: str) -> str:
    """Write a time as in "24 nov 2026 09:14", Amsterdam time."""
    pattern = "d MMM y HH:mm"
    return format_datetime(at, pattern, tzinfo=ZONE, locale=Locale(language))


def day(at: datetime, language: str) -> str:
    """Write a date as in "24 november 2026", Amsterdam time."""
    return format_date(at.astimezone(ZONE).date(), "long", locale=Locale(language))


def ago(at: datetime, now: datetime, language: str) -> str:
    """Write how long ago, as in "3 uur geleden"."""
    return format_timedelta(at - now, add_direction=True, locale=Locale(language), threshold=1.2)


def every(minutes: int, language: str) -> str:
    """Write how long between two looks, as in "1 dag", "12 uur" or "90 minuten"."""
    units: tuple[tuple[Literal["day", "hour", "minute"], int], ...] = (("day", 1440), ("hour", 60), ("minute", 1))
    unit = next(unit for unit, each in units if not minutes % each)
    return format_timedelta(timedelta(minutes=minutes), granularity=unit, threshold=math.inf, locale=Locale(language))


def size(count: int, language: str) -> str:
    """Write a number of bytes as in "9,4 kB" (1 kB is 1,000 bytes)."""
    for unit, power in (("MB", 1e6), ("kB", 1e3)):
        if count >= power:
            return f"{format_decimal(round(count / power, 1), locale=Locale(language))} {unit}"
    return f"{count} B"
