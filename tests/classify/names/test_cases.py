"""Every way a name is written, as a table."""

import json
from pathlib import Path

import pytest

from classify.names import Finder, PostText
from warehouse import Band

CASES = [json.loads(line) for line in Path(__file__).with_name("cases.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("case", CASES, ids=[case["what"] for case in CASES])
def test_a_name_is_found_as_the_table_says(finder: Finder, case: dict[str, object]) -> None:
    """Each case lists who is flagged, with the words; an empty list means nobody is."""
    mentions = finder.find([PostText(id="1", text=str(case["text"]))])
    flagged = [[m.person_id, m.quote] for m in mentions if m.band is not Band.OTHER_CONTEXT]
    assert flagged == case["found"]
