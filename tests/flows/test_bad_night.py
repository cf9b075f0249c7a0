"""Nights that go wrong: hostile posts, a full disk, no Chromium, Ctrl-C. Each is told in a sentence, and nothing is lost or doubled."""

import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from xml.sax.saxutils import escape

import pytest
import tomli_w
from rich.console import Console
from sqlalchemy import select

from flows.clock import now
from flows.night import Plain, run_night
from flows.open_house import opened
from flows.settings import FILE, Settings, read_settings
from flows.telling import print_night
from takedown.errors import EvidenceError
from takedown.evidence.files import keep, place_of
from warehouse import Person, open_state
from warehouse.state.tables import cases, mentions, posts

NAME = "Fenna Terpstra"
HOSTILE = {
    "long": f"{NAME} is een heks. " + "Zij loopt daar over straat heen. " * 3_100,
    "control": f"\x01\x02{NAME}\x1b[31m moet weg\x7f\x9b",
    "right-to-left": f"\u202e\u200f{NAME}\u202c moet weg \u05d0\u05d1",
    "markup": f"<script>alert(1)</script> [red]{NAME}[/red] [/b] {{{{7*7}}}} '; drop table posts;-- %s{{0}}",
    "emoji": f"{NAME} \U0001f469\u200d\U0001f469\u200d\U0001f467 \ufe0f\u0301\u0301\u0301 moet weg",
}


class Site(ThreadingHTTPServer):
    """A feed with posts that would like to break something, and a page that never answers."""

    daemon_threads = True
    url: str
    texts: dict[str, str]
    asked: list[str]


class _Desk(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if self.path.startswith("/nooit"):
            time.sleep(300)
        found = self.path != "/robots.txt"
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "application/rss+xml; charset=utf-8" if self.path == "/feed" else "text/html")
        self.end_headers()
        entries = "".join(
            f"<item><title>x</title><guid>{self.server.url}/p/{key}</guid><link>{self.server.url}/p/{key}</link>"
            f"<description>{escape(escape(text))}</description></item>"
            for key, text in self.server.texts.items()
        )
        page = f"<rss version='2.0'><channel>{entries}</channel></rss>" if self.path == "/feed" else "<p>niets</p>"
        self.wfile.write(page.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def tiny_judge(judge_environment: None, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 - asked for its effect
    """Judge with the tiny untrained model: what is found is not the matter here, and the real one takes its time."""
    monkeypatch.setenv("HANDENAF_MODEL", str(Path(__file__).parents[1] / "classify" / "harm" / "tiny"))


@pytest.fixture
def site() -> Iterator[Site]:
    """Serve the hostile posts on loopback."""
    server = Site(("127.0.0.1", 0), _Desk)
    server.url, server.texts, server.asked = f"http://127.0.0.1:{server.server_port}", dict(HOSTILE), []
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a small disk, or skip with the reason."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disk)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        pytest.skip(f"no small disk can be mounted: {error}")
    if done.returncode:
        pytest.skip(f"no small disk can be mounted: {done.stderr.strip()}")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def fill(disk: Path) -> Path:
    """Take what room is left, and give the file that took it."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(b"x" * 65_536):
            pass
    return filler


def furnish(home: Path, site: Site, path: str = "/feed", **changes: object) -> Settings:
    """Make a house that watches the site for one person."""
    (home / "sources").mkdir(parents=True)
    (home / FILE).write_text(tomli_w.dumps(changes), "utf-8")
    card = {"kind": "feed", "address": site.url + path, "purpose": "A site made up for this test.", "delay_seconds": 0}
    (home / "sources" / "proef.toml").write_text(tomli_w.dumps(card | {"allow_loopback": True}), "utf-8")
    settings = read_settings(home)
    with open_state(settings.state) as state:
        state.people.replace([Person(id="T01", display_name=NAME)], at=now(), by="system:test")
    return settings


def kept(settings: Settings) -> dict[str, Counter[str]]:
    """Give what the desk remembers, by what it is; a double would count two."""
    with opened(settings) as state, state.engine.connect() as connection:
        return {
            table.name: Counter(connection.execute(select(table.c.id)).scalars()) for table in (posts, mentions, cases)
        }


@pytest.mark.usefixtures("tiny_judge")
def test_hostile_posts_go_the_whole_way_and_a_missing_chromium_is_said_once(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    settings = furnish(tmp_path / "home", site, chromium=str(tmp_path / "weg"))
    night = run_night(str(settings.home), Plain())
    print_night(night, Console())
    told = capsys.readouterr().out
    assert night.sources["proef"].startswith("ok: 1 pages, 5 posts, 5")
    assert night.failed
    assert told.count("There is no Chromium at") == 1
    with opened(settings) as state, state.engine.connect() as connection:
        texts = {row.permalink.rsplit("/", 1)[1]: row.text for row in connection.execute(select(posts))}
    assert set(texts) == set(HOSTILE)
    assert len(texts["long"]) > 100_000
    assert "<script>alert(1)</script>" in texts["markup"]
    before = kept(settings)
    run_night(str(settings.home), Plain(), again=True)
    assert kept(settings) == before
    assert before["cases"], "a case must open, else this shows little"


@pytest.mark.usefixtures("tiny_judge")
def test_a_disk_that_fills_up_at_night_is_said_and_the_next_night_goes_on(
    site: Site, tmp_path: Path, small_disk: Path
) -> None:
    quiet = furnish(tmp_path / "quiet", site, chromium=str(tmp_path / "weg"))
    run_night(str(quiet.home), Plain())
    full = furnish(small_disk / "home", site, chromium=str(tmp_path / "weg"))
    filler = fill(small_disk)
    program = Path(sys.executable).with_name("handenaf")
    command = [str(program), "scan", "--home", str(full.home)]
    scan = subprocess.run(command, capture_output=True, text=True, check=False)
    told = " ".join((scan.stdout + scan.stderr).split())
    assert scan.returncode in {1, 2}
    assert "Traceback" not in told
    assert "space" in told, told
    filler.unlink()
    run_night(str(full.home), Plain(), again=True)
    assert kept(full) == kept(quiet)
    with opened(full) as state:
        assert state.audit.verify() == ""


def test_a_file_of_evidence_is_kept_whole_or_not_at_all(small_disk: Path) -> None:
    evidence = small_disk / "evidence"
    before = keep(evidence, b"kept before")
    filler = fill(small_disk)
    picture = b"a large picture" * 100_000
    with pytest.raises(EvidenceError, match=r"the disk is full\. Make room"):
        keep(evidence, picture)
    files = [path for path in evidence.rglob("*") if path.is_file()]
    assert [path.name for path in files] == [before], "no half of a file"
    filler.unlink()
    assert place_of(evidence, keep(evidence, picture)).read_bytes() == picture


def test_ctrl_c_ends_a_scan_and_its_spider_at_once_and_says_so(site: Site, tmp_path: Path) -> None:
    settings = furnish(tmp_path / "home", site, "/nooit")
    program = Path(sys.executable).with_name("handenaf")
    signal.signal(signal.SIGINT, signal.default_int_handler)  # tests in the background of a shell inherit "ignored"
    scan = subprocess.Popen(
        [str(program), "scan", "--home", str(settings.home)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    until = time.monotonic() + 240
    while "/nooit" not in site.asked and time.monotonic() < until:
        time.sleep(0.1)
    scan.send_signal(signal.SIGINT)
    told, _ = scan.communicate(timeout=40)  # less than the 45 s after which the request itself would end
    assert "Traceback" not in told
    assert "ended by Ctrl-C" in told
    assert scan.returncode == 130
    with opened(settings) as state:
        (run,) = state.crawls.last_runs()
    assert run.outcome != "running"
    assert "from outside" in run.message
