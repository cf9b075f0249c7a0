"""The archive holds what the server sent: every body compared with the server's own record."""

import gzip
import hashlib
import io
import json
import random
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import brotli  # type: ignore[import-untyped]  # it ships no types
import pytest
from PIL import Image
from warcio.archiveiterator import ArchiveIterator

from takedown.evidence.capture import capture
from takedown.evidence.files import read_kept
from takedown.evidence.posted import posted_query
from warehouse import Capture

pytestmark = pytest.mark.xdist_group("recorder")  # what it needs is made once
DRAW = random.Random(5)  # noqa: S311 - a fixed seed, so that every run draws the same
TEXT = "Ik weet waar Truus Voorbeeld woont & ik kom langs!"
BLOB = DRAW.randbytes(300_000)
FILM = DRAW.randbytes(400_000)


def big_picture() -> bytes:
    """Give a picture of 20 MB that no cache keeps: noise, uncompressed."""
    made = io.BytesIO()
    Image.frombytes("RGB", (2000, 3500), DRAW.randbytes(2000 * 3500 * 3)).save(made, "BMP")
    return made.getvalue()


def small_picture(colour: str) -> bytes:
    """Give a PNG."""
    made = io.BytesIO()
    Image.new("RGB", (120, 120), colour).save(made, "PNG")
    return made.getvalue()


BIG = big_picture()
PAGE = """<!doctype html><meta charset=utf-8><title>Alles</title><body><p>{text}</p>
<img src=/groot.bmp width=100><img src=/r1><iframe src="{other}/kader"></iframe><video src=/film.mp4 autoplay muted></video>
<link rel=stylesheet href=/stijl.css><script src=/br.js></script>
<script>
const post = (body, type) => fetch('/antwoord', {{ method: 'POST', body, headers: {{ 'Content-Type': type }} }});
(async () => {{
  await (await fetch('/blob')).blob();
  await post('naam=Truus+V&x=1', 'application/x-www-form-urlencoded');
  await post('{{"naam":"Truus é","lijst":[1,2]}}', 'application/json');
  await post(new Uint8Array([0, 255, 10, 13, 128]), 'application/octet-stream');
  await fetch('/leeg');
  await fetch('/oud', {{ headers: {{ 'If-None-Match': '"een"' }} }});
  await fetch('/hoofd', {{ method: 'HEAD' }});
  await fetch('/kapot');
  try {{ await navigator.serviceWorker.register('/sw.js'); await fetch('/door-sw'); }} catch {{ await fetch('/door-sw'); }}
  const worker = new Worker('/werker.js');
  try {{ new SharedWorker('/gedeeld.js'); }} catch {{ /* not there */ }}
  await new Promise((done) => {{ worker.onmessage = done; setTimeout(done, 2000); }});
  document.title = 'Klaar';
}})();
</script>"""


class Recording:
    """A server that remembers what it was asked and what it sent, decoded."""

    def __init__(self, other: str) -> None:
        self.sent: list[tuple[str, str, int, str]] = []
        self.posted: list[bytes] = []
        self.other = other
        self.address = ""

    def answer(self, path: str, headers: Any, posted: bytes) -> tuple[int, dict[str, str], bytes]:
        """Give status, headers and plain body."""
        plain = {
            "/": ("text/html; charset=utf-8", PAGE.format(text=TEXT, other=self.other).encode()),
            "/kader": ("text/html", b"<img src=/in-kader.png>"),
            "/in-kader.png": ("image/png", small_picture("blue")),
            "/groot.bmp": ("image/bmp", BIG),
            "/r3.png": ("image/png", small_picture("red")),
            "/blob": ("application/octet-stream", BLOB),
            "/stijl.css": ("text/css", b"body { color: black } " * 200),
            "/br.js": ("text/javascript", b"window.br = 1; " * 200),
            "/film.mp4": ("video/mp4", FILM),
            "/sw.js": ("text/javascript", b"onfetch = (e) => e.respondWith(new Response('verzonnen'))"),
            "/door-sw": ("text/plain", b"van de server zelf"),
            "/werker.js": ("text/javascript", b"fetch('/uit-werker').then(() => postMessage(1))"),
            "/gedeeld.js": ("text/javascript", b"fetch('/uit-gedeeld')"),
            "/uit-werker": ("text/plain", b"gehaald door een achtergrondscript"),
            "/antwoord": ("text/plain", b"ontvangen: " + hashlib.sha256(posted).hexdigest().encode()),
            "/kapot": ("text/plain", b"fout van de server"),
            "/hoofd": ("text/plain", b""),
        }
        moved = {"/r1": "/r2", "/r2": "/r3.png"}
        if path in moved:
            return 302, {"Location": moved[path]}, b""
        if path == "/leeg":
            return 204, {}, b""
        if path == "/oud" and headers.get("If-None-Match"):
            return 304, {"ETag": '"een"'}, b""
        kind, body = plain.get(path, ("text/plain", b"niets"))
        status = 404 if path not in plain else 500 if path == "/kapot" else 200
        return status, {"Content-Type": kind}, body


def serve(recording: Recording) -> ThreadingHTTPServer:
    """Serve a recording server on a free port of loopback."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            posted = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, headers, body = recording.answer(self.path, self.headers, posted)
            if posted:
                recording.posted.append(posted)
            recording.sent.append((self.command, self.path, status, hashlib.sha256(body).hexdigest()))
            wire = body
            if self.path == "/stijl.css":
                wire, headers["Content-Encoding"] = gzip.compress(body), "gzip"
            if self.path == "/br.js":
                wire, headers["Content-Encoding"] = brotli.compress(body), "br"
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status not in (204, 304):
                self.send_header("Content-Length", str(len(wire)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(wire)

        do_POST = do_HEAD = do_GET  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            """Keep the tests quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    recording.address = f"http://127.0.0.1:{server.server_address[1]}"
    return server


FOLDERS: dict[str, Path] = {}


def index_of(made: Capture) -> str:
    """Give the archive's index."""
    packed = read_kept(FOLDERS[made.id], next(file.sha256 for file in made.files if file.name == "pagina.wacz"))
    with zipfile.ZipFile(io.BytesIO(packed)) as wacz:
        return wacz.read("indexes/index.cdx").decode()


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Recording, Recording, Capture, bytes]]:
    """Capture the page with everything on it, once: the servers, the capture and its WARC."""
    import shutil

    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        pytest.skip("no Chromium is installed; `make setup` finds or gets one")
    folder = tmp_path_factory.mktemp("recorder")
    frame = Recording("")
    servers = [serve(frame)]
    page = Recording(frame.address.replace("127.0.0.1", "localhost"))  # another site to the browser
    servers.append(serve(page))
    made = capture(
        page.address + "/", case_id="z", folder=folder, post_text=TEXT, chromium=chromium, allow_loopback=True
    )
    FOLDERS[made.id] = folder
    packed = read_kept(folder, next(file.sha256 for file in made.files if file.name == "pagina.wacz"))
    with zipfile.ZipFile(io.BytesIO(packed)) as wacz:
        warc = wacz.read("archive/pagina.warc.gz")
    yield page, frame, made, warc
    for server in servers:
        server.shutdown()
        server.server_close()


def exchanges(warc: bytes, address: str) -> list[tuple[str, str, int, str]]:
    """Give what the archive has of a server: method, path, status, digest of the body."""
    told: list[tuple[str, str, int, str]] = []
    asked: dict[str, str] = {}
    answered: dict[str, tuple[str, int, str]] = {}
    for record in ArchiveIterator(io.BytesIO(warc), check_digests="raise"):
        url = record.rec_headers.get_header("WARC-Target-URI") or ""
        if not url.startswith(address):
            continue
        body = record.content_stream().read()
        if record.rec_type == "request":
            asked[record.rec_headers.get_header("WARC-Concurrent-To")] = record.http_headers.protocol
        elif record.rec_type == "response":
            status = int(record.http_headers.get_statuscode())
            place = (url.removeprefix(address), status, hashlib.sha256(body).hexdigest())
            answered[record.rec_headers.get_header("WARC-Record-ID")] = place
    for record_id, (path, status, digest) in answered.items():
        told.append((asked[record_id], path, status, digest))
    return told


def test_every_body_is_the_servers_own(taken: tuple[Recording, Recording, Capture, bytes]) -> None:
    page, frame, made, warc = taken
    theirs = sorted(one for one in page.sent if one[1] != "/favicon.ico")
    ours = sorted(one for one in exchanges(warc, page.address) if one[1] != "/favicon.ico")
    assert [one for one in theirs if one not in ours] == [], made.limitations
    assert [one for one in ours if one not in theirs] == []
    assert {one[1] for one in ours} >= {"/uit-werker", "/door-sw", "/r1", "/r2", "/r3.png", "/film.mp4"}
    framed = [(method, path, status, digest) for method, path, status, digest in frame.sent if "favicon" not in path]
    assert sorted(exchanges(warc, frame.address.replace("127.0.0.1", "localhost"))) == sorted(framed)


def test_nothing_was_asked_for_twice(taken: tuple[Recording, Recording, Capture, bytes]) -> None:
    page = taken[0]
    counted = [path for _, path, _, _ in page.sent if path not in ("/antwoord", "/favicon.ico", "/film.mp4")]
    assert sorted(counted) == sorted(set(counted)), "the server was hit again for something it had sent"
    assert counted.count("/groot.bmp") == 1


def test_what_the_page_sent_is_kept_byte_for_byte(taken: tuple[Recording, Recording, Capture, bytes]) -> None:
    page, _, _, warc = taken
    bodies = [
        record.content_stream().read()
        for record in ArchiveIterator(io.BytesIO(warc))
        if record.rec_type == "request" and record.http_headers.protocol == "POST"
    ]
    assert sorted(bodies) == sorted(page.posted)
    assert b"\x00\xff\n\r\x80" in bodies


def test_a_service_worker_could_not_make_anything_up(taken: tuple[Recording, Recording, Capture, bytes]) -> None:
    page, _, _, warc = taken
    assert b"verzonnen" not in b"".join(
        record.content_stream().read()
        for record in ArchiveIterator(io.BytesIO(warc))
        if record.rec_type == "response" and "/door-sw" in record.rec_headers.get_header("WARC-Target-URI")
    )
    assert ("GET", "/door-sw", 200, hashlib.sha256(b"van de server zelf").hexdigest()) in page.sent


def test_encodings_are_undone_and_named(taken: tuple[Recording, Recording, Capture, bytes]) -> None:
    page, _, _, warc = taken
    named = {}
    for record in ArchiveIterator(io.BytesIO(warc)):
        if record.rec_type == "response":
            path = record.rec_headers.get_header("WARC-Target-URI").removeprefix(page.address)
            named[path] = record.http_headers.get_header("X-Archive-Orig-Content-Encoding")
    assert (named["/stijl.css"], named["/br.js"]) == ("gzip", "br")


@pytest.mark.parametrize(
    ("kind", "body", "query"),
    [
        ("application/x-www-form-urlencoded", b"a=1&b=x+y", "__wb_method=POST&a=1&b=x y"),
        ("application/json", b'{"a":1,"b":{"a":2}}', "__wb_method=POST&a=1&a.2_=2"),
        ("application/octet-stream", b"\x00\x01", "__wb_method=POST&__wb_post_data=AAE="),
        ("text/plain", b"geen json", "__wb_method=POST&__wb_post_data=Z2VlbiBqc29u"),
        ("application/json", b"{", "__wb_method=POST&"),
    ],
)
def test_a_posted_body_is_looked_up_as_replay_does(kind: str, body: bytes, query: str) -> None:
    assert posted_query("POST", {"Content-Type": kind}, body) == query
    assert posted_query("GET", {}, b"") == ""


def test_the_index_has_a_line_for_each_posted_body(taken: tuple[Recording, Recording, Capture, bytes]) -> None:
    """Three posts to one address are three keys, so that replay gives each its own answer."""
    page, _, made, _ = taken
    lines = [line for line in index_of(made).splitlines() if f'"{page.address}/antwoord"' in line]
    assert len({line.split(" ")[0] for line in lines}) == len(lines) == 3
    assert all(json.loads(line.split(" ", 2)[2])["method"] == "POST" for line in lines)
