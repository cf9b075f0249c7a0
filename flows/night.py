"""One night's work, step by step. Each step asks the stores what is left, so a killed night is simply run again."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from crawlers import end_crawls
from flows.alarm import alarm
from flows.capturing import capture_case, cases_to_capture
from flows.clock import now
from flows.judging import judge_new, open_cases
from flows.loading import load
from flows.look import look, sources_due
from flows.open_house import opened
from flows.progress import report
from flows.settings import read_settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """What a night brought, for the table at its end."""

    sources: dict[str, str]
    """By source: how it ended, in words."""
    judged: int
    cases: int
    captured: int
    alarms: int
    not_captured: tuple[str, ...] = ()
    """Why pages of cases could not be captured, a sentence each; they are tried again the next night."""

    @property
    def failed(self) -> bool:
        """Whether a source or a capture failed: somebody must look at it."""
        return bool(self.not_captured) or any(is_failure(words) for words in self.sources.values())


def is_failure(words: str) -> bool:
    """Tell from how a source's look ended, in words, whether somebody must look at it."""
    return words.startswith(("failed", "stopped"))


class Runner(Protocol):
    """How steps are run: plainly, or each as a Prefect task."""

    def one(self, step: Callable[..., int], *args: object) -> int:
        """Run one step."""

    def each(
        self, step: Callable[..., str], calls: Sequence[tuple[object, ...]], *, at_once: int, name: str
    ) -> list[str | BaseException]:
        """Run a step for each tuple of arguments, some at once; a failure stands in the answer, and stops nothing."""


class Plain:
    """Runs steps as plain calls: no server, no Prefect."""

    def one(self, step: Callable[..., int], *args: object) -> int:
        """Run one step here and now."""
        return step(*args)

    def each(
        self, step: Callable[..., str], calls: Sequence[tuple[object, ...]], *, at_once: int, name: str
    ) -> list[str | BaseException]:
        """Run a step for each tuple of arguments in threads; the real work is in processes of their own.

        Ctrl-C begins no further step, ends the crawls under way in good order, and waits for what each has to keep.
        """
        answers: list[str | BaseException] = []
        with ThreadPoolExecutor(max_workers=at_once) as pool:
            futures = [pool.submit(step, *call) for call in calls]
            try:
                for done, future in enumerate(futures, start=1):
                    error = future.exception()
                    answers.append(error if error is not None else future.result())
                    report(name, done=done, total=len(calls))
            except KeyboardInterrupt:
                pool.shutdown(wait=False, cancel_futures=True)
                end_crawls()
                raise
        return answers


def run_night(home: str, runner: Runner, *, sources: Sequence[str] | None = None, again: bool = False) -> Night:
    """Look at every source that is due, judge what was found, open cases, capture them, alarm, and load the warehouse.

    `sources` limits the look to those; `again` looks at pages that are not due yet too.
    """
    settings = read_settings(Path(home))
    with opened(settings) as state:
        state.crawls.reconcile(at=now())
    names = list(sources) if sources is not None else sources_due(settings, again=again)
    looks = runner.each(look, [(home, name, again) for name in names], at_once=settings.most_crawls, name="sources")
    judged = runner.one(judge_new, home)
    cases = runner.one(open_cases, home)
    alarms = runner.one(alarm, home)
    waiting = cases_to_capture(home)
    seen = runner.each(
        capture_case, [(home, case_id) for case_id in waiting], at_once=settings.most_captures, name="capture"
    )
    runner.one(load, home)
    return Night(
        sources={name: _words(answer) for name, answer in zip(names, looks, strict=True)},
        judged=judged,
        cases=cases,
        captured=sum(isinstance(each, str) for each in seen),
        alarms=alarms,
        not_captured=tuple(str(each) for each in seen if not isinstance(each, str)),
    )


def _words(answer: str | BaseException) -> str:
    return answer if isinstance(answer, str) else f"failed: {answer}"
