"""The table of features is documentation and code at once."""

from pathlib import Path

import pytest

from classify.names.errors import ListError
from classify.names.features import load_table, markdown, table

README = Path(__file__).parents[3] / "classify/names/README.md"


def test_the_readme_has_the_table_as_it_is() -> None:
    assert markdown(table()) in README.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "text",
    [
        "start = 1",
        "no toml [",
        "start=1\nstart_prior=1\ncertain=1\nprobable=1\n[[feature]]\nname='a'\nweight=1\nprior=1\nsentence=''",
    ],
)
def test_a_broken_table_is_a_clear_error(text: str) -> None:
    with pytest.raises(ListError, match=r"features\.toml"):
        load_table(text)


def test_a_score_grows_with_its_weights() -> None:
    shipped = table()
    assert shipped.score({"first_name": 1.0}) > shipped.score({}) > shipped.score({"famous": 1.0})
