"""Delete what may no longer be kept."""

from datetime import timedelta
from pathlib import Path

from prefect import flow

from flows.bundling import erase_case
from flows.clock import now
from flows.loading import load
from flows.open_house import opened
from flows.settings import read_settings


def forget_old(home: str) -> int:
    """Delete what was left alone, once its time is over; give the number of posts.

    That is the text of posts on which no case was opened, and text and evidence of cases that a person left alone. Killed
    in between, it goes on the next time: a case's text goes last.
    """
    settings = read_settings(Path(home))
    with opened(settings) as state:
        at, forgotten = now(), 0
        before = at - timedelta(days=settings.forget_lawful_days)
        for case in state.cases.left_alone(before=before):
            erase_case(settings, state, case.id, by="system:forget", ground="retention")
            forgotten += state.posts.forget_case(case.place, at=at)
        return forgotten + state.posts.forget(quiet_before=at - timedelta(days=settings.forget_quiet_days), at=at)


@flow(name="forget")
def forget(home: str) -> int:
    """Delete what may no longer be kept, after handing its counts to the warehouse."""
    load(home)
    return forget_old(home)
