"""The desk as a process: `python -m flows.desk HOME`."""

import sys
from collections.abc import Sequence
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from flows.bundling import make_edition
from flows.capturing import capture_now
from flows.clock import now
from flows.dispatch import draft_notice, send_notice
from flows.open_house import cards_of
from flows.settings import Settings, read_settings
from review.app import create_app
from review.desk import Desk
from takedown.channels import find_channels
from takedown.notices import check_notice
from warehouse import Approval, Bundle, Notice, Receipt, Source, State, open_state


def make_desk(settings: Settings, state: State) -> Desk:
    """Give the desk its memory, its evidence folder, and the deeds of the other rooms."""

    def draft(case_id: str, language: str, by: str, explanation: str, channel: str) -> Notice:
        return draft_notice(
            settings, state, case_id, language=language, explanation=explanation, by=by, channel=channel
        )

    def send(notice: Notice, approvals: Sequence[Approval]) -> Receipt:
        return send_notice(settings, state, notice, approvals)

    def edition(case_id: str, login: str, name: str) -> tuple[Bundle, Path]:
        return make_edition(settings, state, case_id, edition=name, by=login)

    def recapture(case_id: str) -> None:
        capture_now(settings, state, state.cases.one(case_id), by="system:desk")

    def sources() -> tuple[Source, ...]:
        return tuple(card.source() for card in cards_of(settings).values())

    return Desk(
        state=state,
        evidence=settings.evidence,
        now=now,
        organisation=settings.organisation,
        mailbox=settings.mailbox,
        phone=settings.phone,
        draft_notice=draft,
        send=send,
        make_edition=edition,
        recapture=recapture,
        missing_fields=check_notice,
        channels=tuple(sorted(find_channels())),
        sources=sources,
    )


def make_app(settings: Settings, state: State) -> FastAPI:
    """Give the desk as a web application."""
    return create_app(make_desk(settings, state))


def serve_desk(settings: Settings) -> None:
    """Serve the desk until the process ends."""
    with open_state(settings.state) as state:
        uvicorn.run(
            make_app(settings, state),
            host=settings.desk_host,
            port=settings.desk_port,
            log_level="warning",
            server_header=False,
            access_log=False,  # addresses of case pages don't belong in a log
        )


if __name__ == "__main__":
    serve_desk(read_settings(Path(sys.argv[1])))
