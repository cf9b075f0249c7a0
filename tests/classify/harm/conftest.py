"""A judge with a tiny random model, and the packaged one where its weights exist."""

from pathlib import Path

import pytest

from classify.harm import Judge, load_judge
from classify.harm.load import WEIGHTS

TINY = Path(__file__).with_name("tiny")
LOUD = Path(__file__).with_name("everything.toml")


@pytest.fixture(scope="session")
def tiny() -> Judge:
    """Give a random model of one layer under a policy that labels everything, so that every post gets phrases."""
    return load_judge(TINY, LOUD)


@pytest.fixture(scope="session")
def packaged() -> Judge:
    if not (WEIGHTS / "model.onnx").exists():
        pytest.skip("the packaged weights are not in this checkout: run `make train`")
    return load_judge()


@pytest.fixture(scope="session", params=["tiny", "packaged"])
def judge(request: pytest.FixtureRequest) -> Judge:
    wanted: Judge = request.getfixturevalue(request.param)
    return wanted
