"""Decisions become examples, a worse model is refused, drift is read off the stores."""

import shutil
from pathlib import Path

import pytest
from rich.console import Console

from classify.harm.train.decisions import Decided, write_decided
from flows.clock import now
from flows.commands import learning
from flows.errors import FlowError
from flows.judging import judge_new, open_cases
from flows.loading import load
from flows.look import find_named
from flows.open_house import finder_of, opened
from flows.settings import FILE, Settings, read_settings
from warehouse import HARMS, Answer, CaseState, Choice, Decision, Fetch, Judgement, Label, Person, Post, content_id

HARM = Path(__file__).parents[1] / "classify/harm"


ANNA = Person(
    id="anna", display_name="Anna Bosveld", given_names="Anna", surname="Bosveld", organisation="Jeugdhulp Oost"
)
TEXTS = ("Ik weet waar Anna Bosveld van Jeugdhulp Oost woont.", "Anna Bosveld van Jeugdhulp Oost belt nooit terug.")


@pytest.fixture
def with_tiny(tmp_path: Path) -> Settings:
    """Make a folder whose model in use is the tiny one, which calls everything every harm."""
    (tmp_path / FILE).write_text(f'model = "{HARM / "tiny"}"\npolicy = "{HARM / "everything.toml"}"\n', "utf-8")
    return read_settings(tmp_path)


@pytest.fixture
def judged_home(with_tiny: Settings) -> Settings:
    """Fill it with two posts about one person, judged, a case opened on each."""
    posts = [
        Post(
            source="s",
            permalink=f"https://example.org/{n}",
            platform_id=str(n),
            text=text,
            fetched_at=now(),
            language="nl",
        )
        for n, text in enumerate(TEXTS)
    ]
    page = Fetch(
        source="s",
        url="https://example.org",
        kind="start",
        status=200,
        fetched_at=now(),
        outcome="new",
        posts=tuple(posts),
    )
    with opened(with_tiny) as state:
        state.people.replace([ANNA], at=now(), by="system:test")
        found = find_named(finder_of(state), posts)
        roster = state.people.fingerprint()
        state.crawls.store([page], searched=posts, found=found, roster=roster, every_minutes=60, at=now())
    judge_new(str(with_tiny.home))
    assert open_cases(str(with_tiny.home)) == 2
    return with_tiny


def decide(settings: Settings, *choices: Choice) -> None:
    """Answer about the first cases: it is her, and then these choices, a case each."""
    with opened(settings) as state:
        for case, choice in zip(state.cases.of_states([CaseState.FOUND]), choices, strict=False):
            judgement = Judgement(
                id=content_id("j", case.id), case_id=case.id, answer=Answer.POSITIVE, reason="", by="a", at=now()
            )
            judged = state.cases.judge(judgement, version=case.version, author_handle="", host="")
            decision = Decision(
                id=content_id("d", case.id), case_id=case.id, choice=choice, reason="", by="a", at=now()
            )
            to = CaseState.UNLAWFUL if choice is Choice.ACT else CaseState.LAWFUL
            state.cases.decide(decision, version=judged.version, to=to)


def test_decisions_become_examples_with_every_name_masked(judged_home: Settings) -> None:
    decide(judged_home, Choice.ACT, Choice.LEAVE)
    with opened(judged_home) as state:
        found = list(learning.decided_posts(state))
    assert sorted(one.known[Label.THREAT] for one in found) == [False, True]
    assert {one.known.get(Label.CRITICISM) for one in found} == {False, None}
    assert {one.text for one in found} == {text.replace("Anna Bosveld", "[TARGET]") for text in TEXTS}


def test_exporting_needs_no_torch_and_few_decisions_are_refused(judged_home: Settings) -> None:
    decide(judged_home, Choice.ACT)
    learning.train_model(from_decisions=True, export_only=True, home=judged_home.home)
    assert len((judged_home.home / "learning/decisions.jsonl").read_text("utf-8").splitlines()) == 1
    with pytest.raises(FlowError, match="too few"):
        learning.train_model(from_decisions=True, home=judged_home.home)


def test_without_torch_a_sentence_says_what_to_install(with_tiny: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "find_spec", lambda _name: None)
    with pytest.raises(FlowError, match=r"torch and onnx: pip install"):
        learning.train_model(home=with_tiny.home)


def new_model(settings: Settings, *, deaf: bool) -> tuple[Path, Path]:
    """Give a tiny model as if it had been trained, beside decisions."""
    new = settings.home / "learning/new"
    shutil.copytree(HARM / "tiny", new)
    policy = (HARM / "everything.toml").read_text("utf-8")
    (new / "policy.toml").write_text(policy.replace("= 0.0", "= 1.0") if deaf else policy, "utf-8")
    examples = new.parent / "decisions.jsonl"
    write_decided(examples, [Decided(id=str(n), text="x", known=dict.fromkeys(HARMS, False)) for n in range(30)])
    return new, examples


def test_a_worse_model_is_thrown_away_and_said_why(with_tiny: Settings) -> None:
    new, examples = new_model(with_tiny, deaf=True)
    with pytest.raises(FlowError, match=r"old one stays. harm found on the first test set: 1\.000 → 0\.000"):
        learning.accept_or_refuse(with_tiny, new, examples, Console(quiet=True))
    assert not new.exists()
    assert "worse" in (new.parent / "report.md").read_text("utf-8")


def test_a_model_that_is_no_worse_is_kept_and_how_to_use_it_said(
    with_tiny: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    new, examples = new_model(with_tiny, deaf=False)
    learning.accept_or_refuse(with_tiny, new, examples, Console(width=300))
    assert (new.parent / "model/policy.toml").is_file()
    assert not new.exists()
    assert f'model = "{new.parent / "model"}"' in capsys.readouterr().out


def test_drift_is_read_off_the_stores(
    judged_home: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    load(str(judged_home.home))
    learning.drift(home=judged_home.home)
    said = capsys.readouterr().out
    assert f"{now():%Y-%m}" in said
    assert "100%" in said, "the judge called every post every harm"
