from pathlib import Path

import numpy as np
import pytest

from classify.harm.calibration import Calibration, fit_calibration
from classify.harm.measure import calibration_error, figures, reached, recall_at
from classify.harm.policy import PACKAGED, load_policy
from classify.harm.scorer import place_of
from classify.harm.train.policy_file import write_policy
from classify.harm.train.thresholds import DOUBTED, MOST_CRITICISM, MOST_DOUBT, MOST_ORDINARY, choose, choose_doubts
from warehouse import Label


def test_precision_recall_and_f1_are_counted() -> None:
    made = figures(np.array([True, True, False, False]), np.array([True, False, True, False]))
    assert (made.posts, made.precision, made.recall, made.f1) == (2, 0.5, 0.5, 0.5)


def test_criticism_gives_way_to_a_harm() -> None:
    scores = np.zeros((2, len(Label)), np.float32)
    scores[:, place_of(Label.CRITICISM)] = 0.9
    scores[0, place_of(Label.INSULT)] = 0.9
    above = reached(scores, [0.5] * len(Label))
    assert above[:, place_of(Label.CRITICISM)].tolist() == [False, True]


def test_recall_at_a_share_of_false_alarms() -> None:
    scores = np.array([0.9, 0.4, 0.5, 0.1, 0.1, 0.1], np.float32)
    gold = np.array([True, True, False, False, False, False])
    assert recall_at(scores, gold, ~gold, 0.0) == 0.5
    assert recall_at(scores, gold, ~gold, 0.25) == 1.0


def test_scores_that_keep_their_word_have_no_calibration_error() -> None:
    scores = np.array([0.25] * 4 + [1.0] * 4, np.float32)
    gold = np.array([True, False, False, False] + [True] * 4)
    assert calibration_error(scores, gold) == pytest.approx(0)
    assert calibration_error(scores, ~gold) > 0.5


def test_thresholds_keep_lawful_posts_out() -> None:
    draw = np.random.default_rng(3)
    gold = np.zeros((600, len(Label)), bool)
    gold[:200, place_of(Label.THREAT)] = True
    gold[200:400, place_of(Label.CRITICISM)] = True
    scores = np.clip(draw.normal(0.3, 0.15, gold.shape) + 0.35 * gold, 0, 1).astype(np.float32)
    got = reached(scores, choose(scores, gold, np.zeros(600, bool)))
    assert got[200:400, : len(Label) - 1].any(axis=1).mean() <= MOST_CRITICISM
    assert got[400:, : len(Label) - 1].any(axis=1).mean() <= MOST_ORDINARY
    assert got[:200, place_of(Label.THREAT)].any()
    twins = np.arange(600) >= 400
    got = reached(scores, choose(scores, gold, twins))
    assert got[200:400, : len(Label) - 1].any(axis=1).mean() <= MOST_CRITICISM
    assert got[:200, place_of(Label.THREAT)].mean() > 0.3


def test_a_label_that_tells_them_apart_keeps_its_recall_when_another_alarms_falsely() -> None:
    draw = np.random.default_rng(3)
    gold = np.zeros((900, len(Label)), bool)
    gold[:300, place_of(Label.THREAT)] = gold[300:600, place_of(Label.DOXXING)] = True
    scores = np.full(gold.shape, 0.05, np.float32)
    scores[:, place_of(Label.THREAT)] = np.clip(draw.normal(0.4, 0.2, 900) + 0.2 * gold[:, 0], 0, 1)
    scores[300:600, place_of(Label.DOXXING)] = 0.6
    got = reached(scores, choose(scores, gold, np.zeros(900, bool)))
    assert got[300:600, place_of(Label.DOXXING)].all()
    assert 0 < got[:300, place_of(Label.THREAT)].mean() < 0.5


def test_few_lawful_posts_are_in_doubt() -> None:
    draw = np.random.default_rng(3)
    gold = np.zeros((900, len(Label)), bool)
    gold[:300, place_of(Label.THREAT)] = True
    scores = np.clip(draw.normal(0.3, 0.15, gold.shape) + 0.35 * gold, 0, 1).astype(np.float32)
    twins = np.arange(900) >= 800
    scores[twins, place_of(Label.THREAT)] = 0.95
    chosen = choose_doubts(scores, gold, twins, [0.9] * len(Label))
    assert set(chosen) == set(DOUBTED)
    threats = scores[:, place_of(Label.THREAT)]
    assert 0.01 < (threats[300:800] >= chosen[Label.THREAT]).mean() <= MOST_DOUBT
    assert (threats[:300] >= chosen[Label.THREAT]).mean() > 0.4
    assert choose_doubts(scores, gold, twins, [0.5] * len(Label))[Label.THREAT] == 0.5


def test_new_thresholds_leave_comments_and_change_the_version(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(PACKAGED.read_text(encoding="utf-8"), encoding="utf-8")
    learnt = Calibration(slope={Label.THREAT: 1.2}, offset={Label.THREAT: -0.3})
    write_policy(file, [0.11, 0.22, 0.33, 0.44, 0.55, 0.66], {Label.THREAT: 0.07}, learnt)
    first = load_policy(file)
    assert list(first.thresholds.values()) == [0.11, 0.22, 0.33, 0.44, 0.55, 0.66]
    assert first.doubts == {Label.THREAT: 0.07}
    assert first.calibration.slope == {Label.THREAT: 1.2}
    assert first.urgency == load_policy().urgency
    write_policy(file, [0.5] * 6, {}, Calibration())
    assert load_policy(file).version != first.version
    assert "# From which score" in file.read_text(encoding="utf-8")


def test_calibration_brings_scores_to_their_word_and_keeps_their_order() -> None:
    draw = np.random.default_rng(4)
    truth = draw.uniform(0.02, 0.98, (3_000, len(Label)))
    gold = draw.uniform(size=truth.shape) < truth
    boast = (1 / (1 + np.exp(-(2.5 * np.log(truth / (1 - truth)) + 1)))).astype(np.float32)
    made = fit_calibration(boast, gold).apply(boast)
    for column in range(len(Label)):
        assert calibration_error(boast[:, column], gold[:, column]) > 0.1
        assert calibration_error(made[:, column], gold[:, column]) < 0.03
        assert (np.argsort(made[:, column]) == np.argsort(boast[:, column])).mean() > 0.99
    blank = np.zeros((1, len(Label)), np.float32)
    assert fit_calibration(boast, gold).apply(blank).max() == 0


def test_a_label_that_nobody_carries_keeps_what_the_model_says() -> None:
    scores = np.full((20, len(Label)), 0.3, np.float32)
    fitted = fit_calibration(scores, np.zeros_like(scores, bool))
    assert fitted.apply(scores) == pytest.approx(scores, abs=1e-5)
