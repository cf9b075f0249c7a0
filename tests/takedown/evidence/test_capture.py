"""Captures by a real Chromium of a real site on loopback."""

import base64
import hashlib
import io
import json
import os
import signal
import ssl
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from PIL import Image
from warcio.archiveiterator import ArchiveIterator

from takedown.errors import EvidenceError
from takedown.evidence.capture import BUDGET_S, capture
from takedown.evidence.files import place_of, read_kept
from takedown.evidence.steps import Order, Visit
from takedown.followup import found_in, look_of_capture
from warehouse import Capture

TEXT = "Ik weet waar Truus Voorbeeld woont & ik kom langs!"
BLOB = bytes(n * n % 251 for n in range(50_000))
PAGE = """<!doctype html><html lang=nl><meta charset=utf-8><title>Draad 12</title><body style="margin:0">
<ul><li id=post-1><b>Piet</b><p>Een gewone reactie.</p></li>
<li id=post-2 style="background:#fdd"><b>Boze Wolf</b><p>Ik weet waar <i>Truus  Voorbeeld</i>
woont &amp; ik kom langs!</p></li></ul><img src=/rood.png><img src="http://10.0.0.1/geheim.png">
<div style="height:18000px;background:linear-gradient(red,blue)"></div>
<script>fetch('/blob').then(r => r.blob())</script></body></html>"""


def red_square() -> bytes:
    """Give a PNG."""
    made = io.BytesIO()
    Image.new("RGB", (20, 20), "red").save(made, "PNG")
    return made.getvalue()


def take(url: str, folder: Path, chromium: str, **more: Any) -> Capture:
    """Capture with the test's usual arguments."""
    facts: dict[str, Any] = {
        "case_id": "zaak",
        "folder": folder,
        "post_text": TEXT,
        "chromium": chromium,
        "allow_loopback": True,
    }
    return capture(url, **(facts | more))


def pixel(picture: Image.Image, x: int, y: int) -> tuple[int, int, int]:
    """Give a pixel's red, green and blue."""
    red, green, blue = picture.convert("RGB").crop((x, y, x + 1, y + 1)).tobytes()
    return red, green, blue


def content(taken: Capture, folder: Path, name: str) -> bytes:
    """Give one file of a capture."""
    return read_kept(folder, next(file.sha256 for file in taken.files if file.name == name))


def test_a_page_is_kept_whole(site: Any, tmp_path: Path, chromium: str) -> None:
    """One capture, everything looked at: pictures, text, manifest, archive, limits, and no second request."""
    site.page("/t/12", PAGE)
    site.pages["/rood.png"] = (200, {"Content-Type": "image/png"}, red_square())
    site.pages["/blob"] = (200, {"Content-Type": "application/octet-stream"}, BLOB)
    site.page("/oud", "", 302, Location="/t/12")
    taken = take(site.address + "/oud#post-2", tmp_path, chromium)

    assert taken.visible == "visible"
    assert (taken.ended_at - taken.begun_at).total_seconds() < BUDGET_S
    names = {file.name for file in taken.files}
    assert names >= {
        "venster.png", "volledig-0.png", "volledig-1.png", "volledig-2.png", "bericht.png", "bericht.txt",
        "pagina.txt", "dom.html", "pagina.mhtml", "pagina.wacz", "vastlegging.json",
    }  # fmt: skip
    assert all(place_of(tmp_path, file.sha256).stat().st_size == file.bytes for file in taken.files)

    manifest = json.loads(read_kept(tmp_path, taken.manifest_sha256))
    assert manifest["navigatie"]["status"] == 200
    assert manifest["navigatie"]["titel"] == "Draad 12"
    assert manifest["navigatie"]["omleidingen"][0]["status"] == 302
    assert manifest["netwerk"]["server_ip"] == "127.0.0.1"
    assert manifest["omgeving"]["aangemeld"] is False
    assert manifest["handelingen"][1]["doel"] == "venster, voor elke handeling"
    assert set(manifest["bestanden"]) == names - {"vastlegging.json"}

    post = Image.open(io.BytesIO(content(taken, tmp_path, "bericht.png")))
    assert pixel(post, 600, 5) == (255, 221, 221)
    assert post.height < 200
    assert "Boze Wolf" in content(taken, tmp_path, "bericht.txt").decode()
    tiles = [Image.open(io.BytesIO(content(taken, tmp_path, f"volledig-{n}.png"))) for n in range(5)]
    assert [tile.height for tile in tiles][:4] == [4000] * 4
    red, _, blue = pixel(tiles[0], 700, 1000)
    assert red > 200
    assert blue < 100
    assert pixel(tiles[4], 700, tiles[4].height - 50)[2] > 200

    with zipfile.ZipFile(io.BytesIO(content(taken, tmp_path, "pagina.wacz"))) as wacz:
        warc = wacz.read("archive/pagina.warc.gz")
    bodies = {
        record.rec_headers["WARC-Target-URI"]: record.content_stream().read()
        for record in ArchiveIterator(io.BytesIO(warc), check_digests="raise")
        if record.rec_type == "response"
    }
    assert bodies[site.address + "/blob"] == BLOB
    assert bodies[site.address + "/rood.png"] == red_square()
    assert bodies[site.address + "/t/12"] == PAGE.encode()
    assert site.hits["/blob"] == site.hits["/rood.png"] == site.hits["/t/12"] == 1
    assert any("10.0.0.1" in text and "besloten netwerk" in text for text in taken.limitations)


@pytest.mark.parametrize(
    ("status", "body", "state"),
    [
        (200, "<p>Dit bericht is verwijderd door de moderator.</p>", "removed"),
        pytest.param(404, "<h1>Niet gevonden</h1>", "removed", marks=pytest.mark.long),
        pytest.param(200, "<h1>Log in om verder te gaan</h1>", "login_wall", marks=pytest.mark.long),
        pytest.param(200, "<h1>Please sign in to continue</h1>", "login_wall", marks=pytest.mark.long),
        pytest.param(200, "<h1>We value your privacy</h1>", "consent_wall", marks=pytest.mark.long),
        pytest.param(200, "<h1>Bevestig dat u een mens bent</h1>", "blocked", marks=pytest.mark.long),
        pytest.param(500, "<h1>Storing</h1>", "error", marks=pytest.mark.long),
    ],
)
def test_a_post_that_is_not_there_gives_a_capture_that_says_so(
    site: Any, tmp_path: Path, chromium: str, status: int, body: str, state: str
) -> None:
    taken = take(site.page("/t", f"<meta charset=utf-8>{body}", status), tmp_path, chromium)
    assert taken.visible == state
    assert any("niet op de pagina gevonden" in text for text in taken.limitations)
    assert "venster.png" in {file.name for file in taken.files}


def test_text_that_only_javascript_writes_is_found(site: Any, tmp_path: Path, chromium: str) -> None:
    script = f"setTimeout(() => document.body.innerHTML = '<article>{TEXT}</article>', 700)"
    taken = take(site.page("/app", f"<body><script>{script}</script>"), tmp_path, chromium)
    assert taken.visible == "visible"
    assert "bericht.png" in {file.name for file in taken.files}


@pytest.mark.long
def test_a_capture_is_a_look_for_pages_that_need_a_browser(site: Any, tmp_path: Path, chromium: str) -> None:
    """A page that is there without the post's text is visible, yet the post is gone."""
    url = site.page("/app", f"<body><script>document.body.textContent = '{TEXT}'</script>")
    there = take(url, tmp_path, chromium)
    assert look_of_capture(there, found=found_in(there, tmp_path)).outcome == "still_there"
    site.page("/app", "<body><script>document.body.textContent = 'Andere berichten'</script>")
    away = take(url, tmp_path, chromium)
    assert away.visible == "visible"
    assert look_of_capture(away, found=found_in(away, tmp_path)).outcome == "gone"


def test_a_page_that_hangs_is_cut_off_and_what_was_seen_counts(site: Any, tmp_path: Path, chromium: str) -> None:
    """The page locks its own thread two seconds after it has loaded: no call into it ever returns."""
    url = site.page(
        "/t",
        f"<p>{TEXT}</p><div style='height:90000px'></div><script>onload=()=>setTimeout(()=>{{for(;;);}},900)</script>",
    )
    began = time.monotonic()
    taken = take(url, tmp_path, chromium, seconds=8)
    assert time.monotonic() - began < 20
    assert any("voortijdig afgebroken" in text for text in taken.limitations)
    assert json.loads(read_kept(tmp_path, taken.manifest_sha256))["beperkingen"]


@pytest.fixture
def secure(site: Any, tmp_path: Path) -> tuple[str, str]:
    """Serve the site's port over TLS too: gives the https address and the base64 SHA-256 of its certificate's key."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", tmp_path / "key.pem", "-out", tmp_path / "cert.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    site.server.socket = context.wrap_socket(site.server.socket, server_side=True)
    public = x509.load_pem_x509_certificate((tmp_path / "cert.pem").read_bytes()).public_key()
    der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    key = hashlib.sha256(der).digest()
    return site.address.replace("http:", "https:"), base64.b64encode(key).decode()


def test_an_untrusted_certificate_is_an_error_and_named(
    site: Any, secure: tuple[str, str], tmp_path: Path, chromium: str
) -> None:
    site.page("/t", TEXT)
    taken = take(secure[0] + "/t", tmp_path / "e", chromium)
    assert taken.visible == "error"
    assert any("ERR_CERT_AUTHORITY_INVALID" in text for text in taken.limitations)
    assert not site.hits


def test_the_certificate_of_a_trusted_site_is_kept(
    site: Any, secure: tuple[str, str], tmp_path: Path, chromium: str
) -> None:
    """A browser that trusts this one key (a flag of Chromium, given by a script in its place) stands in for a public CA."""
    site.page("/t", f"<p>{TEXT}</p>")
    wrapper = tmp_path / "chromium"
    wrapper.write_text(f'#!/bin/sh\nexec {chromium} --ignore-certificate-errors-spki-list={secure[1]} "$@"\n')
    wrapper.chmod(0o755)
    taken = take(secure[0] + "/t", tmp_path / "e", str(wrapper))
    assert taken.visible == "visible", taken.limitations
    manifest = json.loads(read_kept(tmp_path / "e", taken.manifest_sha256))
    assert manifest["netwerk"]["tls"]["subjectName"] == "127.0.0.1"
    assert manifest["netwerk"]["tls"]["protocol"].startswith("TLS")
    der = ssl.PEM_cert_to_DER_cert((tmp_path / "cert.pem").read_text())
    assert content(taken, tmp_path / "e", "tls-0.der") == der


@pytest.mark.long
def test_nobody_there_is_an_error_state(tmp_path: Path, chromium: str) -> None:
    taken = take("http://127.0.0.1:2/", tmp_path, chromium)
    assert taken.visible == "error"
    assert any("niet geladen" in text.casefold() for text in taken.limitations)


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/", "file:///etc/passwd", "http://169.254.169.254/", "http://u:p@example.org/"]
)
def test_closed_addresses_are_refused_before_a_browser_starts(tmp_path: Path, url: str) -> None:
    with pytest.raises(EvidenceError):
        take(url, tmp_path, "/is/er/niet")


def test_loopback_needs_to_be_allowed(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="private network"):
        take("http://127.0.0.1:8000/", tmp_path, "/is/er/niet", allow_loopback=False)


def test_no_browser_is_said_in_words(site: Any, tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="Set the path of a Chromium"):
        take(site.page("/t", "x"), tmp_path, "/is/er/niet")


def test_a_folder_that_cannot_be_written_is_said_in_words(site: Any, tmp_path: Path, chromium: str) -> None:
    (tmp_path / "vol").write_text("een bestand waar een map moet zijn")
    with pytest.raises(EvidenceError, match="could not be stored"):
        take(site.page("/t", TEXT), tmp_path / "vol", chromium)


def test_a_killed_capture_takes_its_browser_with_it(site: Any, tmp_path: Path, chromium: str) -> None:
    """Kill -9 of the process that asked: within seconds no process of the visit is left, and no half file counts."""
    url = site.page("/t", PAGE)
    program = (
        "import sys; from pathlib import Path; from takedown.evidence.capture import capture\n"
        "print('ready', flush=True)\n"
        "capture(sys.argv[1], case_id='z', folder=Path(sys.argv[2]), post_text='x', chromium=sys.argv[3], allow_loopback=True)"
    )
    marker = f"/t?{os.getpid()}-{time.monotonic_ns()}"
    site.pages[marker] = site.pages["/t"]
    asker = subprocess.Popen(
        [sys.executable, "-c", program, site.address + marker, str(tmp_path), chromium], stdout=subprocess.PIPE
    )
    assert asker.stdout is not None
    asker.stdout.readline()
    ends = time.monotonic() + 20
    while not site.hits.get(marker) and time.monotonic() < ends:
        time.sleep(0.05)
    assert site.hits.get(marker), url
    visits = children_of(asker.pid)
    assert visits
    os.kill(asker.pid, signal.SIGKILL)
    asker.wait()
    asker.stdout.close()
    ends = time.monotonic() + 10
    while any(is_alive(pid) for pid in visits) and time.monotonic() < ends:
        time.sleep(0.1)
    assert not [pid for pid in visits if is_alive(pid)]
    for path in tmp_path.rglob("*"):
        if path.is_file() and not path.name.startswith(".unfinished-"):
            read_kept(tmp_path, path.name)


def children_of(pid: int) -> list[int]:
    """Give the process ids of all descendants."""
    done = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True)
    pairs = [tuple(map(int, line.split())) for line in done.stdout.splitlines()]
    found, waiting = [], [pid]
    while waiting:
        parent = waiting.pop()
        young = [child for child, above in pairs if above == parent]
        found += young
        waiting += young
    return found


def is_alive(pid: int) -> bool:
    """Say whether a process runs (a zombie doesn't)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (OSError, IndexError):
        return False


def test_a_visit_whose_time_is_up_skips_what_is_left_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """So that its archive is packed before it is cut off from outside."""
    order = Order(
        url="x", folder="x", post_text="", selector="", chromium=None, allow_loopback=True, sandbox=True, software="x",
        seconds=0,
    )  # fmt: skip
    taken: list[int] = []
    late = Visit(order, None, None, None)  # type: ignore[arg-type]  # no step is taken
    time.sleep(0.01)
    late.attempt("Scrollen", lambda: taken.append(1))
    assert taken == []
    assert "Scrollen overgeslagen" in capsys.readouterr().out
