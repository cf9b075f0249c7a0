"""Delete what may no longer be kept."""

from datetime import timedelta
from pathlib import Path

from prefect import flow

from flows.clock import now
from flows.loading import load
from flows.open_house import opened
from flows.settings import read_settings


def forget_old(home: str) -> int:
    """Delete the text of posts on which no case was opened, once their time is over; give their number."""
    settings = read_settings(Path(home))
    with opened(settings) as state:
        at = now()
        return state.posts.forget(quiet_before=at - timedelta(days=settings.forget_quiet_days), at=at)


@flow(name="forget")
def forget(home: str) -> int:
    """Delete what may no longer be kept, after handing its counts to the warehouse."""
    load(home)
    return forget_old(home)
