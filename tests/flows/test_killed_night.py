"""`kill -9` of the flow at ten random moments, then a restart: the same as an undisturbed night.

Two sources and three people always; with `--long` the whole town and its roster (`make test-night`, a quarter of an hour).
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from flows.night import Plain, run_night
from flows.open_house import opened
from flows.settings import Settings
from warehouse.state.tables import captures, cases, mentions, posts, verdicts

KILLS = 10
SEED = 20261124
FEW = {"sources": ["demo-blog", "demo-forum"], "people": ["T01", "T02", "T03"]}
RUN = "import sys; from flows.watch import watch; watch(sys.argv[1])"


def start_flow(settings: Settings, api: str) -> "subprocess.Popen[bytes]":
    """Start the real Prefect flow in a process of its own."""
    environment = os.environ | {"PREFECT_API_URL": api, "DO_NOT_TRACK": "1"}
    return subprocess.Popen(
        [sys.executable, "-c", RUN, str(settings.home)],
        env=environment,
        cwd=Path(__file__).parents[2],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def kept(settings: Settings) -> dict[str, Counter[str]]:
    """Give what the desk remembers, by what it is; a double would count two."""
    with opened(settings) as state, state.engine.connect() as connection:
        judged = [(row.mention_id, row.record["labels"]) for row in connection.execute(select(verdicts))]
        return {
            "posts": Counter(row.id for row in connection.execute(select(posts.c.id))),
            "mentions": Counter(row.id for row in connection.execute(select(mentions.c.id))),
            "verdicts": Counter(f"{mention} {sorted(labels)}" for mention, labels in judged),
            "cases": Counter(f"{row.id} {row.urgency}" for row in connection.execute(select(cases))),
            "captured": Counter(row.case_id for row in connection.execute(select(captures.c.case_id))),
        }


@pytest.mark.timeout(3600)
def test_ten_kills_leave_the_same_as_an_undisturbed_night(
    make_home: Callable[..., Settings], prefect_api: str, whole: bool
) -> None:
    few = {} if whole else FEW  # so that a night is over in seconds
    quiet = make_home("undisturbed", **few)
    began = time.monotonic()
    run_night(str(quiet.home), Plain())
    night = time.monotonic() - began
    killed = make_home("killed", **few)
    dice = random.Random(SEED)  # noqa: S311 - moments to kill at, not a secret
    for _ in range(KILLS):
        flow = start_flow(killed, prefect_api)
        time.sleep(3 + dice.uniform(0, night / 2))  # 3 s: Python and Prefect are loaded before anything can be lost
        flow.send_signal(signal.SIGKILL)
        flow.wait()
    last = start_flow(killed, prefect_api)
    assert last.wait(timeout=600) == 0
    expected, found = kept(quiet), kept(killed)
    assert expected["cases"], "the night must open cases, else this test shows nothing"
    assert found == expected
    assert max(found["captured"].values()) == 1
    with opened(killed) as state:
        assert state.audit.verify() == ""
        assert not [run for run in state.crawls.last_runs() if run.outcome == "running"]
