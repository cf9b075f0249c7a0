"""A fresh state database, and makers of fictional records."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from warehouse import (
    Band,
    Capture,
    Case,
    CaseState,
    Fetch,
    Label,
    Mention,
    Notice,
    Person,
    Phrase,
    Post,
    Reason,
    State,
    Urgency,
    Verdict,
    open_state,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PROGRAMS = Path(__file__).parent / "programs"


class Make:
    """Makes records that fit together; every argument that isn't given has a plain value."""

    noon = NOON

    def at(self, minutes: float) -> datetime:
        """Give the time so many minutes after noon."""
        return NOON + timedelta(minutes=minutes)

    def person(self, key: str = "p1", name: str = "Sanne Veldkamp") -> Person:
        """Make somebody on the roster."""
        return Person(id=key, display_name=name)

    def post(self, text: str = "Sanne Veldkamp moet weg", *, place: str = "1", minutes: float = 0) -> Post:
        """Make a post at a place of the forum."""
        link = f"https://forum.example/{place}"
        return Post(
            source="forum",
            permalink=link,
            platform_id=place,
            text=text,
            fetched_at=self.at(minutes),
            author_handle="boze_buur",
        )

    def mention(self, post: Post, person: str = "p1", *, start: int = 0) -> Mention:
        """Make a mention of a person at the start of a post."""
        reason = Reason(feature="full name", words=post.text[:5], weight=1.0)
        quote = post.text[start : start + 5]
        return Mention(
            post_id=post.id,
            person_id=person,
            start=start,
            end=start + 5,
            quote=quote,
            score=0.9,
            band=Band.CERTAIN,
            reasons=(reason,),
        )

    def verdict(
        self,
        mention: Mention,
        *,
        urgency: Urgency = Urgency.NORMAL,
        label: Label = Label.THREAT,
        model: str = "m",
        minutes: float = 1,
    ) -> Verdict:
        """Make a verdict with one label."""
        return Verdict(
            mention_id=mention.id,
            post_id=mention.post_id,
            person_id=mention.person_id,
            scores={label: 0.8},
            labels=(label,),
            phrases=(Phrase(start=0, end=3, label=label),),
            urgency=urgency,
            model=model,
            policy="1",
            judged_at=self.at(minutes),
        )

    def case(self, post: Post, verdict: Verdict, *, minutes: float = 2) -> Case:
        """Make the case of a post and the verdict's person."""
        return Case(
            place=post.place,
            post_id=post.id,
            person_id=verdict.person_id,
            mention_id=verdict.mention_id,
            verdict_id=verdict.id,
            urgency=verdict.urgency,
            state=CaseState.FOUND,
            opened_at=self.at(minutes),
        )

    def fetch(self, url: str, *posts: Post, outcome: str = "new", **values: object) -> Fetch:
        """Make a look at a page."""
        plain = Fetch(
            source="forum", url=url, kind="thread", status=200, fetched_at=NOON, outcome=outcome, posts=tuple(posts)
        )
        return replace(plain, **values)  # type: ignore[arg-type]

    def keep(self, state: State, *posts: Post, people: tuple[str, ...] = ("p1",), minutes: float = 0) -> list[Mention]:
        """Store posts that name these people, as a crawl does."""
        found = [self.mention(post, person) for post in posts for person in people]
        state.crawls.store(
            [self.fetch(posts[0].thread or "https://forum.example/", *posts)],
            searched=posts,
            found=found,
            roster=state.people.fingerprint(),
            every_minutes=60,
            at=self.at(minutes),
        )
        return found

    def open(self, state: State, post: Post | None = None, **values: object) -> Case:
        """Take a post all the way to an open case, and give the case as it is kept."""
        post = post or self.post()
        (mention,) = self.keep(state, post)
        verdict = self.verdict(mention, **values)  # type: ignore[arg-type]
        state.posts.add_verdicts([verdict])
        case = self.case(post, verdict)
        state.cases.weigh([case], {verdict.id: "case"}, at=self.at(2), by="system:test")
        return state.cases.one(case.id)

    def notice(self, case: Case, *, by: str = "vera") -> Notice:
        """Make a drafted notice about a case."""
        return Notice(
            id=f"n-{case.id[:6]}-{by}",
            case_id=case.id,
            channel="mail",
            recipient="abuse@forum.example",
            language="nl",
            subject="Melding",
            body="Geachte heer",
            urls=("https://forum.example/1",),
            explanation="bedreiging",
            notifier_name="Veilig Werk",
            notifier_email="meldpunt@veiligwerk.example",
            good_faith=True,
            drafted_by=by,
            drafted_at=self.at(10),
        )

    def capture(self, case: Case, *, key: str = "c1", minutes: float = 3) -> Capture:
        """Make a capture of a case's page without files."""
        return Capture(
            id=key,
            case_id=case.id,
            url="https://forum.example/1",
            final_url="https://forum.example/1",
            begun_at=self.at(minutes),
            ended_at=self.at(minutes + 1),
            visible="visible",
            files=(),
            limitations=(),
            manifest_sha256="0" * 64,
        )


@pytest.fixture
def make() -> Make:
    """Give the maker of records."""
    return Make()


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Give the address of a state database that isn't there yet."""
    return f"sqlite:///{tmp_path / 'state.db'}"


@pytest.fixture
def state(url: str) -> Iterator[State]:
    """Give an open, empty state database."""
    with open_state(url) as opened:
        yield opened


Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start one of `programs/` with arguments; what still runs at the end is killed."""
    running: list[subprocess.Popen[str]] = []

    def begin(program: str, *arguments: object) -> "subprocess.Popen[str]":
        words = [sys.executable, str(PROGRAMS / f"{program}.py"), *map(str, arguments)]
        child = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        running.append(child)
        return child

    yield begin
    for child in running:
        if child.poll() is None:
            child.kill()
        child.communicate()
