"""A posted body as a query string, so that replay finds the answer that belongs to it.

The rules are those of Webrecorder's "request body canonicalization" (specs.webrecorder.net/request-body-canonicalization),
as cdxj-indexer writes them and ReplayWeb.page looks them up.
"""

import base64
import json
from typing import Any
from urllib.parse import unquote_plus, urlencode

MOST = 4096
"""Characters of the query that count, as in cdxj-indexer."""


def posted_query(method: str, headers: dict[str, str], body: bytes) -> str:
    """Give what is appended to the URL of a request that is no GET, without the joining sign; empty for a GET."""
    if method == "GET":
        return ""
    if method not in ("POST", "PUT") or not body:
        return f"__wb_method={method}"
    mime = next((value for name, value in headers.items() if name.casefold() == "content-type"), "")
    return f"__wb_method={method}&{_query(mime, body)[:MOST]}"


def _query(mime: str, body: bytes) -> str:
    """Turn a body into a query by its type."""
    if mime.startswith("application/x-www-form-urlencoded"):
        try:
            return unquote_plus(body.decode("utf-8"))
        except UnicodeDecodeError:
            return _opaque(body)
    if mime.startswith(("application/json", "text/plain")):
        try:
            return urlencode(_flat(json.loads(body)))
        except (ValueError, RecursionError):
            return _opaque(body) if mime.startswith("text/plain") else ""
    return _opaque(body)


def _opaque(body: bytes) -> str:
    """Give a body whose form is not known as base64."""
    return "__wb_post_data=" + base64.b64encode(body).decode()


def _flat(value: Any) -> dict[str, str]:
    """Give JSON's leaves by their own key; a key that comes again gets a number, as cdxj-indexer numbers it."""
    found: dict[str, str] = {}
    again: dict[str, int] = {}

    def walk(part: Any, name: str) -> None:
        if isinstance(part, dict):
            for key, inner in part.items():
                walk(inner, key)
        elif isinstance(part, list):
            for inner in part:
                walk(inner, name)
        elif name:
            if name in found:
                again[name] = again.get(name, 1) + 1
                found[f"{name}.{again[name]}_"] = str(part)
            else:
                found[name] = str(part)

    walk(value, "")
    return found
