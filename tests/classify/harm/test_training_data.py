"""What training is fed, without torch."""

import random
from pathlib import Path

import pytest

from classify.harm.errors import TrainingError
from classify.harm.train.augment import augmented
from classify.harm.train.corpus import CorpusPost
from classify.harm.train.examples import Example, from_corpus
from classify.harm.train.public import READERS, check_files, digests, read_public
from warehouse import HARMS, Label

PUBLIC = Path(__file__).parents[4] / "shared/data/train"
needs_public = pytest.mark.skipif(not PUBLIC.is_dir(), reason="the public data sets are not beside this checkout")

THREAT = Example(
    text="Ik weet waar [TARGET] woont met het hele gezin",
    language="nl",
    known={label: label is Label.THREAT for label in Label},
    origin="corpus",
)
LAWFUL = Example(
    text="Mijn klacht ligt er nog",
    language="nl",
    known={label: label is Label.CRITICISM for label in Label},
    origin="corpus",
)


def test_a_missing_or_changed_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"edos.*is missing"):
        check_files(tmp_path, digests())
    file = tmp_path / "rows.csv"
    file.write_bytes(b"changed")
    with pytest.raises(TrainingError, match=r"rows\.csv is not the file"):
        check_files(tmp_path, {"rows.csv": "0" * 64})


@needs_public
def test_the_same_seed_draws_the_same_rows_and_half_of_them_are_dutch() -> None:
    rows = read_public(PUBLIC, 1)
    assert rows == read_public(PUBLIC, 1)
    assert rows != read_public(PUBLIC, 2)
    assert sum(row.language == "nl" for row in rows) >= len(rows) / 2


@needs_public
def test_a_set_says_only_what_it_annotates() -> None:
    germeval = {frozenset(row.known.items()) for row in READERS["germeval2018"](PUBLIC)}
    assert germeval == {
        frozenset({(Label.INSULT, True)}),
        frozenset({(Label.INSULT, False), (Label.THREAT, False), (Label.INCITEMENT, False)}),
    }
    assert not any(set(row.known) & {Label.DOXXING, Label.DEFAMATION} for row in READERS["edos"](PUBLIC))


def test_every_label_of_a_written_post_is_known() -> None:
    made = from_corpus(CorpusPost(id="a", text="x", language="nl", labels=(Label.INSULT,), writer="w"))
    assert made.known == {label: label is Label.INSULT for label in Label}


def test_changed_texts_keep_the_mask_and_the_harm() -> None:
    draw = random.Random(4)  # noqa: S311 - a fixed seed, so that every run draws the same
    for _ in range(500):
        made = augmented(THREAT, [LAWFUL], draw)
        assert "[TARGET]" in made.text
        assert made.known[Label.THREAT]
        assert not made.known[Label.CRITICISM]
        assert not any(made.known[label] for label in HARMS if label is not Label.THREAT)
        assert made.context in {"", LAWFUL.text}


def test_lawful_company_makes_nothing_harmful() -> None:
    draw = random.Random(4)  # noqa: S311 - a fixed seed, so that every run draws the same
    for _ in range(200):
        assert not any(augmented(LAWFUL, [LAWFUL], draw).known[label] for label in HARMS)
