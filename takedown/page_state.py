"""Reading from a page whether the post is still there to see: pure, used by captures and by follow-up."""

import re
import tomllib
import unicodedata
from functools import cache
from importlib.resources import files
from urllib.parse import urlsplit

VISIBLE, REMOVED, LOGIN_WALL, CONSENT_WALL, BLOCKED, ERROR = (
    "visible", "removed", "login_wall", "consent_wall", "blocked", "error",
)  # fmt: skip

FIRST_ERROR, FIRST_SERVER_ERROR = 400, 500
"""HTTP status codes (RFC 9110 §15)."""

NEEDLE = 160
"""Letters and digits of a post that must be on the page for it to count as there: sites cut long posts short."""


@cache
def wall_signs() -> dict[str, dict[str, list[str]]]:
    """Read `phrases.toml`: for each state its phrases and the paths that give it away."""
    return tomllib.loads(files("takedown").joinpath("phrases.toml").read_text(encoding="utf-8"))


def squash(text: str) -> str:
    """Fold text to its lower-case letters and digits (NFKC), so that markup, spaces and quotes make no difference."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if char.isalnum())


def holds_post(page_text: str, post_text: str) -> bool:
    """Say whether the post stands on the page; a post without any letter or digit never does."""
    needle = squash(post_text[: NEEDLE * 8])[:NEEDLE]
    return bool(needle) and needle in squash(page_text)


def page_state(*, status: int, url: str, final_url: str, page_text: str, found: bool) -> str:
    """Name what a visitor sees: visible, removed, login_wall, consent_wall, blocked or error.

    `status` is HTTP's, 0 when no answer came; `found` says whether the post's own text is on the page, which
    outweighs every phrase around it (a page may well hold the post and a "log in" button). 404 and 410 mean
    removed (RFC 9110 §15.5.5, §15.5.11), 401 a login wall, 403, 429 and 451 blocked.
    """
    if found and status < FIRST_ERROR:
        return VISIBLE
    by_status = {404: REMOVED, 410: REMOVED, 401: LOGIN_WALL, 403: BLOCKED, 429: BLOCKED, 451: BLOCKED}
    words = re.sub(r"\s+", " ", page_text[:20_000]).casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    path = urlsplit(final_url).path.casefold() if final_url != url else ""
    for state in (LOGIN_WALL, CONSENT_WALL, BLOCKED, REMOVED):
        signs = wall_signs()[state]
        if any(sign in path for sign in signs.get("paths", ())):
            return state
        if status not in by_status and status < FIRST_SERVER_ERROR and any(sign in words for sign in signs["phrases"]):
            return state
    if status in by_status:
        return by_status[status]
    return ERROR if status == 0 or status >= FIRST_ERROR else VISIBLE
