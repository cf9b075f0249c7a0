"""JSON answers of APIs, whatever stands in them."""

import json
import re
from typing import Any

_NEXT = re.compile(r'<([^>]*)>\s*;[^,]*\brel="?next"?', re.IGNORECASE)


def read_json(body: bytes) -> Any:
    """Read a JSON answer, or give None where it is none (also one nested too deep)."""
    try:
        return json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return None


def table(value: object) -> dict[str, Any]:
    """Give `value` where it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def tables(value: object) -> list[dict[str, Any]]:
    """Give the objects in `value` where it is a list, else none."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def word(value: object) -> str:
    """Give `value` where it is text or a number, as text; else nothing."""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def next_link(header: str) -> str:
    """Give the target of rel="next" in a Link header (RFC 8288), or nothing."""
    found = _NEXT.search(header)
    return found[1] if found else ""
