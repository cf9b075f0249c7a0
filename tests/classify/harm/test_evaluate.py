"""The evaluation, on made-up posts and a tiny model whose policy calls everything every harm."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from classify.harm import Item, ItemError, Judge
from classify.harm.evaluate.aims import Aim, aims
from classify.harm.evaluate.gold import Gold, read_gold
from classify.harm.evaluate.noise import CHANGES, noisy
from classify.harm.evaluate.phrase_hits import phrase_hits
from classify.harm.evaluate.plots import confusion, confusion_svg
from classify.harm.evaluate.report import evaluate
from classify.harm.evaluate.scored import Scored, score
from classify.harm.evaluate.slices import is_hard
from classify.harm.evaluate.suites import read_suites, run_suite
from classify.harm.measure import harmful
from classify.harm.scorer import place_of
from warehouse import Label, Phrase

TINY = Path(__file__).with_name("tiny")
LOUD = Path(__file__).with_name("everything.toml")
POSTS = [
    {"id": "a", "text": "Bos, pas op. Ik weet waar je woont vannacht.", "spans": [[0, 3]], "labels": ["threat"],
     "language": "nl", "veiled": True, "pair": "p", "phrases": [[13, 44, "threat"]]},
    {"post_id": "b", "text": "Dag Bos", "mentions": [{"start": 4, "end": 7}], "labels": ["criticism"], "pair": "p"},
]  # fmt: skip


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    file = tmp_path / "gold.jsonl"
    file.write_text("\n".join(map(json.dumps, POSTS)), encoding="utf-8")
    return file


def made(*rows: tuple[set[Label], set[Label], float], language: str = "nl") -> Scored:
    """Make posts by gold labels, labels found, and score of threat."""
    scores = np.zeros((len(rows), len(Label)), np.float32)
    scores[:, place_of(Label.THREAT)] = [threat for _, _, threat in rows]
    gold = np.array([[label in labels for label in Label] for labels, _, _ in rows])
    found = np.array([[label in labels for label in Label] for _, labels, _ in rows])
    posts = [
        Gold(item=Item(id=str(n), text="x", language=language), labels=frozenset(row[0])) for n, row in enumerate(rows)
    ]
    return Scored(posts=posts, scores=scores, gold=gold, found=found, seen=harmful(found))


def test_gold_lines_are_read_whoever_wrote_them(gold: Path) -> None:
    first, second = read_gold(gold)
    assert [first.item.spans, second.item.spans] == [((0, 3),), ((4, 7),)]
    assert (first.veiled, first.pair, second.item.id) == (True, "p", "b")
    assert first.phrases == (Phrase(start=13, end=44, label=Label.THREAT),)
    assert read_gold(gold.parent) == [first, second]


@pytest.mark.parametrize("line", ["{", '{"id": "a"}', '{"id": "a", "text": "x", "labels": ["rude"]}', ""])
def test_a_line_that_is_no_gold_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "x.jsonl").write_text(line + "\n", encoding="utf-8")
    with pytest.raises(ItemError, match="gold"):
        read_gold(tmp_path)


def test_a_judge_that_calls_all_harm_finds_all_and_alarms_on_all(tiny: Judge, gold: Path) -> None:
    sample = score(tiny, read_gold(gold))
    assert (sample.any_harm().recall, sample.alarms(), sample.label(Label.THREAT).precision) == (1.0, 1.0, 0.5)
    assert sample.pairs() == (0, 1)


def test_what_is_in_doubt_is_shown_but_not_called_harm(tiny: Judge, gold: Path) -> None:
    policy = tiny.policy.model_copy(update={"thresholds": dict.fromkeys(Label, 1.0), "doubts": {Label.THREAT: 0.0}})
    sample = score(Judge(tiny._scorer, policy), read_gold(gold))
    assert (sample.alarms(), sample.shown(lambda post: post.harmful), sample.shown(is_hard)) == (0.0, 1.0, 1.0)


def test_a_pair_is_right_when_both_sides_are() -> None:
    right = made(({Label.THREAT}, {Label.INSULT}, 0.9), ({Label.CRITICISM}, {Label.CRITICISM}, 0.1))
    posts = [Gold(item=post.item, labels=post.labels, pair="p") for post in right.posts]
    both = replace(right, posts=posts)
    assert both.pairs() == (1, 1)
    assert both.where(lambda post: post.harmful).pairs() == (0, 0)  # one side alone is no pair


def test_threat_recall_is_read_off_the_lawful_posts_of_the_sample() -> None:
    sample = made(*[({Label.THREAT}, set(), 0.5 + n / 100) for n in range(10)], *[(set(), set(), 0.545)] * 10)
    assert sample.threat_recall(0.0) == 0.5
    (aim,) = [one for one in aims(sample) if one.what.startswith("nl: threat recall")]
    assert aim.reached == 0.5
    assert aim.off == pytest.approx(0.45)
    assert Aim(what="", aim=3, reached=5, most=True).off == 2


def test_languages_with_few_posts_claim_nothing() -> None:
    assert not [one for one in aims(made(({Label.THREAT}, set(), 0.9), language="pl")) if one.what.startswith("pl")]


@pytest.mark.parametrize("change", CHANGES)
def test_noise_is_the_same_each_time_and_leaves_names_alone(change: str) -> None:
    text = "Ik weet waar [TARGET] woont en vannacht kom ik langs met vrienden"
    assert noisy(text, change, "1") == noisy(text, change, "1") != text
    assert "[TARGET]" in noisy(text, change, "1")
    assert noisy("ik", change, "1") == "ik"


def test_phrases_are_hit_and_missed(tiny: Judge) -> None:
    post = Gold(
        item=Item(id="1", text="Ik weet waar je woont vanavond."),
        labels=frozenset({Label.THREAT}),
        phrases=(Phrase(start=0, end=31, label=Label.THREAT),),
    )
    hits = phrase_hits(tiny, [post])
    assert hits is not None
    assert (hits.phrases, hits.hit, hits.chance, hits.highlighted, hits.inside) == (1, 1.0, 1.0, 1.0, 1.0)
    assert phrase_hits(tiny, [Gold(item=post.item, labels=post.labels)]) is None


def test_the_confusion_plot_is_svg_with_every_label() -> None:
    sample = made(({Label.THREAT}, {Label.INSULT}, 0), (set(), set(), 0), ({Label.THREAT}, {Label.THREAT}, 0))
    shares = confusion(sample)
    assert shares[place_of(Label.THREAT), place_of(Label.INSULT)] == 0.5
    assert shares[-1, -1] == 1
    drawn = ET.fromstring(confusion_svg(sample, "test"))  # noqa: S314 - our own
    assert [one.text for one in drawn.iter() if one.text in {*Label, "none"}].count("threat") == 1
    assert len(list(drawn.iter("{http://www.w3.org/2000/svg}rect"))) == 1 + 7 * 7


def test_a_report_holds_every_sample_and_a_model_equals_itself(tiny: Judge, gold: Path) -> None:
    report = evaluate(tiny, {"made up": read_gold(gold)}, exact_judge=tiny)
    assert "### Made up: 2 posts, 1 of them lawful" in report.text
    assert list(report.plots) == ["confusion-made-up.svg"]
    (same,) = [aim for aim in report.aims["made up"] if "worst" in aim.what]
    assert same.reached == 0


SUITE = """mhc_case_id,functionality,test_case,label_gold
dutch-1,threat_dir_h,ik ga je doden,hateful
dutch-2,threat_norm_h,ze moeten dood,hateful
dutch-3,target_indiv_nh,jij bent een sukkel,non-hateful
dutch-4,ident_neutral_nh,ik ben een vrouw,non-hateful
"""


def test_a_suite_is_read_and_counted(tiny: Judge, tmp_path: Path) -> None:
    (tmp_path / "hatecheck_cases_final_dutch.csv").write_text(SUITE, encoding="utf-8")
    ((name, rows),) = read_suites(tmp_path).items()
    suite = run_suite(tiny, name, rows)  # calls everything harm
    assert (suite.cases, suite.threats, suite.hateful, suite.calm) == (4, 1.0, 1.0, 0.0)
    assert suite.each["target_indiv_nh"] == (1, 0.0)
    assert suite.macro_f1 == pytest.approx(1 / 3)
    report = evaluate(tiny, {}, suites=tmp_path)
    assert [aim.off for aim in report.aims["published suites"]] == [0, pytest.approx(80.4)]


def test_a_file_that_is_no_suite_is_named(tmp_path: Path) -> None:
    with pytest.raises(ItemError, match=r"no \*\.csv"):
        read_suites(tmp_path)
    (tmp_path / "x.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(ItemError, match=r"x\.csv.*functionality"):
        read_suites(tmp_path)


def test_the_command_prints_a_table_and_names_what_is_missing(gold: Path) -> None:
    command = [sys.executable, "-m", "classify.harm.evaluate", str(gold), "--weights", str(TINY), "--policy", str(LOUD)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert "| threat | 1 |" in done.stdout
    done = subprocess.run([*command[:-3], "nowhere"], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    assert "nowhere" in done.stderr
