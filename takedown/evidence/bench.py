"""`make bench-evidence`: what a capture costs here, by step, beside a plain screenshot.

Prints seconds, bytes and memory for a page made for it (20,000 px, 72 pictures, 48 posts of which half come by
scrolling), alone and two at once; then sealing and checking. Everything runs on loopback.
"""

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from playwright.sync_api import sync_playwright

from takedown.evidence.capture import capture
from takedown.evidence.files import read_json, read_kept
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
        with _meter() as meter:
            made, seconds = _timed(lambda: take(0))
        rounds.append((seconds, made, meter))
    seconds, made, meter = min(rounds, key=lambda one: one[0])
    most = max(meter.most for _, _, meter in rounds)
    say(
        "capture, best of 3",
        f"{seconds:.1f} s by the clock, {meter.busy_s:.1f} s of processor, {most / MIB:.0f} MiB (PSS)",
    )
    _steps(made, folder)
    with ThreadPoolExecutor(2) as pool, _meter() as meter:
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
    with _meter() as meter, sync_playwright() as playwright:

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


@dataclass
class Meter:
    """What the processes that this one started use: memory at their most, and processor time."""

    most: int = 0
    ticks: dict[str, int] = field(default_factory=dict)

    @property
    def busy_s(self) -> float:
        """Seconds of processor time of all of them; on a busy machine this says more than the clock."""
        return sum(self.ticks.values()) / os.sysconf("SC_CLK_TCK")

    def look(self) -> None:
        """Sample once (Linux)."""
        pids = _descendants()
        self.most = max(self.most, sum(map(_weight, pids)))
        self.ticks |= {pid: ticks for pid in pids if (ticks := _ticks(pid))}


@contextmanager
def _meter() -> Iterator[Meter]:
    """Sample five times a second while the block runs."""
    meter, over = Meter(), threading.Event()

    def sample() -> None:
        while not over.wait(0.2):
            meter.look()

    thread = threading.Thread(target=sample, daemon=True)
    thread.start()
    try:
        yield meter
    finally:
        over.set()
        thread.join()


def _ticks(pid: str) -> int:
    """Give a process's own processor time in clock ticks; 0 for one that is gone."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0
    return int(told[11]) + int(told[12])


def _descendants() -> list[str]:
    """Give the process ids of everything under this process (Linux)."""
    parents: dict[str, str] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[entry.parent.name] = entry.read_text().rsplit(")", 1)[1].split()[1]
        except OSError:
            continue
    found = [str(Path("/proc/self").resolve().name)]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found[1:]


def _weight(pid: str) -> int:
    """Give a process's proportional set size in bytes; 0 for one that is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


if __name__ == "__main__":
    main()
