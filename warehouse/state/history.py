"""Handing what happened to the warehouse, as rows without text or names."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, RowMapping, Select, select

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
    posts,
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
    """Give one row a label; one without a label where nothing was found."""
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


def _of_case(kind: str, answer: str) -> Callable[[RowMapping], Iterator[Row]]:
    def rows(row: RowMapping) -> Iterator[Row]:
        yield _row(
            kind,
            id=str(row["id"]),
            case_id=row["case_id"],
            person_id=row["person_id"],
            source=row["source"],
            answer=row[answer] if answer else "",
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


KINDS: Mapping[str, tuple[Select[Any], Any, Callable[[RowMapping], Iterator[Row]]]] = {
    "mention": (
        select(
            mentions.c.id,
            mentions.c.person_id,
            mentions.c.band,
            mentions.c.score,
            mentions.c.found_at.label("at"),
            posts.c.source,
        ).join(posts, posts.c.id == mentions.c.post_id),
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
        verdicts.c.judged_at,
        _verdict_rows,
    ),
    "state": (
        _about_cases(case_states, case_states.c.id, case_states.c.state, case_states.c.at),
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
        judgements.c.at,
        _of_case("judgement", "answer"),
    ),
    "decision": (
        _about_cases(decisions, decisions.c.id, decisions.c.choice, decisions.c.at),
        decisions.c.at,
        _of_case("decision", "choice"),
    ),
    "capture": (
        _about_cases(captures, captures.c.id, captures.c.begun_at.label("at")),
        captures.c.begun_at,
        _of_case("capture", ""),
    ),
    "response": (
        _about_cases(responses, responses.c.id, responses.c.kind, responses.c.at),
        responses.c.at,
        _of_case("response", "kind"),
    ),
}
"""For each kind of thing that happens: how to read it, the time it is read by, and the rows it becomes."""


class History:
    """What happened since the last export, kind by kind."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(**{WRITE: True})

    def fresh(self, kind: str, *, most: int = 50_000) -> tuple[list[Row], str]:
        """Give the rows of one kind since the last export, and the mark to pass to `exported` once they are written.

        The mark is a time; rows of exactly that time are given again (the warehouse leaves known ids alone), so
        that two things of one instant can't slip through.
        """
        chosen, moment, rows = KINDS[kind]
        with self._engine.connect() as connection:
            upto = connection.execute(select(exports.c.upto).where(exports.c.kind == kind)).scalar()
            if upto:
                chosen = chosen.where(moment >= datetime.fromisoformat(upto))
            found = connection.execute(chosen.order_by(moment).limit(most)).mappings().all()
        if not found:
            return [], ""
        mark = found[-1]["at"].isoformat()
        return [row for each in found for row in rows(each)], mark

    def exported(self, kind: str, mark: str) -> None:
        """Note how far the warehouse has one kind."""
        with self._writer.begin() as connection:
            if not add_new(connection, exports, [{"kind": kind, "upto": mark}]):
                connection.execute(exports.update().where(exports.c.kind == kind).values(upto=mark))
