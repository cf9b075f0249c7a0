"""The only things a capture clicks on: consent it refuses where it can, and what shows more of a thread."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from playwright.sync_api import ElementHandle, Page
from playwright.sync_api import Error as PlaywrightError

MOST_FRAMES = 12
"""Frames looked into for a consent dialog: platforms put it in the first few."""

CLICK_S = 2.0
"""Seconds a click may take: a button that moves away is left alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clickable:
    """Something on the page that may be clicked."""

    element: ElementHandle
    kind: str
    """refuse, necessary, accept or more."""
    text: str
    """What stands on it, folded."""
    covers: bool
    """What it stands in lies over the middle of the window."""


@cache
def what_may_be_clicked() -> dict[str, dict[str, list[str]]]:
    """Read `clicks.toml`."""
    return tomllib.loads(files("takedown.evidence").joinpath("clicks.toml").read_text(encoding="utf-8"))


def find_clickable(page: Page, what: str) -> Clickable | None:
    """Find a `consent` button, refusals before consent, or what shows `more`; the page first, then its frames."""
    script = files("takedown.evidence").joinpath("find_click.js").read_text(encoding="utf-8")
    best: Clickable | None = None
    for frame in page.frames[:MOST_FRAMES]:
        words = {"what": what, "framed": frame.parent_frame is not None, **what_may_be_clicked()[what]}
        try:
            found = _read(frame.evaluate_handle(script, words))
        except PlaywrightError:
            continue  # a frame that went away, or locks itself: the others count
        if found and found.kind != "accept":
            return found
        best = best or found
    return best


def _read(handle: Any) -> Clickable | None:
    """Turn what the script gave into a record."""
    parts = handle.get_properties()
    if "element" not in parts or not (element := parts["element"].as_element()):
        return None
    told = {name: parts[name].json_value() for name in ("kind", "text", "covers")}
    return Clickable(element=element, kind=str(told["kind"]), text=str(told["text"])[:80], covers=bool(told["covers"]))


def click(found: Clickable) -> None:
    """Click it, as a mouse would. Raises Playwright's error where it can't be."""
    found.element.click(timeout=CLICK_S * 1000, no_wait_after=True)
