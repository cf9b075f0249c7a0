"""Stand-ins on loopback for figures and tests: a long page full of pictures, and a time-stamping authority.

The authority is `openssl ts` with a root of its own: a real implementation of RFC 3161, trusted by nobody.
"""

import random
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

from PIL import Image

POSTS, PICTURES = 48, 72
POST_TEXT = "Iedereen weet waar Truus Voorbeeld werkt, en vanavond weet iedereen waar zij woont."

SETTINGS = """[tsa]
default_tsa=t
[t]
serial={0}/serial
crypto_device=builtin
signer_cert={0}/tsa.pem
signer_key={0}/tsa.key
signer_digest=sha256
default_policy=1.3.6.1.4.1.13762.3
digests=sha256
accuracy=secs:1
ess_cert_id_alg=sha256
"""

ROOT_EXTENSIONS = ("basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign")
SIGNER_EXTENSIONS = (
    "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n"
)


@contextmanager
def serve(answer: Callable[[str, bytes], tuple[int, str, bytes]]) -> Iterator[str]:
    """Serve on a free port of loopback; `answer` takes path and posted body and gives status, type and body."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.do_POST()

        def do_POST(self) -> None:
            posted = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, kind, body = answer(self.path, posted)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _picture(number: int) -> bytes:
    """Draw a picture with some noise, about 20 kB, each another one."""
    draw = random.Random(number)  # noqa: S311 - the same picture each time, no secret
    small = Image.frombytes("RGB", (96, 40), draw.randbytes(96 * 40 * 3))
    made = BytesIO()
    small.resize((640, 270), Image.Resampling.BICUBIC).save(made, "JPEG", quality=70)
    return made.getvalue()


def _post(number: int) -> str:
    """Write one post, with one or two pictures."""
    text = POST_TEXT if number == POSTS // 2 else f"Bericht {number} van een gewone draad over een gewone zaak. " * 3
    shown = [number, POSTS + number // 2] if number % 2 == 0 else [number]
    pictures = "".join(f'<img loading=lazy width=300 height=270 src="/plaatje/{n}.jpg"> ' for n in shown)
    return f'<article id=post-{number} style="height:412px;overflow:hidden"><p>{text}</p>{pictures}</article>'


def page_answers(path: str, posted: bytes) -> tuple[int, str, bytes]:  # noqa: ARG001 - `serve` hands it over
    """Answer as the long page: 24 posts at once, 24 more when one scrolls; 20,000 px, 72 pictures."""
    if path.startswith("/plaatje/"):
        return 200, "image/jpeg", _picture(int(path[9:].split(".", maxsplit=1)[0]))
    half = POSTS // 2
    if path == "/meer":
        return 200, "text/html; charset=utf-8", "".join(map(_post, range(half, POSTS))).encode()
    more = (
        "<script>let asked; onscroll = async () => { if (asked || scrollY + innerHeight < document.body.scrollHeight - 900) return;"
        " asked = 1; document.body.insertAdjacentHTML('beforeend', await (await fetch('/meer')).text()) }</script>"
    )
    first = "".join(map(_post, range(half)))
    whole = (
        f"<!doctype html><html lang=nl><meta charset=utf-8><title>Draad</title><body style='margin:8px'>{first}{more}"
    )
    return 200, "text/html; charset=utf-8", whole.encode()


@dataclass(frozen=True, slots=True)
class Authority:
    """A time-stamping authority that lives in a folder: `roots/root.pem`, `tsa.pem`, their keys and its settings."""

    folder: Path

    def run(self, *words: str) -> None:
        """Run openssl in the folder."""
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)

    def make(self, *, extensions: str = SIGNER_EXTENSIONS, settings: str = SETTINGS, days: str = "20") -> "Authority":
        """Make a root and a certificate under it, with these X.509 extensions."""
        (self.folder / "roots").mkdir(parents=True)
        added = [word for text in ROOT_EXTENSIONS for word in ("-addext", text)]
        self.run(
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=Trial root", *added,
            "-keyout", "root.key", "-out", "roots/root.pem",
        )  # fmt: skip
        self.run("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Trial TSA", "-keyout", "tsa.key", "-out", "csr")
        (self.folder / "ext").write_text(extensions)
        self.run(
            "x509", "-req", "-in", "csr", "-CA", "roots/root.pem", "-CAkey", "root.key", "-CAcreateserial",
            "-days", days, "-extfile", "ext", "-out", "tsa.pem",
        )  # fmt: skip
        (self.folder / "serial").write_text("01")
        (self.folder / "tsa.cnf").write_text(settings.format(self.folder))
        return self

    def answer(self, query: bytes) -> bytes:
        """Answer a query, one at a time: `openssl ts` counts its serials in a file."""
        with _ONE:
            (self.folder / "q").write_bytes(query)
            self.run("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "q", "-out", "r")
            return (self.folder / "r").read_bytes()

    def answers(self, path: str, posted: bytes) -> tuple[int, str, bytes]:  # noqa: ARG002 - `serve` hands it over
        """Answer over HTTP."""
        return 200, "application/timestamp-reply", self.answer(posted)


_ONE = threading.Lock()
