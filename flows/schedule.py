"""What runs when: the deployments, served by one process (`python -m flows.schedule HOME`)."""

import sys
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from prefect import Flow, serve
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Cron, Interval, Schedule

from flows.alarming import alarm_flow
from flows.follow import follow
from flows.forget import forget
from flows.settings import Settings, quiet_prefect, read_settings
from flows.stamping_flow import stamp_flow
from flows.watch import watch


def serve_schedule(settings: Settings) -> None:
    """Serve the flows at their times, one run at a time, until the process ends."""
    serve(
        _deploy(watch, "nightly", settings, Cron(settings.nightly, timezone=settings.timezone)),
        _deploy(follow, "follow", settings, Cron(settings.follow_every, timezone=settings.timezone)),
        _deploy(forget, "forget", settings, Cron(settings.forget_every, timezone=settings.timezone)),
        _deploy(stamp_flow, "stamp", settings, Interval(timedelta(minutes=settings.stamp_minutes))),
        _deploy(alarm_flow, "alarm", settings, Interval(timedelta(minutes=settings.alarm_wait_minutes) / 2)),
        limit=2,
        pause_on_shutdown=False,
    )


def _deploy(flow: Flow[..., Any], name: str, settings: Settings, schedule: Schedule) -> RunnerDeployment:
    """Give one flow its time; `to_deployment` is typed as maybe a coroutine, but from plain code it never is."""
    return cast(
        "RunnerDeployment", flow.to_deployment(name, schedule=schedule, parameters={"home": str(settings.home)})
    )


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    quiet_prefect(folder)
    serve_schedule(read_settings(folder))
