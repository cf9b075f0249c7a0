import json
from typing import Any

from classify.harm import Judge, judge_lines


def answers(judge: Judge, *lines: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in judge_lines(lines, judge)]


def test_a_line_is_answered_by_a_line(tiny: Judge) -> None:
    text = "Ik weet waar Jan de Boer woont."
    (answer,) = answers(tiny, json.dumps({"id": "7", "text": text, "spans": [[13, 24]], "context": "hoi"}))
    assert answer.keys() == {"id", "scores", "labels", "doubts", "phrases", "urgency", "model", "policy"}
    assert answer["id"] == "7"
    assert answer["urgency"] in {"acute", "high", "normal", "none"}
    for start, end, _ in answer["phrases"]:
        assert 0 <= start < end <= len(text)


def test_a_broken_line_is_named_and_the_rest_goes_on(tiny: Judge) -> None:
    good = '{"id": "a", "text": "hoi"}'
    found = answers(tiny, good, "{", "", '{"id": "b"}', '{"id": "c", "text": "x", "spans": [[0, 5]]}', good)
    assert [one.get("line") for one in found] == [None, 2, 4, 5, None]
    assert "text" in found[2]["error"]
    assert "span [0, 5]" in found[3]["error"]
    assert found[0] == found[4]


def test_more_lines_than_a_batch_keep_their_order(tiny: Judge) -> None:
    lines = [json.dumps({"id": str(n), "text": "klacht " * (n % 7)}) for n in range(600)]
    assert [one["id"] for one in answers(tiny, *lines)] == [str(n) for n in range(600)]


def test_a_line_nested_too_deep_is_an_error_not_a_crash(tiny: Judge) -> None:
    (answer,) = answers(tiny, '{"id": "a", "text": ' + "[" * 100_000)
    assert answer["line"] == 1
