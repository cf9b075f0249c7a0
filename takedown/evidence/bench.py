"""`make bench-evidence`: what a capture costs here, by step, beside a plain screenshot.

Prints seconds, bytes and memory for a page made for it (20,000 px, 72 pictures, 48 posts of which half come by
scrolling), alone and two at once; then sealing and checking. Everything runs on loopback.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from playwright.sync_api import sync_playwright

from takedown.evidence.capture import capture
from takedown.evidence.files import read_json, read_kept
from takedown.evidence.metering import metered
from takedown.evidence.timestamp import Service, stamp
from takedown.evidence.tokens import load_roots, read_token
from takedown.evidence.trial import POST_TEXT, Authority, page_answers, serve
from warehouse import Capture

Made = TypeVar("Made")
ROUNDS = 3
MIB = 1 << 20


def main() -> None:
    """Measure and print."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    say("load of this machine", f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} processors, before anything of this")
    with tempfile.TemporaryDirectory() as name, serve(page_answers) as site:
        folder = Path(name)
        authority = Authority(folder / "tsa").make()
        roots = load_roots(folder / "tsa" / "roots")
        with serve(authority.answers) as address:
            services = [Service(address=address + "/a"), Service(address=address + "/b")]

            def take(number: int = 0) -> Capture:
                return capture(
                    f"{site}/?{number}", case_id="bench", folder=folder / "evidence", post_text=POST_TEXT,
                    before=services, roots=roots, chromium=chromium, allow_loopback=True,
                )  # fmt: skip

            _captures(take, folder / "evidence")
            taken = take()
            stamping, stamped = _timed(lambda: stamp(taken, services, folder=folder / "evidence", roots=roots))
            say(
                "two stamps over it, checked", f"{stamped:.2f} s, {sum(f.bytes for f in stamping.tokens) / 1024:.1f} kB"
            )
            reply = read_kept(folder / "evidence", stamping.tokens[0].sha256)
            checking = _timed(lambda: read_token(reply, taken.manifest_sha256, roots))[1]
            say("checking one stamp", f"{checking:.3f} s")
            checking = _timed(lambda: [read_kept(folder / "evidence", file.sha256) for file in taken.files])[1]
            say("checking every file of a capture", f"{checking:.3f} s")
        _plain(f"{site}/?plain", chromium)


def _captures(take: Callable[[int], Capture], folder: Path) -> None:
    """Print what a capture costs, alone and two at once."""
    rounds = []
    for _ in range(ROUNDS):
        with metered() as meter:
            made, seconds = _timed(lambda: take(0))
        rounds.append((seconds, made, meter))
    seconds, made, meter = min(rounds, key=lambda one: one[0])
    most = max(meter.most for _, _, meter in rounds)
    say(
        "capture, best of 3",
        f"{seconds:.1f} s by the clock, {meter.busy_s:.1f} s of processor, {most / MIB:.0f} MiB (PSS)",
    )
    _steps(made, folder)
    with ThreadPoolExecutor(2) as pool, metered() as meter:
        both = _timed(lambda: list(pool.map(take, (1, 2))))[1]
    say("two at once", f"{both:.1f} s for both, {meter.busy_s:.1f} s of processor, {meter.most / MIB:.0f} MiB for both")


def say(what: str, figure: str) -> None:
    """Print one line."""
    print(f"{what:38} {figure}")  # noqa: T201 - it is what this is for


def _timed(work: Callable[[], Made]) -> tuple[Made, float]:
    """Do it and count the seconds."""
    began = time.perf_counter()
    made = work()
    return made, time.perf_counter() - began


def _steps(taken: Capture, folder: Path) -> None:
    """Print how long each step took, by the times of the capture's own actions, and what each file weighs."""
    manifest: dict[str, Any] = read_json(folder, taken.manifest_sha256)
    acts = manifest["handelingen"]
    moments = [datetime.fromisoformat(act["tijd"]) for act in acts] + [taken.ended_at]
    say("  start, stamp before", f"{(moments[0] - taken.begun_at).total_seconds():5.2f} s")
    for act, began, ended in zip(acts, moments, moments[1:], strict=False):
        say(f"  {act['soort']}: {act['doel'][:24]}", f"{(ended - began).total_seconds():5.2f} s")
    weights: dict[str, int] = {}
    for file in taken.files:
        weights[file.role] = weights.get(file.role, 0) + file.bytes
    for role, weight in sorted(weights.items(), key=lambda one: -one[1]):
        say(f"  bytes: {role}", f"{weight / MIB:6.2f} MB")
    say("  bytes, whole", f"{sum(weights.values()) / MIB:6.2f} MB; {len(taken.limitations)} limitations")


def _plain(url: str, chromium: str | None) -> None:
    """Take Playwright's own full-page screenshot of the same page, for comparison."""
    with metered() as meter, sync_playwright() as playwright:

        def shoot() -> bytes:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1366, "height": 900})
            page.goto(url, wait_until="networkidle")
            picture = page.screenshot(full_page=True)
            browser.close()
            return picture

        picture, seconds = _timed(shoot)
    used = f"{seconds:.1f} s by the clock, {meter.busy_s:.1f} s of processor, {meter.most / MIB:.0f} MiB (PSS)"
    say("plain Playwright screenshot", f"{used}, {len(picture) / MIB:.2f} MB; it doesn't scroll, so half of the page")


if __name__ == "__main__":
    main()
