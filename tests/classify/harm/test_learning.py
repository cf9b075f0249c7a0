"""What decisions teach, whether a new model is worse, and whether the world changed; without torch."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from classify.harm import Item, load_judge
from classify.harm.drift import drift_rows, jumps, months
from classify.harm.errors import TrainingError
from classify.harm.evaluate.gold import Gold
from classify.harm.train.compare import Figure, compare, gold_of
from classify.harm.train.decisions import Decided, held_out, known_from, learnt_from, read_decided, write_decided
from warehouse import HARMS, Answer, Choice, Decision, Judgement, Label, Urgency, Verdict

HERE = Path(__file__).parent
AT = datetime(2026, 11, 24, tzinfo=UTC)
VERDICT = Verdict(
    mention_id="m", post_id="p", person_id="q", scores=dict.fromkeys(Label, 0.5), labels=(Label.THREAT, Label.INSULT),
    phrases=(), urgency=Urgency.HIGH, model="x", policy="y", judged_at=AT,
)  # fmt: skip


def known(*choices: Choice, answer: Answer = Answer.POSITIVE, verdict: Verdict = VERDICT) -> dict[Label, bool] | None:
    judgement = Judgement(id="j", case_id="c", answer=answer, reason="", by="a", at=AT)
    decisions = [
        Decision(id=str(n), case_id="c", choice=one, reason="", by="a", at=AT) for n, one in enumerate(choices)
    ]
    return known_from(verdict, [judgement], decisions)


def test_acting_confirms_what_was_shown_and_leaving_denies_every_harm() -> None:
    assert known(Choice.ACT) == {Label.THREAT: True, Label.INSULT: True, Label.CRITICISM: False}
    assert known(Choice.LEAVE) == dict.fromkeys(HARMS, False)
    assert known(Choice.ESCALATE, Choice.LEAVE) == dict.fromkeys(HARMS, False)


def test_a_doubt_that_was_acted_on_teaches_its_harm_unless_there_were_several() -> None:
    one = replace(VERDICT, labels=(Label.CRITICISM,), doubts=(Label.THREAT,))
    assert known(Choice.ACT, verdict=one) == {Label.THREAT: True, Label.CRITICISM: False}
    assert known(Choice.LEAVE, verdict=one) == dict.fromkeys(HARMS, False)
    several = replace(one, doubts=(Label.THREAT, Label.INCITEMENT))
    assert known(Choice.ACT, verdict=several) is None


def test_what_was_withdrawn_or_is_about_somebody_else_teaches_nothing() -> None:
    assert known(Choice.ACT, Choice.WITHDRAW) is None
    assert known(Choice.ACT, Choice.WITHDRAW, Choice.LEAVE) == dict.fromkeys(HARMS, False)
    assert known(Choice.LEAVE, answer=Answer.NEGATIVE) is None
    assert known(Choice.ESCALATE) is known() is None
    assert known(Choice.ACT, verdict=replace(VERDICT, labels=(Label.CRITICISM,))) is None


def test_decisions_are_split_once_and_for_all(tmp_path: Path) -> None:
    made = [Decided(id=str(n), text=f"post {n}", known={Label.THREAT: True}) for n in range(200)]
    file = tmp_path / "learning" / "decisions.jsonl"
    assert write_decided(file, made) == 200
    assert read_decided(file) == made
    apart, learnt = held_out(made), learnt_from(made)
    assert 20 <= len(apart) <= 60
    assert len(apart) + len(learnt) == 200
    assert not {one.text for one in apart} & {one.text for one in learnt}
    assert held_out(made[:100]) == [one for one in apart if int(one.id) < 100]
    assert learnt[0].known == {Label.THREAT: True}, "a label that the decision doesn't speak of is unknown"


def test_a_line_that_is_no_decision_is_named(tmp_path: Path) -> None:
    file = tmp_path / "d.jsonl"
    file.write_text('{"id": "a"}\n', encoding="utf-8")
    with pytest.raises(TrainingError, match=r"d\.jsonl:1"):
        read_decided(file)


def test_a_model_is_compared_with_itself_and_with_a_deaf_one(tmp_path: Path) -> None:
    deaf = tmp_path / "deaf.toml"
    deaf.write_text((HERE / "everything.toml").read_text("utf-8").replace("= 0.0", "= 1.0"), encoding="utf-8")
    loud, quiet = load_judge(HERE / "tiny", HERE / "everything.toml"), load_judge(HERE / "tiny", deaf)
    posts = [
        Gold(item=Item(id="1", text="Ik weet waar je woont"), labels=frozenset({Label.THREAT})),
        Gold(item=Item(id="2", text="Een klacht"), labels=frozenset({Label.CRITICISM})),
    ]
    assert compare(loud, loud, {"made up": posts, "none": []}).worse == ()
    found = compare(loud, quiet, {"made up": posts})
    assert any(line.startswith("harm found on the made up: 1.000 → 0.000") for line in found.worse)
    assert "| made up | harm found | 1.000 | 0.000 | worse |" in found.text
    assert any("lawful called harm" in line for line in compare(quiet, loud, {"made up": posts}).worse)


def test_chance_is_no_reason_to_refuse() -> None:
    assert not Figure(what="x", old=0.900, new=0.895).worse
    assert Figure(what="x", old=0.90, new=0.88).worse
    assert Figure(what="x", old=0.01, new=0.05, least=True).worse


def test_decisions_are_compared_by_harm_alone() -> None:
    acted, left = gold_of([
        Decided(id="1", text="x", known={Label.THREAT: True, Label.CRITICISM: False}),
        Decided(id="2", text="x", known=dict.fromkeys(HARMS, False)),
    ])  # fmt: skip
    assert (acted.harmful, left.harmful) == (True, False)


def rows(month: str, posts: int, **found: int) -> list[dict[str, object]]:
    return [
        {"month": month, "posts": posts, "label": "" if label == "none" else label, "found": n,
         "mean_score": None if label == "none" else 0.8}
        for label, n in found.items()
    ]  # fmt: skip


def test_a_jump_from_month_to_month_is_said() -> None:
    given = rows("2026-09", 100, criticism=60, none=40) + rows("2026-10", 100, criticism=30, threat=30, none=40)
    found = months(given, [("2026-09", "nl")] * 4 + [("2026-10", "nl"), ("2026-10", "pl"), ("2026-10", "")])
    assert [each.shares[Label.CRITICISM] for each in found] == [0.6, 0.3]
    said = list(jumps(found))
    assert "2026-10: share of posts with criticism went from 0.60 to 0.30" in said
    assert "2026-10: share of posts with threat went from 0.00 to 0.30" in said
    assert any("language pl went from 0.00 to 0.33" in line for line in said)
    head, first, second = drift_rows(found)
    assert len(head) == len(first) == len(second)
    assert first[:3] == ("2026-09", "100", "60%")


def test_few_posts_and_no_posts_say_nothing() -> None:
    assert list(jumps(months(rows("2026-09", 5, none=5) + rows("2026-10", 5, threat=5), []))) == []
    assert list(jumps(months([], []))) == []
