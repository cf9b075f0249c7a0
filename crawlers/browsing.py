"""Pages that need JavaScript: Chromium through scrapy-playwright, kept on a short lead."""

import socket
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Error as BrowserError
from playwright.async_api import Page, Request
from playwright.async_api import TimeoutError as BrowserTimeout

from crawlers.bounds import Bounds, is_private
from crawlers.cards import Card, Selectors
from crawlers.errors import OutOfBounds
from crawlers.orders import Order

_PATIENCE_MS = 15_000
_CLICK_MS = 5_000
"""How long a click may take to bring more."""
_TICK_MS = 50
_CALM_MS = 250
"""Without a new post for this long, a page counts as drawn: drawing one took under 50 ms on the slowest site seen."""
_CLICKS = 200
"""Most clicks on "load more" on one page."""
_UNNEEDED = {"image", "media", "font", "websocket", "manifest"}


def browser_settings(order: Order, agent: str) -> dict[str, Any]:
    """Give what scrapy-playwright needs on top of the other settings. Raises `OutOfBounds` for a private host."""
    launch: dict[str, Any] = {
        "headless": True,
        # root in a container can't use Chromium's own sandbox; host rules hold also for redirects and subresources
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            f"--host-resolver-rules={host_rules(order.card)}",
        ],
    }
    if order.chromium:
        launch["executable_path"] = order.chromium
    handler = "scrapy_playwright.handler.ScrapyPlaywrightDownloadHandler"
    context = {
        "user_agent": agent,
        "locale": "nl-NL",
        "timezone_id": "Europe/Amsterdam",
        "accept_downloads": False,
        "service_workers": "block",
        "viewport": {"width": 1280, "height": 1600},
    }
    return {
        "DOWNLOAD_HANDLERS": {"http": handler, "https": handler, "file": None, "ftp": None, "s3": None, "data": None},
        "PLAYWRIGHT_LAUNCH_OPTIONS": launch,
        "PLAYWRIGHT_CONTEXTS": {"default": context},
        "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": 2,
        "PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT": 30_000,
        "PLAYWRIGHT_PROCESS_REQUEST_HEADERS": None,
        "PLAYWRIGHT_ABORT_REQUEST": stay_within(order.card.bounds()),
    }


def host_rules(card: Card) -> str:
    """Give Chromium's --host-resolver-rules: the card's hosts at the addresses they have now, and nothing else."""
    home = urlsplit(card.address).hostname or ""
    hosts = [home, *(host.rsplit(":", maxsplit=1)[0] for host in card.also_hosts)]
    twin = home.removeprefix("www.") if home.startswith("www.") else f"www.{home}"
    rules = [rule for host in hosts if (rule := _rule(host, allow_loopback=card.allow_loopback))]
    if "." in home and not home.replace(".", "").isdigit():
        rules.append(_rule(twin, allow_loopback=card.allow_loopback))
    return ", ".join(
        [
            *dict.fromkeys(rule for rule in rules if rule),
            "MAP * ~NOTFOUND",
            *(f"EXCLUDE {h}" for h in hosts if _is_ip(h)),
        ]
    )


def _is_ip(host: str) -> bool:
    return host.replace(".", "").isdigit() or ":" in host


def _rule(host: str, *, allow_loopback: bool) -> str:
    """Pin `host` to its address, so that it can't turn to another while we look (DNS rebinding)."""
    try:
        address = str(socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][4][0])
    except (OSError, UnicodeError):
        return ""
    if is_private(address) and not allow_loopback:
        message = f"{host} points into a private network ({address}). Handenaf reads public sites only."
        raise OutOfBounds(message)
    if _is_ip(host):
        return ""
    return f"MAP {host} {f'[{address}]' if ':' in address else address}"


def stay_within(bounds: Bounds) -> Callable[[Request], Awaitable[bool]]:
    """Give the test that scrapy-playwright makes of every request of a page: is it dropped."""

    async def is_dropped(request: Request) -> bool:
        if request.resource_type in _UNNEEDED:
            return True
        try:
            bounds.check(request.url)
        except OutOfBounds:
            return not request.url.startswith(("data:", "blob:"))
        return False

    return is_dropped


async def open_page(page: Page, chosen: Selectors) -> list[str]:
    """Wait for `ready`, then click `more` until it is gone; give sentences about what didn't work."""
    try:
        if chosen.ready:
            await page.wait_for_selector(_spell(chosen.ready), timeout=_PATIENCE_MS, state="attached")
    except BrowserTimeout:
        return [f"The element {chosen.ready!r} did not appear within {_PATIENCE_MS // 1000} seconds."]
    await _settle(page, chosen)
    return await _click_through(page, chosen) if chosen.more else []


async def _settle(page: Page, chosen: Selectors) -> int:
    """Wait until no more posts are being drawn, and give their number."""
    posts = page.locator(_spell(chosen.post))
    count = await posts.count()
    for _ in range(_CLICK_MS // _CALM_MS):
        await page.wait_for_timeout(_CALM_MS)
        before, count = count, await posts.count()
        if count == before:
            break
    return count


async def _click_through(page: Page, chosen: Selectors) -> list[str]:
    button = page.locator(_spell(chosen.more)).locator("visible=true").first
    posts = page.locator(_spell(chosen.post))
    for _ in range(_CLICKS):
        before = await posts.count()
        try:
            if not await button.count():
                return []
            await button.click(timeout=_CLICK_MS)
        except BrowserError:
            return (
                [f"{chosen.more!r} could not be clicked; what it hides was not read."] if await button.count() else []
            )
        for _ in range(_CLICK_MS // _TICK_MS):
            if await posts.count() != before:
                break
            await page.wait_for_timeout(_TICK_MS)
        if await _settle(page, chosen) == before:
            return [f"Clicking {chosen.more!r} brought nothing; what it hides was not read."]
    return [f"{chosen.more!r} was still there after {_CLICKS} clicks; the rest was not read."]


def _spell(selector: str) -> str:
    """Give a card's selector as Playwright spells it."""
    return f"xpath={selector}" if selector.startswith(("/", "./", "(")) else selector
