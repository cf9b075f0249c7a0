"""The nightly flow: look, find, judge, open, capture."""

from collections.abc import Callable, Sequence
from typing import Any, cast

from prefect import Task, flow
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.futures import wait
from prefect.task_runners import ThreadPoolTaskRunner
from prefect.tasks import exponential_backoff

from flows.night import Night, run_night
from flows.progress import report


def as_task(step: Callable[..., Any], run_name: str | None = None) -> Task[..., Any]:
    """Make a step a Prefect task with two retries after 20 and 40 s, jittered: long enough for a web server to come back.

    Nothing is cached: the stores say what is left.
    """
    return Task(
        fn=step,
        task_run_name=run_name,
        retries=2,
        retry_delay_seconds=exponential_backoff(backoff_factor=20),
        retry_jitter_factor=0.5,
        cache_policy=NO_CACHE,
        persist_result=False,
    )


class AsTasks:
    """Runs each step as a Prefect task with retries, thousands of posts a task."""

    def one(self, step: Callable[..., int], *args: object) -> int:
        """Run one step as a task."""
        return cast("int", as_task(step)(*args))

    def each(
        self, step: Callable[..., str], calls: Sequence[tuple[object, ...]], *, at_once: int, name: str
    ) -> list[str | BaseException]:
        """Run a step for each tuple of arguments, some at once, each as a task named for what it works on."""
        answers: list[str | BaseException] = []
        named = as_task(step, f"{step.__name__}-{{{step.__code__.co_varnames[1]}}}")
        runner: ThreadPoolTaskRunner[Any] = ThreadPoolTaskRunner(max_workers=at_once)
        with runner.duplicate() as pool:
            futures = [pool.submit(named, parameters=_named_arguments(step, call)) for call in calls]
            for done, future in enumerate(futures, start=1):
                wait([future])
                answers.append(future.result(raise_on_failure=False))
                report(name, done=done, total=len(calls))
        return answers


def _named_arguments(step: Callable[..., str], call: Sequence[object]) -> dict[str, object]:
    return dict(zip(step.__code__.co_varnames, call, strict=False))


@flow(name="watch", log_prints=False)
def watch(home: str, sources: list[str] | None = None, again: bool = False) -> dict[str, str]:
    """Look at every source, and open a case for each post that harms somebody we protect.

    Combines crawling, finding, judging and capturing in one flow because each asks the stores what the one before it
    left; a night that dies anywhere is started again and goes on.
    """
    night = run_night(home, AsTasks(), sources=sources, again=again)
    _publish(night)
    return night.sources


def _publish(night: Night) -> None:
    """Put the table of sources and their state where Prefect's page shows it."""
    rows = [{"source": name, "how it ended": words} for name, words in night.sources.items()]
    found = f"{night.judged} mentions judged, {night.cases} new cases, {night.captured} captures, {night.alarms} alarms"
    if rows:
        create_table_artifact(table=rows, key="sources", description=f"Tonight's sources: {found}")
