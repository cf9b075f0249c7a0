"""Finding or getting a Chromium: an installed one, else Playwright's own, else Debian's package, else what to do."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from flows.settings import chosen_chromium

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "microsoft-edge")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
SECONDS = 600
"""How long a download may take: Playwright's Chromium is about 170 MB."""

HELP = (
    "No Chromium was found, and none could be installed. It is needed for pages that only JavaScript fills and for "
    "screenshots. Install one (Debian: apt-get install chromium; elsewhere: Google Chrome) and run `make setup` again, "
    "or set HANDENAF_CHROMIUM to its path."
)


def find_chromium(chosen: str = "") -> str:
    """Give the path of the Chromium to use, or an empty string when there is none.

    `chosen` (the setting) wins; then one on PATH; then Playwright's own download.
    """
    if chosen:
        return chosen if Path(chosen).is_file() else ""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    if MAC.is_file():
        return str(MAC)
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).is_file() else ""


def install_chromium() -> str:
    """Get a Chromium by Playwright's own download, else by Debian's package where we are root; empty when neither works."""
    steps: list[list[str]] = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if shutil.which("apt-get") and os.geteuid() == 0:
        steps += [
            ["apt-get", "update", "--quiet"],
            ["apt-get", "install", "--quiet", "--yes", "--no-install-recommends", "chromium"],
        ]
    for step in steps:
        print(f"Getting a Chromium: {' '.join(step[-4:])} ...", flush=True)  # noqa: T201 - for the person who waits
        try:
            done = subprocess.run(step, check=False, timeout=SECONDS, capture_output=True, text=True)
        except (OSError, subprocess.TimeoutExpired) as error:
            print(f"  did not work: {error}")  # noqa: T201 - same
            continue
        if done.returncode:
            last = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no message"]
            print(f"  did not work: {last[0][:200]}")  # noqa: T201 - same
        elif found := find_chromium():
            return found
    return ""


def main() -> int:
    """Find or get a Chromium for `make setup`; 0 also without one, for everything but browser work runs."""
    path = find_chromium(chosen_chromium()) or install_chromium()
    print(f"Chromium: {path}" if path else HELP)  # noqa: T201 - the answer
    return 0


if __name__ == "__main__":
    sys.exit(main())
