r"""The one form in which our JSON files are written, checked the same way by all three checkers.

Canonical JSON has many rules that a shell can't test (the shortest form of a float, say). So the form is this grammar, which
`controleer.sh` and `controleer.html` follow token by token: no space between tokens, keys in ascending order and none
twice, no escape but the short ones and `\u00xx` for control characters, one closing newline.
"""

import json
import re
from typing import Any

from takedown.errors import EvidenceError

TOKEN = re.compile(
    r'"(?:[^"\\\x00-\x1f]|\\["\\bfnrt]|\\u00[01][0-9a-f])*"|[][{}:,]'
    r"|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:e[-+][0-9]+)?|true|false|null"
)


def read_strict(content: bytes, name: str) -> dict[str, Any]:
    """Read one of our JSON files.

    Raises:
        EvidenceError: it is not JSON in that form, or not an object.

    """
    try:
        text = content.decode("utf-8")
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        message = f"{name} is not JSON ({error})"
        raise EvidenceError(message) from error
    if not isinstance(value, dict) or not _in_form(text):
        message = f"{name} is not in the form in which our files are written"
        raise EvidenceError(message)
    return value


def _in_form(text: str) -> bool:
    """Say whether tokens follow one another without a gap, and keys ascend."""
    if not text.endswith("\n"):
        return False
    place, end = 0, len(text) - 1
    last_keys: list[str | None] = []
    previous = ""
    while place < end:
        match = TOKEN.match(text, place)
        if not match:
            return False
        sign, place = match.group(), match.end()
        if sign in "{[":
            last_keys.append(None)
        elif sign in "}]":
            last_keys.pop()
        elif sign == ":":
            if last_keys[-1] is not None and last_keys[-1] >= previous:
                return False
            last_keys[-1] = previous
        previous = sign
    return place == end


def scalars(value: Any, path: str = "") -> dict[str, str]:
    """Flatten JSON to `path/to/field` → the value's own JSON text; lists count from 0, empty ones give nothing."""
    if isinstance(value, dict):
        pairs = list(value.items())
    elif isinstance(value, list):
        pairs = [(str(number), one) for number, one in enumerate(value)]
    else:
        return {path: json.dumps(value, ensure_ascii=False)}
    found: dict[str, str] = {}
    for key, one in pairs:
        found |= scalars(one, f"{path}/{key}" if path else key)
    return found
