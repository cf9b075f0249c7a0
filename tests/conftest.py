"""`--long` runs the whole of each long test; without it a sample runs, always."""

import pytest

LONG = "--long"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--long`, which `make test-evidence` and `make test-night` give."""
    parser.addoption(LONG, action="store_true", help="run the long tests whole, not only a sample of them")


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker of tests that only run whole."""
    config.addinivalue_line("markers", "long: an evidence test without a sample; runs with --long only")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what is marked `long` unless asked for; the reason says how."""
    if config.getoption(LONG, default=False):
        return
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.skip(reason="long: runs with `make test-evidence`"))


@pytest.fixture
def whole(request: pytest.FixtureRequest) -> bool:
    """Say whether to run the whole of a long test instead of its sample."""
    return bool(request.config.getoption(LONG, default=False))
