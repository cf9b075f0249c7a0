"""What a bundle says about a case besides its captures: `zaak.json`, with reviewers under pseudonyms."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from warehouse import Capture, Case, Decision, Judgement, Notice, Person, Post, Receipt, Response, Verdict

SCHEMA = "handenaf/zaak/1"

Act = TypeVar("Act", Judgement, Decision, Response)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """One case as the desk's memory has it: what `make_bundle` puts in the bundle."""

    case: Case
    post: Post
    person: Person
    verdict: Verdict
    captures: tuple[Capture, ...]
    judgements: tuple[Judgement, ...] = ()
    decisions: tuple[Decision, ...] = ()
    notices: tuple[Notice, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    responses: tuple[Response, ...] = ()


def pseudonyms(facts: CaseFacts) -> dict[str, str]:
    """Give each login a number in the order in which they acted: "beoordelaar 1", …; the software is "systeem"."""
    acts: list[tuple[datetime, str]] = [(judgement.at, judgement.by) for judgement in facts.judgements]
    acts += [(decision.at, decision.by) for decision in facts.decisions]
    acts += [(notice.drafted_at, notice.drafted_by) for notice in facts.notices]
    acts += [(response.at, response.by) for response in facts.responses]
    names: dict[str, str] = {}
    number = 0
    for _, login in sorted(acts):
        if login in names:
            continue
        if login == "follow" or login.startswith("system:"):
            names[login] = "systeem"
        else:
            number += 1
            names[login] = f"beoordelaar {number}"
    return names


def _moment(at: datetime | None) -> str | None:
    """Write a time as ISO 8601, UTC."""
    return at.isoformat() if at else None


def document_of(facts: CaseFacts, made_at: datetime) -> dict[str, Any]:
    """Give the content of `zaak.json`."""
    names = pseudonyms(facts)
    post, case, person, verdict = facts.post, facts.case, facts.person, facts.verdict
    sent = {receipt.notice_id: receipt for receipt in facts.receipts}
    return {
        "schema": SCHEMA,
        "zaak_id": case.id,
        "urgentie": case.urgency,
        "status": case.state,
        "geopend_op": _moment(case.opened_at),
        "bundel_gemaakt_op": _moment(made_at),
        "betrokkene": {
            "id": person.id,
            "naam": person.display_name,
            "functie": person.role,
            "organisatie": person.organisation,
        },
        "bericht": _post(post),
        "selectie": _selection(verdict),
        "oordelen": [
            {"op": _moment(j.at), "door": names[j.by], "is_het_haar": j.answer, "reden": j.reason}
            for j in _by_time(facts.judgements)
        ],
        "besluiten": [
            {"op": _moment(d.at), "door": names[d.by], "besluit": d.choice, "reden": d.reason}
            for d in _by_time(facts.decisions)
        ],
        "meldingen": [_notice(notice, names, sent.get(notice.id)) for notice in facts.notices],
        "antwoorden": [
            {"op": _moment(r.at), "door": names[r.by], "soort": r.kind, "tekst": r.text}
            for r in _by_time(facts.responses)
        ],
        "vastleggingen": [
            {
                "id": capture.id,
                "manifest_sha256": capture.manifest_sha256,
                "toestand": capture.visible,
                "beperkingen": list(capture.limitations),
            }
            for capture in in_order(facts.captures)
        ],
    }


def _post(post: Post) -> dict[str, Any]:
    """Describe the post as its platform showed it."""
    return {
        "bron": post.source,
        "permalink": post.permalink,
        "platform_id": post.platform_id,
        "auteur": {"naam": post.author_name, "handle": post.author_handle, "profiel": post.author_profile},
        "geplaatst_op": {
            "letterlijk": post.posted_at_literal,
            "utc": _moment(post.posted_at),
            "bron": post.posted_at_how,
        },
        "opgehaald_op": _moment(post.fetched_at),
        "taal": post.language,
        "tekst": post.text,
    }


def _selection(verdict: Verdict) -> dict[str, Any]:
    """Describe why the software put the post before a person."""
    return {
        "uitleg": "Hulpmiddel bij het zoeken; geen bewijs van wat het bericht betekent.",
        "model": verdict.model,
        "regels": verdict.policy,
        "labels": list(verdict.labels),
        "scores": {str(label): round(score, 4) for label, score in sorted(verdict.scores.items())},
    }


def _by_time(acts: Iterable[Act]) -> list[Act]:
    """Sort acts by when they were done, equal times by id."""
    return sorted(acts, key=lambda act: (act.at, act.id))


def in_order(captures: Iterable[Capture]) -> list[Capture]:
    """Sort captures by when they began, equal times by id."""
    return sorted(captures, key=lambda capture: (capture.begun_at, capture.id))


def _notice(notice: Notice, names: dict[str, str], receipt: Receipt | None) -> dict[str, Any]:
    """Describe one notice and, when it left, its receipt."""
    return {
        "id": notice.id,
        "opgesteld_op": _moment(notice.drafted_at),
        "opgesteld_door": names[notice.drafted_by],
        "kanaal": notice.channel,
        "ontvanger": notice.recipient,
        "onderwerp": notice.subject,
        "brief": notice.body,
        "verstuurd_op": _moment(receipt.sent_at) if receipt else None,
        "kenmerk": receipt.reference if receipt else None,
    }
