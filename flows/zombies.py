"""Flow runs that were killed: self-hosted Prefect leaves them Running for ever (measured), so we end them at start."""

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateType
from prefect.client.schemas.objects import StateType
from prefect.states import Crashed

MESSAGE = "its process was killed; the next run goes on where it stopped"


def crash_zombies() -> int:
    """Mark every flow run that still counts as running as crashed, and count them.

    Called when the server is up and the schedule is not: nothing can be running then.
    """
    running = FlowRunFilter(
        state=FlowRunFilterState(
            type=FlowRunFilterStateType(any_=[StateType.RUNNING, StateType.PENDING, StateType.CANCELLING])
        )
    )
    with get_client(sync_client=True) as client:
        runs = client.read_flow_runs(flow_run_filter=running)
        for run in runs:
            client.set_flow_run_state(run.id, Crashed(message=MESSAGE), force=True)
    return len(runs)
