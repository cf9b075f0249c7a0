"""One visit to one page in a process of its own: `python -m takedown.evidence.visit`.

Started by `capture`, which hands it an order as one JSON line and reads what it reports: one JSON line for each
file stored, fact learned, act done or thing missing. It may be killed at any moment (a hostile page can hang a
browser for ever): what it reported until then stands. When its parent dies, its standard input closes and it ends
its whole process group.
"""

import json
import os
import signal
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page, Playwright, sync_playwright

from takedown.evidence.archive import Archive
from takedown.evidence.files import canonical, keep_from
from takedown.evidence.media import keep_media
from takedown.evidence.recorder import Names, Recorder
from takedown.evidence.steps import Order, Visit, limit, take_light_steps, take_steps, tell
from takedown.evidence.wacz import ArchivedPage, pack_wacz

WINDOW = (1366, 900)
"""Width and height of the window in CSS pixels, a common laptop's."""

SWITCHED_OFF = (
    # Images in cross-origin frames are lost to the recorder unless all frames share one process (measured).
    "IsolateOrigins", "site-per-process",
    # Processes kept in store: 80 MB each (measured).
    "PreloadTopChromeWebUI", "InitialWebUI", "WebUIReloadButton", "WebUIOmniboxPopup", "SpareRendererForSitePerProcess",
    # Another address than the one asked for.
    "HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable",
    # What the browser asks for on its own account, or does to a page.
    "Translate", "MediaRouter", "OptimizationHints", "NetworkTimeServiceQuerying", "PreconnectToSearch", "LensOverlay",
    "PaintHolding", "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose",
)  # fmt: skip
"""Chromium's features that are off; the last `--disable-features` wins, so Playwright's own list is in it."""

FLAGS = (
    "--disable-site-isolation-trials",
    "--disable-features=" + ",".join(SWITCHED_OFF),
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--disable-shared-workers",  # what they ask for passes `Fetch` by
    "--disable-gpu",  # there is none; drawing in the GPU's process costs a copy of every tile
    # WebRTC would reach private addresses past the recorder.
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
)

PROFILE_S = 10.0
"""Seconds that the author's profile may take from the budget."""


def flags_for(order: Order, names: Names) -> list[str]:
    """Give Chromium's flags; the page's own name is tied to the address that was looked up and stands in the manifest.

    So that a name that changes its address in between leads nowhere else. IPv4 where there is one: no rule can name two.
    """
    names.refusal(order.url)
    host = urlsplit(order.url).hostname or ""
    found = [one for one in names.answers.get(host, ()) if names.is_open(one)]
    chosen = next((one for one in found if ":" not in one), f"[{found[0]}]" if found else "")
    pinned = [f"--host-resolver-rules=MAP {host} {chosen}"] if chosen and chosen.strip("[]") != host.strip("[]") else []
    return [*FLAGS, *pinned]


def open_browser(playwright: Playwright, order: Order, names: Names, home: str) -> BrowserContext:
    """Start a fresh, logged-out browser that keeps nothing and can't get past the recorder.

    Its own first window is used, with a profile folder of its own: a second context would keep an empty first window
    with a process of 80 MB (measured).
    """
    context = playwright.chromium.launch_persistent_context(
        home,
        executable_path=order.chromium,
        args=flags_for(order, names),
        ignore_default_args=["--disable-popup-blocking"],  # a window that the page opens is not recorded
        chromium_sandbox=order.sandbox,
        viewport={"width": WINDOW[0], "height": WINDOW[1]},
        device_scale_factor=1,
        locale="nl-NL",
        timezone_id="Europe/Amsterdam",
        service_workers="block",
        accept_downloads=False,
    )
    context.route_web_socket("**/*", lambda socket: socket.close())  # web sockets pass `Fetch` by
    return context


def prepare(context: BrowserContext, order: Order, archive: Archive, names: Names) -> Visit:
    """Make the browser's window ready, so that every response is recorded."""
    page = context.pages[0] if context.pages else context.new_page()
    context.on("page", shut)
    page.on("dialog", lambda dialog: dialog.dismiss())
    cdp = context.new_cdp_session(page)
    recorder = Recorder(cdp, archive, names, limit)
    recorder.start()
    agent = page.evaluate("() => navigator.userAgent")
    build = cdp.send("Browser.getVersion")["product"].rpartition("/")[2]
    tell("facts", browser=f"Chromium {build}", user_agent=agent, window=list(WINDOW))
    return Visit(order, page, cdp, recorder)


def shut(page: Page) -> None:
    """Close a window that the page opened in spite of the browser's own blocking (on our click), and say so."""
    limit(f"De pagina opende een venster; het is gesloten en niet vastgelegd: {page.url[:300]}.")
    page.close()


def run_browser(order: Order, context: BrowserContext, names: Names) -> None:
    """Visit the page and, lightly, its author's profile, and store the archive of both."""
    with tempfile.TemporaryFile() as warc:
        archive = Archive(warc)
        before = {"vooraf-tsr-sha256": order.before} if order.before else {}
        archive.begin({"software": order.software, **before})
        visit = prepare(context, order, archive, names)
        take_steps(visit)
        visit.attempt("Bewaren van de media", lambda: keep_media(visit, archive))
        pages = [ArchivedPage(url=visit.page.url, title=visit.page.title()[:500])]
        pages += visit_profile(visit, names)
        context.close()
        keep_names(visit, names)
        tell("action", kind="inpakken", target="pagina.wacz")
        with tempfile.TemporaryFile() as packed:
            warc.seek(0)
            pack_wacz(packed, warc, archive.index, pages=pages, software=order.software, at=datetime.now(UTC))
            sha256, size = keep_from(Path(order.folder), packed)
    tell("file", name="pagina.wacz", sha256=sha256, bytes=size, media_type="application/wacz", role="archive")


def visit_profile(visit: Visit, names: Names) -> list[ArchivedPage]:
    """Take the light steps on the author's profile, where one is known and it is not the page itself."""
    url = visit.order.profile or (visit.found or {}).get("author", "")
    if not url or url == visit.order.url or names.refusal(url):
        return []
    if time.monotonic() > visit.ends:
        limit("Het profiel van de schrijver is niet vastgelegd: de tijd was op.")
        return []
    profile = Visit(visit.order, visit.page, visit.cdp, visit.recorder, prefix="profiel-")
    profile.ends = visit.ends
    visit.page.set_default_timeout(PROFILE_S * 1000)
    take_light_steps(profile, url)
    tell("facts", profile_url=url[:2000])
    return [ArchivedPage(url=visit.page.url, title=visit.page.title()[:500])]


def keep_names(visit: Visit, names: Names) -> None:
    """Store what the resolver answered for every host of the visit."""
    answers = {host: list(found) for host, found in sorted(names.answers.items())}
    host = urlsplit(visit.order.url).hostname or ""
    visit.store("dns.json", canonical({"via": "systeem", "antwoorden": answers}), "application/json", "dns")
    tell("facts", resolver={"vraag": host, "antwoord": answers.get(host, []), "via": "systeem"})


def end_with_parent() -> None:
    """Wait for the parent's end of the pipe to close, then end this process and everything it started."""
    sys.stdin.read()
    os.killpg(0, signal.SIGKILL)


def main() -> None:
    """Read the order, visit, report."""
    order = Order(**json.loads(sys.stdin.readline()))
    threading.Thread(target=end_with_parent, daemon=True).start()
    names = Names(allow_loopback=order.allow_loopback)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        context = open_browser(playwright, order, names, home)
        run_browser(order, context, names)
        tell("done")


if __name__ == "__main__":
    main()
