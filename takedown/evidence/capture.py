"""A post's page to files, as a logged-out visitor sees it."""

import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from asn1crypto import x509
from PIL import Image

from takedown.egress import refuse_closed
from takedown.errors import EvidenceError
from takedown.evidence.before import NAME as BEFORE
from takedown.evidence.before import stamp_before
from takedown.evidence.files import canonical, keep, read_kept
from takedown.evidence.manifest import MANIFEST_NAME, Report, manifest_of
from takedown.evidence.marking import mark_post
from takedown.evidence.timestamp import MEDIA_TYPE, Service
from warehouse import Capture, EvidenceFile

MARKED = "bericht-gemarkeerd.png"

BUDGET_S = 90.0
"""Seconds for one capture. On a machine that is its own one takes 5 to 10, and only a page that hangs comes near this; on one
that is overloaded ten times (measured) it takes 45, and half a capture would help nobody."""


def software_name() -> str:
    """Name the program and version that made a capture."""
    try:
        return f"handenaf {version('handenaf')}"
    except PackageNotFoundError:
        return "handenaf (not installed)"


def capture(
    url: str,
    *,
    case_id: str,
    folder: Path,
    post_text: str,
    selector: str = "",
    author_profile: str = "",
    media: Sequence[str] = (),
    before: Sequence[Service] = (),
    roots: Sequence[x509.Certificate] = (),
    chromium: str | None = None,
    allow_loopback: bool = False,
    seconds: float = BUDGET_S,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Capture:
    """Visit `url` with Chromium and store what it shows under `folder`; takes `seconds` at most.

    `selector` is a CSS selector of the element that holds the post, where the source's card knows one; otherwise
    the smallest element with the post's text is taken. `author_profile` and `media` are addresses that belong to the
    post. `before` are the services of which one stamps the order before the page is loaded; `roots` are those that
    its token must lead to. `chromium` is the browser's path, None for Playwright's own.
    `allow_loopback` lets the demo's own sites in; private networks are always refused.

    A page that fails, hangs or hides the post gives a capture all the same: `visible` says what was seen and
    `limitations` what is missing. The last file is the manifest, whose digest a time stamp seals.

    Raises:
        EvidenceError: the address may not be visited, the folder can't be written, or there is no browser.

    """
    refuse_closed(url, allow_loopback=allow_loopback)
    begun, report, capture_id = now(), Report(), str(uuid.uuid4())
    earlier, said = stamp_before(capture_id, url, before, roots)
    order = {
        "url": url,
        "folder": str(folder),
        "post_text": post_text[:20_000],
        "selector": selector,
        "chromium": chromium,
        "allow_loopback": allow_loopback,
        "sandbox": os.geteuid() != 0,  # Chromium's sandbox refuses to run as root
        "software": software_name(),
        "profile": author_profile,
        "media": list(media),
        "seconds": seconds,
        "before": earlier.facts()["sha256"] if earlier else "",
    }
    for sentence in said:
        report.note(sentence)
    if earlier:
        report.facts["before"] = earlier.facts()
        _add(report, folder, BEFORE, earlier.reply, MEDIA_TYPE, "token-before")
    _run_visit(json.dumps(order), report, seconds=seconds, own_browser=chromium is None)
    _add_marked(report, folder)
    text = report.files.get("pagina.txt")
    seen = report.state(url, read_kept(folder, text.sha256).decode("utf-8", "replace") if text else "")
    if seen != "visible":
        report.note(f"Het bericht was niet te zien: de toestand van de pagina is '{seen}'.")
    ids = {
        "vastlegging_id": capture_id,
        "zaak_id": case_id,
        "url": url,
        "software": software_name(),
        "post_sha256": hashlib.sha256(post_text.encode("utf-8", "surrogatepass")).hexdigest(),
    }
    return _sealed(report, folder, ids=ids, seen=seen, when=(begun, now()))


def _add(report: Report, folder: Path, name: str, content: bytes, media_type: str, role: str) -> None:
    """Store a file that the visit did not make itself."""
    sha256 = keep(folder, content)
    report.files[name] = EvidenceFile(name=name, sha256=sha256, bytes=len(content), media_type=media_type, role=role)


def _add_marked(report: Report, folder: Path) -> None:
    """Draw the marked copy from the page's own pictures, where the post was found on them."""
    box = report.facts.get("post_box")
    names = sorted(
        (name for name in report.files if name.startswith("volledig-")), key=lambda name: int(name[9:].split(".")[0])
    )
    if not box or not names:
        return
    try:
        drawn = mark_post([read_kept(folder, report.files[name].sha256) for name in names], box)
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        report.note(f"Het kader om het bericht kon niet worden getekend: {error}.")
        return
    if drawn:
        _add(report, folder, MARKED, drawn, "image/png", "marked")
        report.derived[MARKED] = tuple(names)


def _sealed(
    report: Report, folder: Path, *, ids: dict[str, str], seen: str, when: tuple[datetime, datetime]
) -> Capture:
    """Write the manifest of what a visit reported, and give the capture."""
    content = canonical(manifest_of(report, ids=ids, when=when, seen=seen))
    sha256 = keep(folder, content)
    sealed = EvidenceFile(
        name=MANIFEST_NAME, sha256=sha256, bytes=len(content), media_type="application/json", role="manifest"
    )
    return Capture(
        id=ids["vastlegging_id"],
        case_id=ids["zaak_id"],
        url=ids["url"],
        final_url=str(report.facts.get("final_url", ids["url"])),
        begun_at=when[0],
        ended_at=when[1],
        visible=seen,
        files=(*report.files.values(), sealed),
        limitations=tuple(report.limitations),
        manifest_sha256=sha256,
    )


def _run_visit(order: str, report: Report, *, seconds: float, own_browser: bool) -> None:
    """Run the visit in a process group of its own, without our environment, and hear it out or kill it."""
    with _scratch_folder() as home, tempfile.TemporaryFile() as complaints:
        environment = {
            "PATH": os.defpath,
            "HOME": str(Path.home()) if own_browser else home,
            "LANG": "C.UTF-8",
            "TMPDIR": home,
            "NODE_OPTIONS": "--max-semi-space-size=1",
            "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
        }
        worker = subprocess.Popen(
            [sys.executable, "-P", "-m", "takedown.evidence.visit"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
            encoding="utf-8",
            env=environment,
            start_new_session=True,
        )
        guard = threading.Timer(seconds, _end_group, (worker.pid,))
        guard.start()
        try:
            _hear(worker, order, report)
        finally:
            _let_end(worker)
            guard.cancel()
        if not report.finished:
            complaints.seek(0)
            _explain_end(report, complaints.read().decode("utf-8", "replace"), seconds)


@contextlib.contextmanager
def _scratch_folder() -> Iterator[str]:
    """Give a folder for the browser's profile; removed once the browser has let go of it."""
    folder = tempfile.mkdtemp(prefix="handenaf-visit-")
    try:
        yield folder
    finally:
        # A killed browser's children write for a moment longer (measured: under 0.3 s), so one try may fail.
        for _ in range(30):
            shutil.rmtree(folder, ignore_errors=True)
            if not Path(folder).exists():
                break
            time.sleep(0.1)


def _let_end(worker: "subprocess.Popen[str]") -> None:
    """Give a visit that is done a moment to close its browser, then end whatever is left of it."""
    with contextlib.suppress(subprocess.TimeoutExpired):  # it is killed on the next line
        worker.wait(timeout=3)
    _end_group(worker.pid)
    worker.wait()
    for pipe in (worker.stdin, worker.stdout):
        if pipe:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()


def _hear(worker: "subprocess.Popen[str]", order: str, report: Report) -> None:
    """Hand over the order and take in lines until the visit is done or its pipe closes."""
    if worker.stdin is None or worker.stdout is None:
        message = "The visit was started without pipes."
        raise EvidenceError(message)
    try:
        worker.stdin.write(order + "\n")
        worker.stdin.flush()
    except BrokenPipeError:
        return  # it died at once; what it said on standard error tells why
    for line in worker.stdout:
        if line.endswith("\n"):
            report.hear(json.loads(line))
        if report.finished:
            return


def _explain_end(report: Report, complaints: str, seconds: float) -> None:
    """Note why a visit ended early.

    Raises:
        EvidenceError: nothing can be captured at all: no browser, or the folder can't be written.

    """
    last = next((line for line in reversed(complaints.strip().splitlines()) if line.strip()), "")
    if "EvidenceError" in last:
        raise EvidenceError(last.split("EvidenceError: ", 1)[-1])
    if (
        "Executable doesn't exist" in complaints
        or "Failed to launch" in complaints
        or "BrowserType.launch" in complaints
    ):
        message = (
            f"No browser could be started for a capture ({last[:300]}). Set the path of a Chromium in the settings."
        )
        raise EvidenceError(message)
    why = f" ({last[:200]})" if last else f": na {seconds:.0f} seconden was zij niet klaar"
    report.note(f"De vastlegging is voortijdig afgebroken{why}; wat daarna zou komen ontbreekt.")


def _end_group(pid: int) -> None:
    """End the visit and everything it started; one that has ended already is fine."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
