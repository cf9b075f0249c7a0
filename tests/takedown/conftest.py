"""Records of fictional people, a small site on loopback, and Chromium's path."""

import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from takedown.evidence.files import canonical, keep
from takedown.evidence.manifest import MANIFEST_NAME, Report, manifest_of
from warehouse import (
    Band,
    Capture,
    Case,
    CaseState,
    EvidenceFile,
    Label,
    Mention,
    Person,
    Phrase,
    Post,
    Urgency,
    Verdict,
)

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
TEXT = "Die Truus Voorbeeld, ik weet waar je woont en ik kom vanavond langs met mijn broer."
EXPLANATION = (
    "De schrijver kondigt aan dat hij haar thuis opzoekt met een ander, en noemt een tijdstip. Dat is bedreigend."
)


@pytest.fixture
def chromium() -> str:
    """Give an installed Chromium's path."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not found:
        pytest.skip("no Chromium is installed; `make setup` finds or gets one")
    return found


@pytest.fixture
def person() -> Person:
    return Person(
        id="p1", display_name="Truus Voorbeeld", organisation="Jeugdhulp Voorbeeldstad", role="jeugdbeschermer"
    )


@pytest.fixture
def make_post() -> Callable[..., Post]:
    def make(text: str = TEXT, **more: Any) -> Post:
        facts: dict[str, Any] = {
            "source": "dorpsforum",
            "permalink": "https://forum.example/t/12#post-3",
            "platform_id": "3",
            "fetched_at": NOW - timedelta(hours=3),
            "author_name": "Boze Wolf",
            "author_handle": "bozewolf",
            "posted_at": NOW - timedelta(hours=9),
            "posted_at_literal": "gisteravond",
            "posted_at_how": "relative text",
            "language": "nl",
        }
        return Post(text=text, **(facts | more))

    return make


@pytest.fixture
def make_verdict(person: Person) -> Callable[..., Verdict]:
    def make(
        post: Post, *, labels: tuple[Label, ...] = (Label.THREAT,), phrases: tuple[Phrase, ...] | None = None
    ) -> Verdict:
        mention = Mention(
            post_id=post.id,
            person_id=person.id,
            start=4,
            end=19,
            quote="Truus Voorbeeld",
            score=0.98,
            band=Band.CERTAIN,
        )
        spans = phrases if phrases is not None else (Phrase(start=21, end=44, label=Label.THREAT),)
        return Verdict(
            mention_id=mention.id, post_id=post.id, person_id=person.id, scores={Label.THREAT: 0.93},
            labels=labels, phrases=spans, urgency=Urgency.ACUTE, model="trial", policy="1", judged_at=NOW,
        )  # fmt: skip

    return make


@pytest.fixture
def make_case(person: Person) -> Callable[..., Case]:
    def make(post: Post, verdict: Verdict, state: CaseState = CaseState.UNLAWFUL) -> Case:
        return Case(
            place=post.place, post_id=post.id, person_id=person.id, mention_id=verdict.mention_id,
            verdict_id=verdict.id, urgency=verdict.urgency, state=state, opened_at=NOW - timedelta(hours=2),
        )  # fmt: skip

    return make


@pytest.fixture
def make_capture(tmp_path: Path) -> Callable[..., Capture]:
    """Make a capture of a few small files without a browser: what bundles are made of."""

    def make(case_id: str, *, url: str = "https://forum.example/t/12#post-3", number: int = 1) -> Capture:
        folder = tmp_path / "evidence"
        report = Report(
            facts={"status": 200, "found": True, "title": "Draad 12", "window": [1366, 900], "final_url": url}
        )
        for name, content, media_type, role in (
            ("bericht.txt", TEXT.encode(), "text/plain", "text"),
            ("dom.html", f"<p>{TEXT}</p>".encode(), "text/html", "html"),
        ):
            report.files[name] = EvidenceFile(
                name=name, sha256=keep(folder, content), bytes=len(content), media_type=media_type, role=role
            )
        ids = {
            "vastlegging_id": f"00000000-0000-4000-8000-{number:012d}", "zaak_id": case_id, "url": url,
            "software": "trial", "post_sha256": "0" * 64,
        }  # fmt: skip
        content = canonical(manifest_of(report, ids=ids, when=(NOW, NOW + timedelta(seconds=5)), seen="visible"))
        sha256 = keep(folder, content)
        sealed = EvidenceFile(
            name=MANIFEST_NAME, sha256=sha256, bytes=len(content), media_type="application/json", role="manifest"
        )
        return Capture(
            id=ids["vastlegging_id"], case_id=case_id, url=url, final_url=url, begun_at=NOW,
            ended_at=NOW + timedelta(seconds=5), visible="visible", files=(*report.files.values(), sealed),
            limitations=("Er is geen schermafdruk gemaakt.",), manifest_sha256=sha256,
        )  # fmt: skip

    return make


class Site:
    """A small real web site: path to (status, headers, body), and how often each path was asked for."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.hits: dict[str, int] = {}
        self.address = ""
        self.server: ThreadingHTTPServer

    def page(self, path: str, body: str, status: int = 200, **headers: str) -> str:
        """Put an HTML page there and give its address."""
        kept = {"Content-Type": "text/html; charset=utf-8"} | {k.replace("_", "-"): v for k, v in headers.items()}
        self.pages[path] = (status, kept, body.encode())
        return self.address + path


@pytest.fixture
def site() -> Iterator[Site]:
    """Serve a `Site` on a free port of 127.0.0.1."""
    served = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.split("#")[0]
            served.hits[path] = served.hits.get(path, 0) + 1
            status, headers, body = served.pages.get(path, (404, {"Content-Type": "text/plain"}, b"niets"))
            self.send_response(status)
            for name, value in (headers | {"Content-Length": str(len(body))}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep the tests quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.server = server
    served.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield served
    server.shutdown()
    server.server_close()
    thread.join()
