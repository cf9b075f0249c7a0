import random
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from classify.harm import HarmError, Item, ItemError, Judge, verdict
from classify.harm.batches import TOKEN_BUDGET, batches
from warehouse import HARMS, Band, Label, Mention, Urgency

POST = Item(id="1", text="Ik weet waar Jan de Boer woont. Vanavond kom ik met een mes!", spans=((13, 24),))


def test_batches_hold_every_text_once_within_the_budget() -> None:
    dice = random.Random(5)  # noqa: S311 - a fixed seed, so that every run draws the same
    lengths = [dice.randint(3, 256) for _ in range(500)]
    made = list(batches(lengths))
    assert sorted(index for batch in made for index in batch) == list(range(500))
    assert all(len(batch) * max(lengths[n] for n in batch) <= TOKEN_BUDGET for batch in made)


def test_answers_stand_in_the_order_of_the_posts(judge: Judge) -> None:
    texts = ["klacht " * n for n in (40, 1, 90, 3, 200)] + [POST.text]
    together = judge.judge([Item(id=str(n), text=text) for n, text in enumerate(texts)])
    assert [one.id for one in together] == [str(n) for n in range(6)]
    for n, text in enumerate(texts):
        alone = judge.judge([Item(id="x", text=text)])[0]
        assert alone.scores == together[n].scores, "a post's score doesn't hang on its company"


def test_the_name_makes_no_difference(judge: Judge) -> None:
    other = Item(id="1", text=POST.text.replace("Jan de Boer", "Xin Wu-Öz"), spans=((13, 22),))
    assert judge.judge([POST])[0].scores == judge.judge([other])[0].scores


def test_a_post_carries_the_model_and_the_policy(tiny: Judge) -> None:
    judged = tiny.judge([POST])[0]
    assert judged.model.startswith("tiny-random-")
    assert len(judged.model.removeprefix("tiny-random-")) == 12
    assert judged.policy == "test-everything"


def test_criticism_never_stands_beside_a_harm_label(judge: Judge) -> None:
    for judged in judge.judge([POST, replace(POST, text=POST.text + " Ik dien ook een klacht in.")]):
        harms = [label for label in judged.labels if label in HARMS]
        assert not (harms and Label.CRITICISM in judged.labels)


def test_phrases_lie_inside_the_original_text(tiny: Judge) -> None:
    text = "Een lange inleiding over het rapport. " * 60 + POST.text
    start = text.index("Jan de Boer")
    judged = tiny.judge([Item(id="1", text=text, spans=((start, start + 11),))])[0]
    assert {phrase.label for phrase in judged.phrases} == set(HARMS)
    for phrase in judged.phrases:
        words = text[phrase.start : phrase.end]
        assert words
        assert words == words.strip()


def test_a_post_without_a_harm_label_has_no_phrases(packaged: Judge) -> None:
    judged = packaged.judge([Item(id="1", text="Jan de Boer geeft morgen een lezing in Almelo.", spans=((0, 11),))])[0]
    assert not set(judged.labels) & set(HARMS)
    assert judged.phrases == ()
    assert judged.urgency is Urgency.NONE


def test_a_harm_is_in_doubt_only_where_none_was_found(tiny: Judge) -> None:
    strict = {**dict.fromkeys(Label, 1.0), Label.CRITICISM: 0.0}
    policy = tiny.policy.model_copy(update={"thresholds": strict, "doubts": {Label.THREAT: 0.0, Label.INSULT: 1.0}})
    (unsure,) = Judge(tiny._scorer, policy).judge([POST])
    assert (unsure.labels, unsure.doubts, unsure.urgency) == ((Label.CRITICISM,), (Label.THREAT,), Urgency.NONE)
    assert {phrase.label for phrase in unsure.phrases} == {Label.THREAT}
    mention = Mention(post_id="p", person_id="a", start=13, end=24, quote="x", score=0.9, band=Band.CERTAIN)
    assert verdict(mention, unsure, datetime(2026, 3, 1, tzinfo=UTC)).asked == (Label.THREAT,)
    (sure,) = Judge(tiny._scorer, policy.model_copy(update={"thresholds": tiny.policy.thresholds})).judge([POST])
    assert sure.labels == HARMS
    assert sure.doubts == ()


def test_the_same_post_about_two_people_is_judged_twice(tiny: Judge) -> None:
    text = "Ik weet waar Jan de Boer woont, en dat Piet Vos een mes heeft."
    first = Item(id="same", text=text, spans=((13, 24),), other_spans=((39, 47),))
    second = Item(id="same", text=text, spans=((39, 47),), other_spans=((13, 24),))
    about_jan, about_piet = tiny.judge([first, second])
    assert about_jan.scores != about_piet.scores


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\u200b",
        "\x00\x01\x1b[31m",
        "\u202e\u2066ik maak je kapot\u2069",
        "\ud800 half een teken",
        "🔪" * 5_000,
        "<script>alert(1)</script>" * 100,
        "日本語のテキスト",
        "a" * 100_000,
        "ik weet waar je woont " * 50_000,
        "\n" * 100_000,
        "." * 100_000,
    ],
    ids=["empty", "blank", "control", "bidi", "surrogate", "emoji", "markup", "unseen language", "one word of 100,000",
         "a megabyte", "newlines", "dots"],
)  # fmt: skip
def test_hostile_text_is_judged_quickly(judge: Judge, text: str) -> None:
    begun = time.process_time()  # its own time on a processor, whatever else the machine does
    judged = judge.judge([Item(id="1", text=text)])[0]
    assert time.process_time() - begun < 20
    assert all(0 <= score <= 1 for score in judged.scores.values())
    if not text.strip():
        assert judged.labels == ()


def test_a_span_outside_the_text_is_refused_with_its_post() -> None:
    with pytest.raises(ItemError, match=r"post 'p7': span \[3, 9\]"):
        Item(id="p7", text="kort", spans=((3, 9),))
    assert issubclass(ItemError, HarmError)


def test_no_posts_give_no_answers(tiny: Judge) -> None:
    assert tiny.judge([]) == []


def test_a_context_is_read_but_never_crashes(judge: Judge) -> None:
    judged = judge.judge([replace(POST, context="Wat een onzin allemaal. " * 2_000)])[0]
    assert judged.id == "1"


def test_a_verdict_holds_what_was_judged(tiny: Judge) -> None:
    mention = Mention(post_id="p", person_id="q", start=13, end=24, quote="Jan de Boer", score=0.9, band=Band.CERTAIN)
    judged = tiny.judge([POST])[0]
    at = datetime(2026, 11, 24, 3, tzinfo=UTC)
    made = verdict(mention, judged, at)
    assert (made.mention_id, made.post_id, made.person_id, made.judged_at) == (mention.id, "p", "q", at)
    assert (made.labels, made.phrases, made.scores) == (judged.labels, judged.phrases, judged.scores)


def test_torch_is_not_imported_and_nothing_is_printed() -> None:
    code = (
        "import sys; from pathlib import Path; from classify.harm import Item, load_judge\n"
        f"load_judge({str(__import__('pathlib').Path(__file__).with_name('tiny'))!r})"
        ".judge([Item(id='1', text='ik weet waar je woont')])\n"
        "assert 'torch' not in sys.modules, 'torch was imported'"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_threat_that_the_packaged_model_misses_is_in_doubt(packaged: Judge) -> None:
    (judged,) = packaged.judge([POST])
    assert Label.THREAT in (*judged.labels, *judged.doubts)
    assert judged.phrases


@pytest.mark.parametrize(
    ("text", "label"),
    [
        pytest.param(
            "Ik weet waar Jan de Boer woont. Vanavond kom ik met een mes!",
            Label.THREAT,
            marks=pytest.mark.xfail(
                strict=True,
                reason="the packaged weights give it .74 of .9, which is in doubt: threats are what they miss most (see their card)",
            ),
        ),
        ("Vanavond kom ik met een mes naar Jan de Boer.", Label.THREAT),
        ("Jan de Boer verkoopt kinderen aan pleeggezinnen en strijkt daar geld voor op.", Label.DEFAMATION),
        ("Jan de Boer is een vies stuk vuil, een smerige kankerhond.", Label.INSULT),
        (
            "Jan de Boer woont op de Lindelaan 14 in Almelo, zijn mobiele nummer is 06-12345678. Deel dit!",
            Label.DOXXING,
        ),
        ("Ga met z'n allen bij Jan de Boer langs en trap zijn deur in, jongens.", Label.INCITEMENT),
    ],
)
def test_the_packaged_model_knows_plain_harm(packaged: Judge, text: str, label: Label) -> None:
    start = text.index("Jan de Boer")
    assert label in packaged.judge([Item(id="1", text=text, spans=((start, start + 11),))])[0].labels


@pytest.mark.parametrize(
    "text",
    [
        "Jan de Boer heeft mijn klacht na drie maanden nog steeds niet beantwoord, ik vind dat schandalig.",
        "Bedankt Jan de Boer voor je geduld met onze zoon.",
        "De rechtbank veroordeelde een man die Jan de Boer met de dood had bedreigd.",
    ],
)
def test_the_packaged_model_leaves_lawful_posts_alone(packaged: Judge, text: str) -> None:
    start = text.index("Jan de Boer")
    judged = packaged.judge([Item(id="1", text=text, spans=((start, start + 11),))])[0]
    assert not set(judged.labels) & set(HARMS)
