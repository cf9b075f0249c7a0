"""The alarm as a flow: between the nights somebody must still be told when the first in line does not answer."""

from prefect import flow

from flows.alarm import alarm


@flow(name="alarm")
def alarm_flow(home: str) -> int:
    """Tell the next in line of each acute case that nobody took, and give the number of messages sent."""
    return alarm(home)
