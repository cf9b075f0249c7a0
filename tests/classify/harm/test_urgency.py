import pytest

from classify.harm.policy import UrgencyPolicy
from classify.harm.urgency import cues, urgency
from warehouse import Label, Urgency

RULE = UrgencyPolicy(acute_threat=0.8, acute_cues=2)
CONCRETE = "Vanavond sta ik met een mes bij je dochter op school."


def of(text: str, **scores: float) -> Urgency:
    given = {label: scores.get(label.value, 0.0) for label in Label}
    return urgency(text, [label for label in Label if given[label] >= 0.5], given, RULE)


def test_time_place_means_and_family_are_recognised() -> None:
    assert cues(CONCRETE) == {"time", "place", "means", "family"}
    assert cues("Jij bent nog niet klaar met mij.") == set()
    assert cues("Pas maar op 🔪") == {"means"}


def test_a_cue_is_a_whole_word() -> None:
    assert "means" not in cues("de mesthoop en het messing")


@pytest.mark.parametrize(
    ("text", "scores", "expected"),
    [
        (CONCRETE, {"threat": 0.9}, Urgency.ACUTE),
        (CONCRETE, {"threat": 0.6}, Urgency.HIGH),
        ("Jij bent nog niet klaar met mij.", {"threat": 0.9}, Urgency.HIGH),
        ("Lindelaan 14, ga erheen.", {"doxxing": 0.7, "incitement": 0.7}, Urgency.ACUTE),
        ("Lindelaan 14.", {"doxxing": 0.7}, Urgency.HIGH),
        (CONCRETE, {"insult": 0.9}, Urgency.NORMAL),
        (CONCRETE, {"defamation": 0.9}, Urgency.NORMAL),
        (CONCRETE, {"criticism": 0.9}, Urgency.NONE),
        (CONCRETE, {}, Urgency.NONE),
    ],
)
def test_the_rule(text: str, scores: dict[str, float], expected: Urgency) -> None:
    assert of(text, **scores) is expected
