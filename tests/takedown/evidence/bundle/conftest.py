"""A whole case with pictures, a stamped log and a real (openssl) time-stamp authority, and the three checkers."""

import hashlib
import json
import secrets
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import tsp
from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

import takedown.evidence
from flows.bundling import hashed
from takedown.evidence import merkle
from takedown.evidence.bundle import make_bundle
from takedown.evidence.editions import Edition
from takedown.evidence.excerpt import Excerpt, LogLine
from takedown.evidence.facts import CaseFacts
from takedown.evidence.files import canonical, keep
from takedown.evidence.manifest import MANIFEST_NAME, Report, manifest_of
from takedown.evidence.masks import Mark, MaskReview
from takedown.evidence.stamping import NO_SEALING, Sealing
from takedown.evidence.trial import SETTINGS, SIGNER_EXTENSIONS
from takedown.evidence.verify import verify
from warehouse import (
    Answer,
    AuditEntry,
    Band,
    Capture,
    Case,
    CaseState,
    Choice,
    Decision,
    EvidenceFile,
    Judgement,
    Label,
    Mention,
    Notice,
    Person,
    Post,
    Receipt,
    Response,
    Urgency,
    Verdict,
)  # fmt: skip
from warehouse.state.audit import digest_of as entry_digest

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
CHILD, STRANGER, STREET, PHONE = "Zwaluwtje Quaxberg", "Xavierus Wildeboerhuis", "Kobaltdwarsstraat 91", "06-00000731"
TEXT = (
    f"Die Truus Voorbeeld heeft mijn dochtertje {CHILD} afgepakt. Haar baas {STRANGER} wist ervan. Ik weet waar ze woont, "
    f"{STREET}, bel haar maar op {PHONE}. Ik kom vanavond langs met mijn broer."
)
SHOWN = ("Naam", "Bedreigend", "Wij")
"""Words of reasons and answers that begin with a capital and name nobody."""


def openssl(folder: Path, *words: str) -> bytes:
    return subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True).stdout


@dataclass
class Authority:
    """A time-stamping authority under its own root, RSA or elliptic."""

    folder: Path
    algorithm: str = "rsa:2048"

    def __post_init__(self) -> None:
        (self.folder / "roots").mkdir(parents=True)
        more = ["-pkeyopt", "ec_paramgen_curve:P-256"] if self.algorithm == "ec" else []
        openssl(self.folder, "req", "-x509", "-newkey", self.algorithm, *more, "-nodes", "-days", "30", "-subj", f"/CN=Root {secrets.token_hex(3)}",
                "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign", "-keyout", "root.key", "-out", "roots/root.pem")  # fmt: skip
        new = ("req", "-newkey", self.algorithm, *more, "-nodes", "-subj", "/CN=Proefdienst")
        openssl(self.folder, *new, "-keyout", "tsa.key", "-out", "tsa.csr")
        (self.folder / "ext").write_text(SIGNER_EXTENSIONS)
        openssl(self.folder, "x509", "-req", "-in", "tsa.csr", "-CA", "roots/root.pem", "-CAkey", "root.key", "-CAcreateserial", "-days", "20", "-extfile", "ext", "-out", "tsa.pem")  # fmt: skip
        (self.folder / "serial").write_text("01")
        (self.folder / "tsa.cnf").write_text(SETTINGS.format(self.folder))

    @property
    def roots(self) -> Path:
        return self.folder / "roots"

    def reply(self, sha256: str) -> bytes:
        imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": bytes.fromhex(sha256)}
        question = {"version": 1, "nonce": secrets.randbits(60), "cert_req": True}
        request = tsp.TimeStampReq(question | {"message_imprint": imprint})
        (self.folder / "q").write_bytes(request.dump())
        openssl(self.folder, "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "q", "-out", "r")
        return (self.folder / "r").read_bytes()

    def stamp(self, sha256: str) -> Mapping[str, bytes]:
        root = (self.folder / "roots/root.pem").read_bytes()
        return {"tijdstempel-0.tsr": self.reply(sha256), "tijdstempel-0.keten.pem": root}


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tsa") / "a")


@pytest.fixture(scope="session")
def rogue(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Give an authority that nobody trusts, with a key of another kind."""
    return Authority(tmp_path_factory.mktemp("tsa") / "b", "ec")


def draw_post(text: str, author: str, width: int = 640) -> tuple[bytes, dict[str, Any], list[int]]:
    """Draw a post as a page shows it: an avatar, a name, the words, a button; with every word's rectangle."""
    box = [120, 400, width, 320]
    picture = Image.new("RGB", (width, box[3]), "white")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, width - 1, box[3] - 1), outline=(210, 210, 210))
    draw.ellipse((16, 16, 56, 56), fill=(200, 120, 60))
    font, words = ImageFont.load_default(18), []

    def put(line: str, x: int, y: int) -> None:
        for word in line.split():
            length = int(draw.textlength(word, font=font))
            if x + length > width - 20:
                x, y = 20, y + 30
            draw.text((x, y), word, fill=(20, 20, 20), font=font)
            words.append({"w": word, "k": [[box[0] + x, box[1] + y, length, 26]], "b": 1})
            x += length + 7

    put(author, 70, 24)
    put(text, 20, 80)
    put("Beantwoorden Delen", 20, 280)
    words.append({"w": "Elders", "k": [[5, 5, 60, 20]]})
    target = BytesIO()
    picture.save(target, "PNG")
    return target.getvalue(), {"schema": "handenaf/woorden/1", "breedte": 1366, "hoogte": 2000, "woorden": words}, box


def kept(folder: Path, name: str, content: bytes, media: str, role: str) -> EvidenceFile:
    return EvidenceFile(name=name, sha256=keep(folder, content), bytes=len(content), media_type=media, role=role)


def make_capture(folder: Path, case: Case, post: Post, number: int, reply: Callable[[str], bytes] | None) -> Capture:
    """Keep a capture as the browser would have made it, sealed before and after when there is an authority."""
    picture, words, box = draw_post(post.text, post.author_name)
    ident, nonce = f"00000000-0000-4000-8000-{number:012d}", "ab" * 16
    contents = [
        ("bericht.png", picture, "image/png", "post-screenshot"),
        ("venster.png", picture, "image/png", "screenshot"),
        ("bericht.txt", post.text.encode(), "text/plain", "text"),
        ("dom.html", f"<p>{post.text}</p>".encode(), "text/html", "html"),
        ("pagina.mhtml", post.text.encode(), "multipart/related", "mhtml"),
        ("pagina.wacz", b"PK" + post.text.encode(), "application/wacz", "archive"),
        ("woorden.json", canonical(words), "application/json", "words"),
    ]
    if reply:
        before = hashlib.sha256(f"{ident}\n{post.permalink}\n{nonce}\n".encode()).hexdigest()
        contents.append(("vooraf.tsr", reply(before), "application/timestamp-reply", "token-before"))
    report = Report(facts={
        "status": 200, "found": True, "title": "Draad 12", "window": [1366, 900], "final_url": post.permalink, "post_box": box, "post_css": "#post-3",
        "server_ip": "192.0.2.7", "browser": "Chromium 156", "headers": [["date", "Tue, 24 Nov 2026 09:30:00 GMT"]],
    })  # fmt: skip
    for name, content, media, role in contents:
        report.files[name] = kept(folder, name, content, media, role)
    report.actions += [
        {"tijd": NOW.isoformat(), "soort": "laden", "doel": "de pagina"},
        {"tijd": NOW.isoformat(), "soort": "schermafdruk", "doel": "venster"},
    ]
    report.limitations.append("Er is geen profiel van de schrijver vastgelegd.")
    ids = {
        "vastlegging_id": ident,
        "zaak_id": case.id,
        "url": post.permalink,
        "software": "handenaf 0.1.0",
        "post_sha256": "0" * 64,
    }
    document = manifest_of(report, ids=ids, when=(NOW, NOW + timedelta(seconds=5)), seen="visible")
    if reply:
        document["tijd"]["niet_voor"] = {"bestand": "vooraf.tsr", "nonce": nonce}
    manifest = canonical(document)
    files = [*report.files.values(), kept(folder, MANIFEST_NAME, manifest, "application/json", "manifest")]
    sha256 = files[-1].sha256
    if reply:
        batch = [hashlib.sha256(b"other").hexdigest(), sha256, hashlib.sha256(b"third").hexdigest()]
        for name, content in (
            ("tijdstempel-0.tsr", reply(sha256)),
            ("tijdstempel-1.tsr", reply(merkle.root(batch))),
            ("tijdstempel-1.pad.txt", merkle.path_to(batch, 1).encode()),
        ):
            files.append(kept(folder, name, content, "application/octet-stream", "token"))
    return Capture(
        id=ident, case_id=case.id, url=post.permalink, final_url=post.permalink, begun_at=NOW, ended_at=NOW + timedelta(seconds=5), visible="visible",
        files=tuple(files), limitations=tuple(report.limitations), manifest_sha256=sha256,
    )  # fmt: skip


def make_log(case: Case, reply: Callable[[str], bytes] | None) -> Excerpt:
    """Make a log of nine entries, five about the case, one of them later than the stamped head."""
    entries: list[AuditEntry] = []
    previous = "0" * 64
    for number in range(1, 10):
        about = case.id if number % 2 else "f" * 32
        bare = AuditEntry(sequence=number, at=NOW + timedelta(minutes=number), actor="fatima" if number > 2 else "system:watch", action="case.moved" if number > 1 else "case.opened",
                          subject=about, detail="to_review", previous=previous, digest="")  # fmt: skip
        entries.append(replace(bare, digest=entry_digest(bare)))
        previous = entries[-1].digest
    stamped = [entry.digest for entry in entries[:8]]
    head = canonical(
        {
            "schema": "handenaf/logkop/1",
            "dag": "2026-11-24",
            "volgnummer": 8,
            "kop": stamped[-1],
            "wortel": merkle.root(stamped),
        }
    )
    lines = tuple(
        LogLine(entry=entry, hashed=hashed(entry), path=merkle.path_to(stamped, entry.sequence - 1) if entry.sequence <= 8 else None)
        for entry in entries
        if entry.subject == case.id
    )  # fmt: skip
    stamps = {"tijdstempel-0.tsr": reply(hashlib.sha256(head).hexdigest())} if reply else {}
    return Excerpt(lines=lines, head=head, stamps=stamps)


def make_case(folder: Path, reply: Callable[[str], bytes] | None, text: str = TEXT, **about_post: str) -> CaseFacts:
    """Make a whole case about a fictional person, with its captures in the evidence folder."""
    person = Person(
        id="p1",
        display_name="Truus Voorbeeld",
        organisation="Jeugdhulp Voorbeeldstad",
        role="jeugdbeschermer",
        surname="Voorbeeld",
    )
    facts: dict[str, Any] = {
        "source": "dorpsforum", "permalink": "https://forum.example/t/12#post-3", "platform_id": "3", "author_name": "Boze Wolf", "author_handle": "bozewolf",
        "posted_at_literal": "gisteravond", "posted_at_how": "relative text", "language": "nl",
    }  # fmt: skip
    post = Post(
        text=text, fetched_at=NOW - timedelta(hours=3), posted_at=NOW - timedelta(hours=9), **(facts | about_post)
    )
    mention = Mention(
        post_id=post.id, person_id=person.id, start=4, end=19, quote="Truus Voorbeeld", score=0.98, band=Band.CERTAIN
    )
    verdict = Verdict(mention_id=mention.id, post_id=post.id, person_id=person.id, scores={Label.THREAT: 0.93, Label.DOXXING: 0.88}, labels=(Label.THREAT, Label.DOXXING),
                      phrases=(), urgency=Urgency.ACUTE, model="proefmodel", policy="1", judged_at=NOW)  # fmt: skip
    case = Case(place=post.place, post_id=post.id, person_id=person.id, mention_id=mention.id, verdict_id=verdict.id, urgency=Urgency.ACUTE, state=CaseState.SENT,
                opened_at=NOW - timedelta(hours=2))  # fmt: skip
    notice = Notice(id="a" * 32, case_id=case.id, channel="mail", recipient="abuse@forum.example", language="nl", subject="Melding van een onrechtmatig bericht",
                    body=f"Geachte moderator,\n\nHet bericht noemt {CHILD} en {STREET}. Verwijder het.\n", urls=(post.permalink,), explanation="Bedreigend.", notifier_name="Jeugdhulp Voorbeeldstad",
                    notifier_email="meldpunt@voorbeeldstad.example", good_faith=True, drafted_by="karel", drafted_at=NOW + timedelta(minutes=20))  # fmt: skip
    return CaseFacts(
        case=case, post=post, person=person, verdict=verdict, captures=tuple(make_capture(folder, case, post, number, reply) for number in (1, 2)),
        judgements=(Judgement(id="j", case_id=case.id, answer=Answer.POSITIVE, reason=f"Naam en werk kloppen; noemt ook {STRANGER}", by="fatima", at=NOW + timedelta(minutes=5)),),
        decisions=(Decision(id="d", case_id=case.id, choice=Choice.ACT, reason="Bedreigend", by="karel", at=NOW + timedelta(minutes=9)),),
        notices=(notice,), receipts=(Receipt(notice_id=notice.id, channel="mail", reference="<1@forum>", sent_at=NOW + timedelta(minutes=30)),),
        responses=(Response(id="r", case_id=case.id, kind="acknowledged", text="Wij kijken ernaar.", at=NOW + timedelta(minutes=40), by="karel"),),
        log=make_log(case, reply), review=review_of(post),
    )  # fmt: skip


def review_of(post: Post) -> MaskReview:
    """Answer every suggested mark with yes, as a careful reviewer would."""
    marks = []
    for words, kind in ((CHILD, "minderjarige"), (STRANGER, "derde"), (STREET, "adres"), (PHONE, "telefoon")):
        start = post.text.find(words)
        if start >= 0:
            marks.append(Mark(start=start, end=start + len(words), kind=kind, masked=True))
    return MaskReview(post_id=post.id, by="lieke", at=NOW, marks=tuple(marks), words=(STRANGER,), shown=SHOWN)


@dataclass
class Workplace:
    """A case and where its evidence lies."""

    folder: Path
    facts: CaseFacts
    sealing: Sealing = field(default_factory=lambda: NO_SEALING)
    number: int = 0

    def bundle(self, edition: Edition = Edition.FULL, **changes: Any) -> Path:
        """Make a bundle and give its ZIP."""
        self.number += 1
        out = self.folder.parent / f"bundel-{self.number}-{edition}.zip"
        make_bundle(
            replace(self.facts, **changes),
            self.folder,
            out,
            made_at=NOW + timedelta(hours=1),
            made_by="karel",
            edition=edition,
            sealing=self.sealing,
        )
        return out


@pytest.fixture(scope="session")
def workplace(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Workplace:
    """Give a case, stamped in every way there is."""
    folder = tmp_path_factory.mktemp("plek") / "evidence"
    return Workplace(folder, make_case(folder, authority.reply), Sealing(stamp=authority.stamp))


Unpack = Callable[[Path, Path], Path]


def unpack(path: Path, folder: Path) -> Path:
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    return folder


@dataclass
class Checkers:
    """The three independent checkers, each the copy of the source, not the one in the bundle."""

    page: Page
    threads: ThreadPoolExecutor
    own: Path

    def python(self, folder: Path, roots: Path | None = None) -> dict[int, bool]:
        return {check.number: check.ok for check in verify(folder, roots=roots).checks if check.number < 10}

    def shell(self, folder: Path, roots: Path | None = None) -> dict[int, bool]:
        done = subprocess.run(
            ["sh", self.own / "controleer.sh", roots or "-", folder], capture_output=True, text=True, check=False
        )
        steps = {
            int(line[0]): line.startswith(f"{line[0]}. goed") for line in done.stdout.splitlines() if line[:1].isdigit()
        }
        assert (done.returncode == 0) == all(steps.values()) == ("UITSLAG: IN ORDE" in done.stdout), (
            done.stdout + done.stderr
        )
        assert len(steps) == 9, done.stdout + done.stderr
        return steps

    def shell_says(self, folder: Path) -> str:
        """Give all that the shell script prints, which must be UTF-8."""
        done = subprocess.run(["sh", self.own / "controleer.sh", "-", folder], capture_output=True, check=False)
        return (done.stdout + done.stderr).decode("utf-8")

    def in_browser(self, act: Callable[[Page], Any]) -> Any:
        """Do something with the page, in the thread that owns it."""
        return self.threads.submit(act, self.page).result()

    def browser(self, folder: Path, roots: Path | None = None) -> dict[int, bool]:
        told: dict[int, bool] = self.in_browser(lambda page: self._read(page, folder, roots))
        return told

    def _read(self, page: Page, folder: Path, roots: Path | None) -> dict[int, bool]:
        page.goto((self.own / "controleer.html").as_uri())
        if roots:
            page.set_input_files("#wortels", sorted(roots.iterdir()))
        page.set_input_files("#bundel", folder)
        page.wait_for_selector("body[data-stappen]", timeout=30_000)
        steps = json.loads(page.get_attribute("body", "data-stappen") or "")
        told = {step["nummer"]: not step["fouten"] for step in steps}
        assert ("NIET" not in page.inner_text("#uitslag")) == all(told.values())
        return told

    def all(self, folder: Path, roots: Path | None = None) -> dict[str, dict[int, bool]]:
        return {
            "python": self.python(folder, roots),
            "shell": self.shell(folder, roots),
            "browser": self.browser(folder, roots),
        }


@pytest.fixture(scope="session")
def browser_page() -> Iterator[tuple[Page, ThreadPoolExecutor]]:
    """Give a page of a Chromium without network, and the one thread that may use it.

    In a thread of its own, since Playwright leaves a running event loop in the thread that starts it, and pyHanko then
    can't start one there: every later test of this process would fail.
    """
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not found:
        pytest.skip("no Chromium is installed; `make setup` finds or gets one")

    def start() -> tuple[Playwright, Browser, Page]:
        play = sync_playwright().start()
        browser = play.chromium.launch(executable_path=found, args=["--no-sandbox"])
        return play, browser, browser.new_context(offline=True).new_page()

    def stop() -> None:
        browser.close()
        play.stop()

    with ThreadPoolExecutor(1) as threads:
        play, browser, page = threads.submit(start).result()
        yield page, threads
        threads.submit(stop).result()


@pytest.fixture
def checkers(browser_page: tuple[Page, ThreadPoolExecutor]) -> Checkers:
    return Checkers(*browser_page, Path(takedown.evidence.__file__).parent)


@pytest.fixture(scope="session")
def unpacked() -> Unpack:
    return unpack  # as a fixture, since tests can't import from one another
