"""The nightly flow: look, find, judge, open, capture."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

from prefect import State, Task, flow
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import TaskRun
from prefect.futures import wait
from prefect.task_runners import ThreadPoolTaskRunner
from prefect.tasks import exponential_backoff

from crawlers import CardError, end_crawls
from flows.errors import FlowError
from flows.night import Night, run_night
from flows.open_house import cards_of, opened
from flows.progress import report
from flows.settings import is_scheduled_run, read_settings
from flows.tether import end_with_parent
from warehouse.state.crawls import Run


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
        retry_condition_fn=_may_pass,
    )


def _may_pass(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Tell whether an error may be gone in a minute: not one that waits for a person (no Chromium, a wrong setting)."""
    return not isinstance(state.data, FlowError | CardError)


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
            try:
                for done, future in enumerate(futures, start=1):
                    wait([future])
                    answers.append(future.result(raise_on_failure=False))
                    report(name, done=done, total=len(calls))
            except KeyboardInterrupt:
                end_crawls()  # else the pool would wait for them, maybe for hours
                raise
        return answers


def _named_arguments(step: Callable[..., str], call: Sequence[object]) -> dict[str, object]:
    return dict(zip(step.__code__.co_varnames, call, strict=False))


@flow(name="watch", log_prints=False)
def watch(home: str, sources: list[str] | None = None, again: bool = False) -> Night:
    """Look at every source, and open a case for each post that harms somebody we protect.

    Combines crawling, finding, judging and capturing in one flow because each asks the stores what the one before it
    left; a night that dies anywhere is started again and goes on.
    """
    if is_scheduled_run():
        end_with_parent()
    try:
        night = run_night(home, AsTasks(), sources=sources, again=again)
    except Exception as error:
        _publish(home, f"The night broke off, the next one goes on there: {error}")
        raise
    found = f"{night.judged} mentions judged, {night.cases} new cases, {night.captured} captures, {night.alarms} alarms"
    failed = f", {len(night.not_captured)} captures failed ({night.not_captured[0]})" if night.not_captured else ""
    _publish(home, f"{found}{failed}. Looked at: {', '.join(sorted(night.sources)) or 'no source was due'}.")
    return night


def _publish(home: str, said: str) -> None:
    """Put the table of all sources and their state where Prefect's page shows it, whatever the night was like."""
    settings = read_settings(Path(home))
    with opened(settings) as state:
        runs = {run.source: run for run in state.crawls.last_runs()}
    rows = [_row(name, runs.get(name)) for name in sorted(cards_of(settings))]
    create_table_artifact(table=rows, key="sources", description=said)


def _row(name: str, run: Run | None) -> dict[str, Any]:
    if run is None:
        return {"source": name, "state": "never looked at"}
    return {
        "source": name,
        "state": run.outcome,
        "looked at": run.started_at.isoformat(timespec="minutes"),
        "pages": run.requests,
        "posts": run.posts,
        "new mentions": run.mentions,
        "what was said": run.message,
    }
