"""The nightly flow under a real Prefect server: its table of sources, and what is tried again."""

from collections.abc import Callable

import httpx
import pytest
import tomli_w
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.states import Failed

from flows.errors import FlowError
from flows.settings import Settings
from flows.watch import _may_pass, as_task, watch

MakeHome = Callable[..., Settings]


def tables(api: str) -> list[dict[str, str]]:
    """Give the artifacts made so far, newest first."""
    asked = {"sort": "CREATED_DESC", "artifacts": {"key": {"any_": ["sources"]}}}
    answer: list[dict[str, str]] = httpx.post(f"{api}/artifacts/filter", json=asked).raise_for_status().json()
    return answer


@pytest.mark.usefixtures("judge_environment")
def test_the_table_of_sources_is_made_when_all_fail_and_when_none_is_due(
    make_home: MakeHome, prefect_api: str, free_port: Callable[[], int]
) -> None:
    settings = make_home("home", sources=["demo-blog"])
    (settings.cards / "demo-blog.toml").unlink()
    nobody = f"http://127.0.0.1:{free_port()}/"
    card = {"kind": "feed", "address": nobody, "purpose": "A site that is down.", "allow_loopback": True}
    (settings.cards / "dood.toml").write_text(tomli_w.dumps(card), "utf-8")
    with temporary_settings({PREFECT_API_URL: prefect_api}):
        night = watch(str(settings.home))
        assert night.failed
        assert "refuses connections" in night.sources["dood"]
        (table,) = tables(prefect_api)
        assert "dood" in table["data"]
        assert "failed" in table["data"]
        assert "refuses connections" in table["data"]
        again = watch(str(settings.home))
        assert again.sources == {}
        assert len(tables(prefect_api)) == 2
        newest = tables(prefect_api)[0]
        assert "no source was due" in newest["description"]
        assert "dood" in newest["data"], "its last state is told although nothing was looked at"


def test_a_step_is_tried_again_twice_with_jitter_but_not_what_waits_for_a_person() -> None:
    def step(home: str) -> int:
        return len(home)

    task = as_task(step)
    assert task.retries == 2
    assert task.retry_jitter_factor
    assert task.retry_delay_seconds == [20, 40]
    assert not _may_pass(task, None, Failed(data=FlowError("no Chromium")))  # type: ignore[arg-type]
    assert _may_pass(task, None, Failed(data=OSError("the network is away")))  # type: ignore[arg-type]
