"""What people decided and what was asked of others, one file each: `data/beoordeling/` and `data/verzoeken/`."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from takedown.evidence.facts import CaseFacts, in_order, notice_document
from takedown.evidence.files import canonical
from warehouse import Decision, Judgement, Notice, Response

SCHEMA = "handenaf/stuk/1"


def review_files(facts: CaseFacts, names: Mapping[str, str]) -> dict[str, bytes]:
    """Give one file per answer and decision: who, when, what she saw, what she chose, why.

    What she saw is told by digests: the text, and the manifests of the captures that existed then.
    """
    files: dict[str, bytes] = {}
    acts: list[Judgement | Decision] = [*facts.judgements, *facts.decisions]
    for number, act in enumerate(sorted(acts, key=lambda one: (one.at, one.id)), 1):
        kind = "oordeel" if isinstance(act, Judgement) else "besluit"
        seen = [c.manifest_sha256 for c in in_order(facts.captures) if c.ended_at <= act.at]
        files[f"data/beoordeling/{number:03d}-{kind}.json"] = canonical(
            {
                "schema": SCHEMA,
                "soort": kind,
                "op": act.at.isoformat(),
                "door": names[act.by],
                "keuze": act.answer if isinstance(act, Judgement) else act.choice,
                "reden": act.reason,
                "gezien": {
                    "tekst_sha256": hashlib.sha256(facts.post.text.encode()).hexdigest(),
                    "vastleggingen": seen,
                },
            }
        )
    return files


def request_files(facts: CaseFacts, names: Mapping[str, str]) -> dict[str, bytes]:
    """Give one file per notice and per answer or look, in the order in which they came."""
    sent = {receipt.notice_id: receipt for receipt in facts.receipts}
    papers: list[tuple[datetime, str, str, dict[str, Any]]] = []
    come: list[Notice | Response] = [*facts.notices, *facts.responses]
    for paper in come:
        if isinstance(paper, Notice):
            papers.append((paper.drafted_at, paper.id, "melding", notice_document(paper, names, sent.get(paper.id))))
        else:
            papers.append((paper.at, paper.id, "antwoord", _answer(paper, names)))
    return {
        f"data/verzoeken/{number:03d}-{kind}.json": canonical({"schema": SCHEMA, "soort": kind} | told)
        for number, (_, _, kind, told) in enumerate(sorted(papers, key=lambda one: one[:2]), 1)
    }


def _answer(response: Response, names: Mapping[str, str]) -> dict[str, Any]:
    """Describe what the recipient did, or what a look showed."""
    return {
        "op": response.at.isoformat(),
        "door": names[response.by],
        "uitkomst": response.kind,
        "tekst": response.text,
    }
