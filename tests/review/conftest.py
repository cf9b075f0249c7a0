"""A desk with fictional people and posts, on a real state.db, with takedown's own letters, bundles and mail."""

import io
import re
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient
from PIL import Image, ImageDraw

from review import Desk, create_app
from takedown.channels import ChannelConfig, find_channels
from takedown.evidence.bundle import make_bundle
from takedown.evidence.editions import Edition
from takedown.evidence.facts import CaseFacts
from takedown.evidence.files import canonical, keep
from takedown.evidence.manifest import MANIFEST_NAME, Report, manifest_of
from takedown.evidence.mask_store import read_review
from takedown.notices import Notifier, check_notice, draft
from takedown.sending import send
from warehouse import (
    Approval,
    Band,
    Bundle,
    Capture,
    Case,
    CaseState,
    CrawlEnd,
    EvidenceFile,
    Fetch,
    Label,
    Mention,
    Notice,
    Person,
    Phrase,
    Post,
    Reason,
    Receipt,
    Role,
    Source,
    State,
    Urgency,
    User,
    Verdict,
    open_state,
)

if TYPE_CHECKING:
    from httpx2 import Response  # what the test client answers with

PASSWORD = "een korte zin is beter"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
START = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)

PEOPLE = (
    Person(id="p1", display_name="Sanne Verhoeven", call_name="Sanne", surname="Verhoeven", organisation="Jeugdhulp Noorderlicht", town="Assen", role="jeugdbeschermer"),
    Person(id="p2", display_name="Mehmet Kaya", call_name="Mehmet", surname="Kaya", organisation="Jeugdhulp Noorderlicht", town="Emmen", role="gezinsvoogd", handles=("@mkaya",)),
    Person(id="p3", display_name="Ilse de Groot", call_name="Ilse", surname="Groot", tussenvoegsel="de", organisation="Jeugdhulp Noorderlicht", town="Groningen", role="teamleider", aliases=("ilse",)),
)  # fmt: skip

USERS = (
    User(login="roos", name="Roos Bakker", role=Role.REVIEWER, password_hash=CHEAP),
    User(login="daan", name="Daan Mulder", role=Role.REVIEWER, password_hash=CHEAP),
    User(login="lieke", name="Lieke Postma", role=Role.LEGAL, password_hash=CHEAP),
    User(login="wim", name="Wim Terpstra", role=Role.LEGAL, password_hash=CHEAP, language="en"),
    User(login="admin", name="Anouk Beheer", role=Role.ADMIN, password_hash=CHEAP),
    User(login="ilse", name="Ilse de Groot", role=Role.REVIEWER, password_hash=CHEAP),
)

SOURCES = (
    Source(name="ouderforum", kind="forum", address="https://ouderforum.example/", purpose="Hier wordt over medewerkers geschreven.", language="nl", every_minutes=720, least_posts=5, most_posts=5000, channel="mail", notice_to="abuse@ouderforum.example"),
    Source(name="klaagmuur", kind="wordpress", address="https://klaagmuur.example/", purpose="Klachtensite met namen van medewerkers.", language="nl", every_minutes=1440, least_posts=5, most_posts=2000),
    Source(name="mastodon-nl", kind="mastodon", address="https://mast.example/", purpose="Openbare tijdlijn.", language="nl", every_minutes=60, least_posts=1, most_posts=900),
)  # fmt: skip

POSTS: Sequence[tuple[str, str, str, str, dict[Label, float], dict[Label, str], Urgency]] = (
    ("p1", "ouderforum", "boze_vader77", "Die Sanne Verhoeven van Noorderlicht komt hier niet meer weg. Ik weet hoe laat ze naar haar auto loopt in Assen en dan sta ik er. Iedereen mag weten wat ze onze kinderen aandoet.", {Label.THREAT: 0.94, Label.INCITEMENT: 0.31, Label.DOXXING: 0.22, Label.DEFAMATION: 0.18, Label.INSULT: 0.12, Label.CRITICISM: 0.04}, {Label.THREAT: "Ik weet hoe laat ze naar haar auto loopt in Assen en dan sta ik er"}, Urgency.ACUTE),
    ("p2", "klaagmuur", "anoniem", "Mehmet Kaya krijgt geld voor elk kind dat hij uit huis plaatst. Gewoon een kinderhandelaar met een lease-auto.", {Label.DEFAMATION: 0.91, Label.INSULT: 0.57, Label.THREAT: 0.05, Label.INCITEMENT: 0.09, Label.DOXXING: 0.02, Label.CRITICISM: 0.11}, {Label.DEFAMATION: "krijgt geld voor elk kind dat hij uit huis plaatst", Label.INSULT: "kinderhandelaar"}, Urgency.NORMAL),
    ("p1", "mastodon-nl", "@waarheid@mast.example", "Wie weet waar Sanne Verhoeven woont? Ze rijdt in een grijze Polo, kenteken heb ik. Deel dit en ga langs!", {Label.DOXXING: 0.88, Label.INCITEMENT: 0.83, Label.THREAT: 0.41, Label.DEFAMATION: 0.03, Label.INSULT: 0.06, Label.CRITICISM: 0.03}, {Label.DOXXING: "Ze rijdt in een grijze Polo, kenteken heb ik", Label.INCITEMENT: "Deel dit en ga langs"}, Urgency.HIGH),
    ("p2", "ouderforum", "moedervan3", "Meneer Kaya heeft ons rapport drie keer herschreven zonder met ons te praten. Onbekwaam, en dat zeg ik ook bij de tuchtrechter. Mehmet Kaya, wij zien u daar.", {Label.INSULT: 0.52, Label.CRITICISM: 0.47, Label.THREAT: 0.14, Label.INCITEMENT: 0.02, Label.DOXXING: 0.01, Label.DEFAMATION: 0.2}, {Label.INSULT: "Onbekwaam"}, Urgency.NORMAL),
    ("p3", "klaagmuur", "anoniem", "Ilse de Groot is een NSB'er, niets meer.", {Label.INSULT: 0.93, Label.THREAT: 0.04, Label.INCITEMENT: 0.03, Label.DOXXING: 0.01, Label.DEFAMATION: 0.22, Label.CRITICISM: 0.05}, {Label.INSULT: "NSB'er"}, Urgency.NORMAL),
)  # fmt: skip


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    at: datetime = START

    def __call__(self) -> datetime:
        """Give the time, a millisecond later at each look, so that the order of things shows."""
        self.at += timedelta(milliseconds=1)
        return self.at


@dataclass
class Town:
    """The desk, its clock, and what it sent."""

    desk: Desk
    clock: Clock
    cases: list[Case]
    sent: list[Notice] = field(default_factory=list)

    @property
    def state(self) -> State:
        """The state behind the desk."""
        return self.desk.state

    def add(self, text: str, scores: dict[Label, float], phrases: dict[Label, str], urgency: Urgency) -> Case:
        """Open one more case, about the first person."""
        at, number = self.clock(), 90 + len(self.cases)
        return add_case(self.state, self.desk.evidence, PEOPLE[0], "ouderforum", "nn", text, scores, phrases, urgency, at, number)  # fmt: skip


def add_case(state: State, evidence: Path, person: Person, source: str, author: str, text: str, scores: dict[Label, float],
             phrases: dict[Label, str], urgency: Urgency, at: datetime, number: int, *, captured: bool = True) -> Case:  # fmt: skip
    """Store one post with its mention, verdict, case and (real, drawn) screenshot."""
    link = f"https://{source}.example/bericht/{number}"
    post = Post(source=source, permalink=link, platform_id=str(number), text=text, fetched_at=at, author_handle=author,
                author_name=author, posted_at=at - timedelta(hours=5), posted_at_literal="vandaag", posted_at_how="absolute text", language="nl")  # fmt: skip
    start = max(text.find(person.display_name), 0)
    mention = Mention(post_id=post.id, person_id=person.id, start=start, end=start + len(person.display_name), quote=person.display_name, score=0.97, band=Band.CERTAIN,
                      reasons=(Reason(feature="first_name", words=person.call_name.lower(), weight=2.36), Reason(feature="own_org", words="noorderlicht", weight=2.51), Reason(feature="care_post", words="kinderen", weight=0.48)))  # fmt: skip
    state.crawls.store(
        [Fetch(source=source, url=link, kind="thread", status=200, fetched_at=at, outcome="new")],
        searched=[post], found=[mention], roster="r", every_minutes=60, at=at,
    )  # fmt: skip
    spans = tuple(
        Phrase(start=text.find(words), end=text.find(words) + len(words), label=label)
        for label, words in phrases.items()
    )
    labels = tuple(label for label, score in scores.items() if score >= 0.5)
    doubts = () if labels else tuple(label for label, score in scores.items() if score >= 0.3)
    verdict = Verdict(mention_id=mention.id, post_id=post.id, person_id=person.id, scores=scores, labels=labels, phrases=spans, urgency=urgency, model="e5-small 0123456789ab", policy="1", judged_at=at, doubts=doubts)  # fmt: skip
    state.posts.add_verdicts([verdict])
    case = Case(place=post.place, post_id=post.id, person_id=person.id, mention_id=mention.id, verdict_id=verdict.id, urgency=urgency, state=CaseState.FOUND, opened_at=at)  # fmt: skip
    state.cases.weigh([case], {verdict.id: "case"}, at=at, by="system:watch")
    if captured:
        state.papers.add_capture(capture_of(case, link, evidence, text, at), by="system:watch")
        state.cases.move(case.id, version=0, to=CaseState.TO_REVIEW, by="system:watch", reason="captured", at=at)
    return state.cases.one(case.id)


def capture_of(case: Case, link: str, evidence: Path, text: str, at: datetime) -> Capture:
    """Draw a page, keep it as the screenshot, and keep the text beside it."""
    picture = Image.new("RGB", (900, 520), "#fbfbf8")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, 900, 64), fill="#3d5a80")
    pen.text((24, 24), link, fill="white")
    for place, start in enumerate(range(0, min(len(text), 700), 90)):
        pen.text((40, 110 + place * 30), text[start : start + 90], fill="#222222")
    out = io.BytesIO()
    picture.save(out, "PNG")
    files = (
        ("screenshot.png", out.getvalue(), "image/png", "screenshot"),
        ("page.html", f"<script>alert(1)</script>{text}".encode(), "text/html", "html"),
    )
    kept = tuple(
        EvidenceFile(name=name, sha256=keep(evidence, content), bytes=len(content), media_type=kind, role=role)
        for name, content, kind, role in files
    )
    capture_id = uuid4().hex
    ids = {"vastlegging_id": capture_id, "zaak_id": case.id, "url": link, "software": "test", "post_sha256": "0" * 64}
    manifest = canonical(
        manifest_of(Report(files={one.name: one for one in kept}), ids=ids, when=(at, at), seen="visible")
    )
    manifest_file = EvidenceFile(
        name=MANIFEST_NAME,
        sha256=keep(evidence, manifest),
        bytes=len(manifest),
        media_type="application/json",
        role="manifest",
    )
    return Capture(id=capture_id, case_id=case.id, url=link, final_url=link, begun_at=at, ended_at=at + timedelta(seconds=4), visible="visible", files=(*kept, manifest_file),
                   limitations=("no trusted timestamp: no authority is set",), manifest_sha256=manifest_file.sha256)  # fmt: skip


@dataclass
class Mailing:
    """Where letters go: an SMTP server's port, once there is one."""

    port: int = 0


def build_town(folder: Path, mailing: Mailing | None = None, *, case_count: int = len(POSTS)) -> Town:
    """Build the desk in a folder."""
    state, evidence, clock = open_state(f"sqlite:///{folder / 'state.db'}"), folder / "evidence", Clock()
    for user in USERS:
        state.users.put(user, at=START, by="setup")
    state.people.replace(PEOPLE, at=START, by="setup")
    by_id = {person.id: person for person in PEOPLE}
    cases = [
        add_case(state, evidence, by_id[who], source, author, text, scores, phrases, urgency, START - timedelta(hours=3 + 7 * number), number)
        for number, (who, source, author, text, scores, phrases, urgency) in enumerate(POSTS[:case_count])
    ]  # fmt: skip
    for name, outcome, message in (
        ("ouderforum", "ok", ""),
        ("klaagmuur", "unchanged", ""),
        ("mastodon-nl", "failed", "The server answered 500 three times; look again tomorrow."),
    ):
        run = state.crawls.begin(name, at=START - timedelta(hours=4))
        end = CrawlEnd(source=name, outcome=outcome, message=message, requests=12, posts=40)
        state.crawls.end(run, end, mentions_found=3, at=START - timedelta(hours=3, minutes=50))
    town = Town(desk=_desk(state, evidence, clock, mailing or Mailing(), folder), clock=clock, cases=cases)
    town.desk = replace(town.desk, send=_noting(town))
    return town


def _noting(town: Town) -> Callable[[Notice, Sequence[Approval]], Receipt]:
    real = town.desk.send

    def send_and_note(notice: Notice, approvals: Sequence[Approval]) -> Receipt:
        receipt = real(notice, approvals)
        town.sent.append(notice)
        return receipt

    return send_and_note


def _desk(state: State, evidence: Path, clock: Clock, mailing: Mailing, folder: Path) -> Desk:
    """Wire takedown's real functions, as flows does."""
    notifier = Notifier(name="Jeugdhulp Noorderlicht", email="meldpunt@noorderlicht.example", phone="050-0000000")

    def draft_notice(case_id: str, language: str, by: str, explanation: str, channel: str) -> Notice:
        case = state.cases.one(case_id)
        post, verdict, person = (
            state.posts.one(case.post_id),
            state.posts.verdict(case.verdict_id),
            state.people.one(case.person_id),
        )
        assert post
        assert verdict
        assert person
        return draft(case, post, person, verdict, state.papers.captures(case_id), notifier=notifier, language=language, channel=channel,
                     recipient="abuse@ouderforum.example", explanation=explanation, now=clock(), by=by)  # fmt: skip

    def hand_over(notice: Notice, approvals: Sequence[Approval]) -> Receipt:
        config = ChannelConfig(address=f"127.0.0.1:{mailing.port}", plain_loopback=True, folder=folder, timeout_s=5)
        return send(
            notice, approvals, find_channels()[notice.channel], config, state.papers.receipt(notice.id), now=clock()
        )

    def edition(case_id: str, by: str, name: str) -> tuple[Bundle, Path]:
        case = state.cases.one(case_id)
        post, verdict, person = (
            state.posts.one(case.post_id),
            state.posts.verdict(case.verdict_id),
            state.people.one(case.person_id),
        )
        assert post
        assert verdict
        assert person
        facts = CaseFacts(
            case=case, post=post, person=person, verdict=verdict, captures=state.papers.captures(case_id), review=read_review(evidence, case_id)
        )  # fmt: skip
        out = Path(tempfile.mkdtemp(dir=evidence)) / "x.zip"
        return make_bundle(facts, evidence, out, made_at=clock(), made_by=by, edition=Edition(name)), out

    def recapture(case_id: str) -> None:
        case = state.cases.one(case_id)
        post = state.posts.one(case.post_id)
        assert post
        state.papers.add_capture(capture_of(case, post.permalink, evidence, post.text, clock()), by="desk")

    return Desk(
        state=state, evidence=evidence, now=clock, organisation="Jeugdhulp Noorderlicht", mailbox="meldpunt@noorderlicht.example", phone="050-0000000",
        draft_notice=draft_notice, send=hand_over, make_edition=edition, recapture=recapture, missing_fields=check_notice, channels=("mail", "sheet"),
        sources=lambda: SOURCES, support={"Slachtofferhulp Nederland": "0900-0101"},
    )  # fmt: skip


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """Give a fresh desk."""
    built = build_town(tmp_path)
    yield built
    built.state.close()


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Callable[[int], Town]]:
    """Make a desk whose letters go to a mail server on this port of 127.0.0.1."""
    built: list[Town] = []

    def make(port: int) -> Town:
        built.append(build_town(tmp_path, Mailing(port)))
        return built[-1]

    yield make
    for one in built:
        one.state.close()


@dataclass
class Colleague:
    """A colleague at the desk without a browser: a signed-in client that sends the page's token along, as a form does."""

    client: TestClient
    login: str

    def get(self, path: str, **more: Any) -> "Response":
        """Open a page."""
        return self.client.get(path, **more)

    def token(self) -> str:
        """Read the token from a page."""
        found = re.search(r'name="token" value="([^"]+)"', self.client.get("/account").text)
        assert found
        return found[1]

    def post(self, path: str, **fields: object) -> "Response":
        """Send a form."""
        return self.client.post(path, data={"token": self.token()} | fields)


Enter = Callable[[str], Colleague]


@pytest.fixture
def enter(town: Town) -> Enter:
    """Sign somebody in, each in a client of her own, on one application."""
    app = create_app(town.desk)

    def sign_in(login: str) -> Colleague:
        client = TestClient(app, base_url="http://desk.test", follow_redirects=False, raise_server_exceptions=False)
        knock = re.search(r'name="token" value="([^"]+)"', client.get("/login").text)
        assert knock
        answer = client.post("/login", data={"token": knock[1], "login": login, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return Colleague(client=client, login=login)

    return sign_in


@pytest.fixture
def serve() -> Iterator[Callable[[Desk], str]]:
    """Serve desks by real uvicorns on free ports of 127.0.0.1."""
    import uvicorn

    running: list[tuple[uvicorn.Server, threading.Thread]] = []

    def start(desk: Desk) -> str:
        server = uvicorn.Server(uvicorn.Config(create_app(desk), host="127.0.0.1", port=0, log_level="warning"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            thread.join(0.02)
            assert thread.is_alive()
        running.append((server, thread))
        return f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"

    yield start
    for server, thread in running:
        server.should_exit = True
        thread.join(10)
