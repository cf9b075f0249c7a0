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
from datetime import UTC, datetime

from playwright.sync_api import Browser, sync_playwright

from takedown.evidence.recorder import Recorder
from takedown.evidence.steps import Order, Visit, limit, take_steps, tell
from takedown.evidence.wacz import pack_wacz

WINDOW = (1366, 900)
"""Width and height of the window in CSS pixels, a common laptop's."""

FLAGS = (
    # Images in cross-origin frames are lost to the recorder unless all frames share one process (measured).
    "--disable-site-isolation-trials",
    "--disable-features=IsolateOrigins,site-per-process,Translate,MediaRouter,OptimizationHints",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    # WebRTC would reach private addresses past the recorder.
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
)


def run_browser(order: Order, browser: Browser) -> None:
    """Open a fresh, logged-out context, record everything, and take the steps."""
    context = browser.new_context(
        viewport={"width": WINDOW[0], "height": WINDOW[1]},
        device_scale_factor=1,
        locale="nl-NL",
        timezone_id="Europe/Amsterdam",
        service_workers="block",
        accept_downloads=False,
    )
    context.route_web_socket("**/*", lambda socket: socket.close())  # web sockets pass `Fetch` by
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.dismiss())
    cdp = context.new_cdp_session(page)
    with tempfile.TemporaryFile() as archive:
        recorder = Recorder(cdp, archive, allow_loopback=order.allow_loopback, limit=limit)
        recorder.start(order.software)
        agent = page.evaluate("() => navigator.userAgent")
        tell("facts", browser=f"Chromium {browser.version}", user_agent=agent, window=list(WINDOW))
        visit = Visit(order, page, cdp)
        take_steps(visit)
        title, address = page.title()[:500], page.url
        context.close()
        archive.seek(0)
        packed = pack_wacz(
            archive.read(),
            recorder.index,
            url=address,
            title=title,
            software=order.software,
            at=datetime.now(UTC),
        )
    visit.store("pagina.wacz", packed, "application/wacz", "archive")


def end_with_parent() -> None:
    """Wait for the parent's end of the pipe to close, then end this process and everything it started."""
    sys.stdin.read()
    os.killpg(0, signal.SIGKILL)


def main() -> None:
    """Read the order, visit, report."""
    order = Order(**json.loads(sys.stdin.readline()))
    threading.Thread(target=end_with_parent, daemon=True).start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=order.chromium, args=list(FLAGS), chromium_sandbox=order.sandbox
        )
        run_browser(order, browser)
        tell("done")
        browser.close()


if __name__ == "__main__":
    main()
