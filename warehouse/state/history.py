"""Handing what happened to the warehouse, as rows without text or names."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, RowMapping, Select, Text, cast, select

from warehouse.records import Label, Verdict
from warehouse.state.engine import WRITE
from warehouse.state.rows import add_new, from_json
from warehouse.state.tables import (
    captures,
    case_states,
    cases,
    decisions,
    exports,
    judgements,
    mentions,
    notices,
    posts,
    receipts,
    responses,
    verdicts,
)

Row = Mapping[str, object]


def _row(kind: str, *, id: str, at: datetime, **values: object) -> Row:  # noqa: A002 - the column's name
    blank = {"case_id": "", "person_id": "", "source": "", "answer": "", "label": "", "score": None}
    return {"kind": kind, "id": id, "happened_at": at} | blank | values


def _mention_rows(row: RowMapping) -> Iterator[Row]:
    yield _row(
        "mention",
        id=row["id"],
        person_id=row["person_id"],
        source=row["source"],
        answer=row["band"],
        score=row["score"],
        at=row["at"],
    )


def _verdict_rows(row: RowMapping) -> Iterator[Row]:
    """Give one row a label, one without a label where nothing was found, and one of its own kind for each doubt."""
    verdict = from_json(Verdict, row["record"])
    labels: tuple[Label | str, ...] = verdict.labels or ("",)
    for label in labels:
        yield _row(
            "verdict",
            id=row["id"],
            person_id=row["person_id"],
            source=row["source"],
            answer=row["urgency"],
            label=str(label),
            score=verdict.scores[label] if isinstance(label, Label) else None,
            at=row["at"],
        )
    for label in verdict.doubts:
        score = verdict.scores[label]
        yield _row("doubt", id=row["id"], person_id=row["person_id"], source=row["source"], label=str(label), score=score, at=row["at"])  # fmt: skip


def _of_case(kind: str, answer: str) -> Callable[[RowMapping], Iterator[Row]]:
    def rows(row: RowMapping) -> Iterator[Row]:
        yield _row(
            kind,
            id=str(row["id"]),
            case_id=row["case_id"],
            person_id=row["person_id"],
            source=row["source"],
            answer=row["record"][answer] if "record" in row else row[answer] if answer else "",
            at=row["at"],
        )

    return rows


def _about_cases(table: Any, *columns: Any) -> Select[Any]:
    """Select from a table that names a case, with the case's person and the post's source."""
    return (
        select(*columns, table.c.case_id, cases.c.person_id, posts.c.source)
        .join(cases, cases.c.id == table.c.case_id)
        .join(posts, posts.c.id == cases.c.post_id)
    )


KINDS: Mapping[str, tuple[Select[Any], Any, Any, Callable[[RowMapping], Iterator[Row]]]] = {
    "mention": (
        select(
            mentions.c.id,
            mentions.c.person_id,
            mentions.c.band,
            mentions.c.score,
            mentions.c.found_at.label("at"),
            posts.c.source,
        ).join(posts, posts.c.id == mentions.c.post_id),
        mentions.c.id,
        mentions.c.found_at,
        _mention_rows,
    ),
    "verdict": (
        select(
            verdicts.c.id,
            verdicts.c.person_id,
            verdicts.c.urgency,
            verdicts.c.record,
            verdicts.c.judged_at.label("at"),
            posts.c.source,
        ).join(posts, posts.c.id == verdicts.c.post_id),
        verdicts.c.id,
        verdicts.c.judged_at,
        _verdict_rows,
    ),
    "state": (
        _about_cases(case_states, case_states.c.id, case_states.c.state, case_states.c.at),
        case_states.c.id,
        case_states.c.at,
        _of_case("state", "state"),
    ),
    "judgement": (
        select(
            judgements.c.id,
            judgements.c.case_id,
            judgements.c.answer,
            judgements.c.at,
            judgements.c.person_id,
            posts.c.source,
        )
        .join(cases, cases.c.id == judgements.c.case_id)
        .join(posts, posts.c.id == cases.c.post_id),
        judgements.c.id,
        judgements.c.at,
        _of_case("judgement", "answer"),
    ),
    "decision": (
        _about_cases(decisions, decisions.c.id, decisions.c.choice, decisions.c.at),
        decisions.c.id,
        decisions.c.at,
        _of_case("decision", "choice"),
    ),
    "capture": (
        _about_cases(captures, captures.c.id, captures.c.begun_at.label("at")),
        captures.c.id,
        captures.c.begun_at,
        _of_case("capture", ""),
    ),
    "notice": (
        _about_cases(notices, notices.c.id, notices.c.drafted_at.label("at"), notices.c.record),
        notices.c.id,
        notices.c.drafted_at,
        _of_case("notice", "channel"),
    ),
    "receipt": (
        select(
            receipts.c.notice_id.label("id"),
            receipts.c.sent_at.label("at"),
            receipts.c.record,
            notices.c.case_id,
            cases.c.person_id,
            posts.c.source,
        )
        .join(notices, notices.c.id == receipts.c.notice_id)
        .join(cases, cases.c.id == notices.c.case_id)
        .join(posts, posts.c.id == cases.c.post_id),
        receipts.c.notice_id,
        receipts.c.sent_at,
        _of_case("receipt", "channel"),
    ),
    "response": (
        _about_cases(responses, responses.c.id, responses.c.kind, responses.c.at),
        responses.c.id,
        responses.c.at,
        _of_case("response", "kind"),
    ),
}
"""For each kind of thing that happens: how to read it, its id, its time, and the rows it becomes."""


class History:
    """What happened and was not handed to the warehouse yet, kind by kind."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(**{WRITE: True})

    def fresh(self, kind: str, *, most: int = 50_000) -> tuple[list[Row], tuple[str, ...]]:
        """Give the rows of at most `most` things not handed over yet, and their ids for `exported`, oldest first.

        A ledger of ids and not a mark in time: what is saved late (another process, a slower clock) is not missed.
        Between the batch's writing and `exported` a kill makes the same rows come again; the loader leaves them alone.
        """
        chosen, thing, moment, rows = KINDS[kind]
        handed = select(exports.c.id).where(exports.c.kind == kind, exports.c.id == cast(thing, Text))
        with self._engine.connect() as connection:
            fresh = chosen.where(~handed.exists()).order_by(moment, thing).limit(most)
            found = connection.execute(fresh).mappings().all()
        return [row for each in found for row in rows(each)], tuple(str(each["id"]) for each in found)

    def exported(self, kind: str, ids: Sequence[str]) -> None:
        """Note that these things of one kind are in a batch on disk."""
        with self._writer.begin() as connection:
            add_new(connection, exports, [{"kind": kind, "id": thing} for thing in ids])
