"""The time stamps as a flow. A file of its own: the command line imports `stamping`, and must not import Prefect too early."""

from prefect import flow

from flows.stamping import stamp_round


@flow(name="stamp")
def stamp_flow(home: str) -> int:
    """Stamp what waits and the log's head; give the number of tokens that came."""
    return stamp_round(home)
