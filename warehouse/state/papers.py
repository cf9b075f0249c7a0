"""What is made about a case: captures, bundles, notices, approvals, receipts, responses."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Engine, select, update

from warehouse.errors import ConflictError, MissingError
from warehouse.records import Approval, Bundle, Capture, Notice, Receipt, Response
from warehouse.state.audit import add_entry
from warehouse.state.engine import WRITE
from warehouse.state.rows import add_new, from_json, to_json
from warehouse.state.tables import approvals, bundles, captures, notices, receipts, responses


class Papers:
    """The papers of a case. All of them are only added."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(**{WRITE: True})

    def add_capture(self, capture: Capture, *, by: str) -> None:
        """Keep a capture's record; its files lie in the evidence folder already."""
        row = {"id": capture.id, "case_id": capture.case_id, "begun_at": capture.begun_at, "record": to_json(capture)}
        with self._writer.begin() as connection:
            if add_new(connection, captures, [row]):
                add_entry(
                    connection,
                    at=capture.ended_at,
                    actor=by,
                    action="capture.made",
                    subject=capture.case_id,
                    detail=f"{capture.id} {capture.manifest_sha256}",
                )

    def amend_capture(self, capture_id: str, change: Callable[[Capture], Capture], *, at: datetime, by: str) -> Capture:
        """Give a capture's record what came later, its time stamps: only files and limitations may differ.

        One transaction: what two processes add at the same time is all kept. Raises `MissingError`, and `ConflictError`
        when the change would take a file away or touch anything else.
        """
        with self._writer.begin() as connection:
            row = connection.execute(select(captures.c.record).where(captures.c.id == capture_id)).first()
            if row is None:
                msg = f"there is no capture {capture_id!r}"
                raise MissingError(msg)
            old = from_json(Capture, row.record)
            new = change(old)
            if replace(new, files=old.files, limitations=old.limitations) != old or not set(old.files) <= set(
                new.files
            ):
                msg = f"capture {capture_id} was sealed; only time stamps can be added to it"
                raise ConflictError(msg)
            if new == old:
                return old
            connection.execute(update(captures).where(captures.c.id == capture_id).values(record=to_json(new)))
            tokens = [file.sha256 for file in new.files if file not in old.files and file.role == "token"]
            if tokens:
                detail = f"{capture_id} {' '.join(tokens)}"
                add_entry(connection, at=at, actor=by, action="capture.stamped", subject=old.case_id, detail=detail)
        return new

    def has_capture(self, capture_id: str) -> bool:
        """Say whether a capture has a record."""
        with self._engine.connect() as connection:
            return connection.execute(select(captures.c.id).where(captures.c.id == capture_id)).first() is not None

    def captures(self, case_id: str) -> tuple[Capture, ...]:
        """Give the captures of a case, oldest first."""
        with self._engine.connect() as connection:
            chosen = select(captures.c.record).where(captures.c.case_id == case_id).order_by(captures.c.begun_at)
            return tuple(from_json(Capture, row.record) for row in connection.execute(chosen))

    def add_bundle(self, bundle: Bundle) -> None:
        """Keep a bundle's record."""
        row = {"id": bundle.id, "case_id": bundle.case_id, "made_at": bundle.made_at, "record": to_json(bundle)}
        with self._writer.begin() as connection:
            if add_new(connection, bundles, [row]):
                add_entry(
                    connection,
                    at=bundle.made_at,
                    actor=bundle.made_by,
                    action="bundle.made",
                    subject=bundle.case_id,
                    detail=bundle.sha256,
                )

    def bundles(self, case_id: str) -> tuple[Bundle, ...]:
        """Give the bundles of a case, oldest first."""
        with self._engine.connect() as connection:
            chosen = select(bundles.c.record).where(bundles.c.case_id == case_id).order_by(bundles.c.made_at)
            return tuple(from_json(Bundle, row.record) for row in connection.execute(chosen))

    def add_notice(self, notice: Notice) -> None:
        """Keep a drafted notice; the same letter drafted twice is one notice."""
        row = {
            "id": notice.id,
            "case_id": notice.case_id,
            "drafted_at": notice.drafted_at,
            "record": to_json(notice),
        }
        with self._writer.begin() as connection:
            if add_new(connection, notices, [row]):
                add_entry(
                    connection,
                    at=notice.drafted_at,
                    actor=notice.drafted_by,
                    action="notice.drafted",
                    subject=notice.case_id,
                    detail=notice.id,
                )

    def notice(self, notice_id: str) -> Notice:
        """Give one notice. Raises `MissingError`."""
        with self._engine.connect() as connection:
            row = connection.execute(select(notices.c.record).where(notices.c.id == notice_id)).first()
        if row is None:
            msg = f"there is no notice {notice_id!r}"
            raise MissingError(msg)
        return from_json(Notice, row.record)

    def notices(self, case_id: str) -> tuple[Notice, ...]:
        """Give the notices of a case, oldest first; the last one is the one that counts."""
        with self._engine.connect() as connection:
            chosen = select(notices.c.record).where(notices.c.case_id == case_id).order_by(notices.c.drafted_at)
            return tuple(from_json(Notice, row.record) for row in connection.execute(chosen))

    def approve(self, approval: Approval) -> None:
        """Add a second person's yes. Raises `ConflictError` when she drafted the notice herself: it takes two.

        Logins compare without case or spaces around them, as `takedown.sending.is_approved` does.
        """
        notice = self.notice(approval.notice_id)
        if notice.drafted_by.strip().casefold() == approval.by.strip().casefold():
            msg = f"{approval.by} drafted notice {notice.id}; somebody else must approve it"
            raise ConflictError(msg)
        with self._writer.begin() as connection:
            if add_new(connection, approvals, [to_row(approval)]):
                add_entry(
                    connection,
                    at=approval.at,
                    actor=approval.by,
                    action="notice.approved",
                    subject=notice.case_id,
                    detail=notice.id,
                )

    def approvals(self, notice_id: str) -> tuple[Approval, ...]:
        """Give who approved a notice."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(approvals).where(approvals.c.notice_id == notice_id)).mappings()
            return tuple(Approval(**row) for row in rows)

    def add_receipt(self, receipt: Receipt, *, case_id: str, by: str) -> None:
        """Note that a notice was handed over; a second receipt for the same notice changes nothing."""
        row = {"notice_id": receipt.notice_id, "sent_at": receipt.sent_at, "record": to_json(receipt)}
        with self._writer.begin() as connection:
            if add_new(connection, receipts, [row]):
                add_entry(
                    connection,
                    at=receipt.sent_at,
                    actor=by,
                    action="notice.sent",
                    subject=case_id,
                    detail=f"{receipt.notice_id} {receipt.channel} {receipt.reference}",
                )

    def receipt(self, notice_id: str) -> Receipt | None:
        """Give the receipt of a notice; None when it was not sent."""
        with self._engine.connect() as connection:
            row = connection.execute(select(receipts.c.record).where(receipts.c.notice_id == notice_id)).first()
            return from_json(Receipt, row.record) if row else None

    def add_response(self, response: Response) -> None:
        """Add what the recipient did, or what a later look showed."""
        with self._writer.begin() as connection:
            if add_new(connection, responses, [to_row(response)]):
                add_entry(
                    connection,
                    at=response.at,
                    actor=response.by,
                    action=f"response.{response.kind}",
                    subject=response.case_id,
                    detail=response.id,
                )

    def responses(self, case_id: str) -> tuple[Response, ...]:
        """Give the responses and looks of a case, oldest first."""
        with self._engine.connect() as connection:
            chosen = select(responses).where(responses.c.case_id == case_id)
            rows = connection.execute(chosen.order_by(responses.c.at, responses.c.id)).mappings()
            return tuple(Response(**row) for row in rows)


def to_row(record: Approval | Response) -> dict[str, str | datetime]:
    """Give a flat record as a row, with its times as they are."""
    return {name: getattr(record, name) for name in record.__dataclass_fields__}
