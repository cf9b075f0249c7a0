"""The desk's routes, a file a subject."""

from review.routes import (
    account,
    answers,
    case,
    editions,
    entry,
    evidence,
    log,
    notice,
    overview,
    people,
    queue,
    sources,
    users,
)

ROUTERS = tuple(
    room.router
    for room in (
        entry,
        account,
        queue,
        case,
        evidence,
        editions,
        notice,
        answers,
        overview,
        users,
        people,
        sources,
        log,
    )
)
"""All routers, in the order of the work."""
