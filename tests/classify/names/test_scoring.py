"""The scorer counts as the benchmark says."""

from classify.names import PostText
from classify.names.bench.marked import Gold, Labelled, read_marked
from classify.names.bench.scoring import Guess, score

POST = Labelled(PostText(id="1", text="Eva Bos en Jan Vis"), "pos", (Gold(frozenset({"A", "B"}), 0, 7, "exact"),))
PLAIN = Labelled(PostText(id="2", text="niets"), "plain", ())


def test_a_right_guess_counts_once() -> None:
    guesses = [Guess("1", "A", 0, 7, 0.9), Guess("1", "B", 0, 7, 0.8)]
    figures = score([POST, PLAIN], guesses, 0.5)
    assert (figures.precision, figures.recall, figures.exact_spans) == (1.0, 1.0, 1.0)


def test_a_wrong_person_is_a_false_alarm() -> None:
    figures = score([POST], [Guess("1", "C", 0, 7, 0.9)], 0.5)
    assert figures.alarms["pos"] == (1, 1)
    assert figures.recall == 0


def test_half_of_the_shorter_span_is_enough() -> None:
    assert score([POST], [Guess("1", "A", 4, 12, 0.9)], 0.5).recall == 0
    assert score([POST], [Guess("1", "A", 3, 9, 0.9)], 0.5).recall == 1


def test_average_precision_falls_with_a_false_alarm_above() -> None:
    worse = score([POST, PLAIN], [Guess("2", "A", 0, 3, 0.95), Guess("1", "A", 0, 7, 0.9)], 0.5)
    assert worse.average_precision == 0.5


def test_marked_posts_are_read() -> None:
    (labelled,) = read_marked(["exact | Dag [A+B:Eva\\nBos]!"], "x")
    assert labelled.post.text == "Dag Eva\nBos!"
    assert labelled.mentions == (Gold(frozenset({"A", "B"}), 4, 11, "exact"),)
