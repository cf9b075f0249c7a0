"""A town of its own for each module that asks for one."""

from collections.abc import Iterator

import httpx
import pytest

from demo.town import Town, start_town


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with start_town(tmp_path_factory.mktemp("town")) as standing:
        yield standing


@pytest.fixture(scope="module")
def browser_like() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=10, trust_env=False) as client:
        yield client
