"""An archive replays whole with the site gone: every post and picture; and other people's tools open it.

`warcio` and a Chromium are always there. `wacz`, pywb and ReplayWeb.page are looked for where ../shared/servers/wacz.sh
installs them (HANDENAF_SERVERS_HOME); where they are not, those tests say so and skip.
"""

import io
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Frame, Page, Route, sync_playwright
from warcio.archiveiterator import ArchiveIterator

from takedown.evidence.capture import capture
from takedown.evidence.files import read_kept
from takedown.evidence.trial import PICTURES, POST_TEXT, POSTS, page_answers, serve

HOME = Path(os.environ.get("HANDENAF_SERVERS_HOME", "/var/tmp/handenaf-servers"))  # noqa: S108 - as tests/crawlers has it
TOOLS, VIEWER = HOME / "venv-wacz" / "bin", HOME / "wacz" / "rwp" / "package"
pytestmark = pytest.mark.xdist_group("replay")  # one capture for all
WALK = """async () => {
  for (let n = 0; n < 60; n++) { scrollBy({ top: innerHeight * 0.8, behavior: 'instant' }); await new Promise((done) => setTimeout(done, 40)); }
  for (let n = 0; n < 100 && [...document.images].some((image) => !image.complete); n++) await new Promise((done) => setTimeout(done, 50));
  return [document.querySelectorAll('article').length, [...document.images].filter((image) => image.complete && image.naturalWidth).length];
}"""


@dataclass(frozen=True)
class Kept:
    """A capture's archive, of a site that is gone."""

    url: str
    wacz: Path
    warc: Path
    chromium: str


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        pytest.skip("no Chromium is installed; `make setup` finds or gets one")
    folder = tmp_path_factory.mktemp("replay")
    with serve(page_answers) as address:
        made = capture(
            address + "/", case_id="z", folder=folder, post_text=POST_TEXT, chromium=chromium, allow_loopback=True
        )
    assert made.limitations == ()
    wacz = folder / "pagina.wacz"
    wacz.write_bytes(read_kept(folder, next(file.sha256 for file in made.files if file.name == "pagina.wacz")))
    with zipfile.ZipFile(wacz) as archive:
        (folder / "pagina.warc.gz").write_bytes(archive.read("archive/pagina.warc.gz"))
    return Kept(address + "/", wacz, folder / "pagina.warc.gz", chromium)


def test_every_post_and_picture_comes_from_the_archive_alone(kept: Kept) -> None:
    """A Chromium that gets nothing but the archive's own records."""
    answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
    for record in ArchiveIterator(io.BytesIO(kept.warc.read_bytes()), check_digests="raise"):
        if record.rec_type == "response":
            headers = dict(record.http_headers.headers)
            status = int(record.http_headers.get_statuscode())
            answers[record.rec_headers.get_header("WARC-Target-URI")] = (
                status,
                headers,
                record.content_stream().read(),
            )

    def give(route: Route) -> None:
        if route.request.url in answers:
            status, headers, body = answers[route.request.url]
            route.fulfill(status=status, headers=headers, body=body)
        else:
            route.abort()

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=kept.chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1366, "height": 900})
        page.route("**/*", give)
        page.goto(kept.url)
        assert page.evaluate(WALK) == [POSTS, PICTURES]
        browser.close()


def test_warcio_finds_every_digest_right(kept: Kept) -> None:
    program = Path(sys.executable).with_name("warcio")
    done = subprocess.run([program, "check", "-v", kept.warc], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("digest pass") >= PICTURES
    assert "fail" not in done.stdout


def tool(name: str) -> Path:
    """Give an installed tool's path, or skip."""
    if not (TOOLS / name).exists():
        pytest.skip(f"{name} is not installed in {TOOLS}; ../shared/servers/wacz.sh install puts it there")
    return TOOLS / name


def test_wacz_validates_it(kept: Kept) -> None:
    done = subprocess.run([tool("wacz"), "validate", "-f", kept.wacz], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "invalid" not in done.stdout.casefold()


def test_pywb_replays_it(kept: Kept, tmp_path: Path) -> None:
    environment = os.environ | {"PATH": f"{TOOLS}:{os.environ['PATH']}"}
    manager, wayback = tool("wb-manager"), tool("wayback")
    for words in (["init", "replay"], ["add", "--unpack-wacz", "replay", str(kept.wacz)]):
        subprocess.run([manager, *words], cwd=tmp_path, env=environment, check=True, capture_output=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [wayback, "-b", "127.0.0.1", "-p", str(port)], cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )  # fmt: skip
    try:
        body = ""
        for _ in range(100):
            try:
                body = (
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/replay/mp_/{kept.url}", timeout=5).read().decode()
                )
                break
            except OSError:
                time.sleep(0.2)
        assert body.count("<article") == POSTS // 2
        index = urllib.request.urlopen(
            f"http://127.0.0.1:{port}/replay/cdx?url={urllib.parse.quote(kept.url)}*&output=json", timeout=5
        ).read()
        assert index.count(b'"mime": "image/jpeg"') == PICTURES
    finally:
        server.terminate()
        server.wait(timeout=10)


@pytest.fixture
def viewer(kept: Kept, tmp_path: Path) -> Iterator[str]:
    """Serve ReplayWeb.page and the archive on loopback, with byte ranges, as it needs them."""
    if not (VIEWER / "sw.js").exists():
        pytest.skip(f"ReplayWeb.page is not in {VIEWER}; ../shared/servers/wacz.sh install puts it there")
    (tmp_path / "replay").mkdir()
    shutil.copy(VIEWER / "ui.js", tmp_path)
    shutil.copy(VIEWER / "sw.js", tmp_path / "replay")
    shutil.copy(kept.wacz, tmp_path / "pagina.wacz")
    (tmp_path / "index.html").write_text(
        "<!doctype html><script src=ui.js></script><replay-web-page replayBase=/replay/ embed=replayonly"
        f' source=/pagina.wacz url="{kept.url}" style="height:900px;display:block"></replay-web-page>'
    )

    class Handler(SimpleHTTPRequestHandler):
        def __init__(self, *words: Any) -> None:
            super().__init__(*words, directory=str(tmp_path))

        def do_GET(self) -> None:
            asked, path = self.headers.get("Range"), Path(self.translate_path(self.path))
            if not asked or not path.is_file():
                super().do_GET()
                return
            content = path.read_bytes()
            first, _, last = asked.removeprefix("bytes=").partition("-")
            begin = int(first) if first else len(content) - int(last)
            end = min(int(last) if first and last else len(content) - 1, len(content) - 1)
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {begin}-{end}/{len(content)}")
            self.send_header("Accept-Ranges", "bytes")
            self.send_header("Content-Length", str(end - begin + 1))
            self.end_headers()
            self.wfile.write(content[begin : end + 1])

        def log_message(self, *_: object) -> None:
            """Keep the tests quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://localhost:{server.server_address[1]}/index.html"
    server.shutdown()
    server.server_close()


def replayed(page: Page, url: str) -> Frame | None:
    """Give the frame in which the archived page stands, once it does."""
    for _ in range(450):  # 90 s: beside other tests it took more than 30
        for frame in page.frames:
            if frame.url.endswith(url) and frame.query_selector("article"):
                return frame
        page.wait_for_timeout(200)
    return None


def test_replayweb_page_shows_every_post_and_picture(kept: Kept, viewer: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=kept.chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1366, "height": 900})
        page.goto(viewer)
        frame = replayed(page, kept.url)
        assert frame is not None, [frame.url for frame in page.frames]
        assert frame.evaluate(WALK) == [POSTS, PICTURES]
        browser.close()
