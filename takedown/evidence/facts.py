"""What a bundle says about a case besides its captures: `data/zaak.json`, with reviewers under pseudonyms."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from takedown.evidence.editions import Edition
from takedown.evidence.excerpt import Excerpt
from takedown.evidence.masks import MaskReview
from warehouse import Capture, Case, Decision, Judgement, Notice, Person, Post, Receipt, Response, Verdict

SCHEMA = "handenaf/zaak/1"

NO_LOG = Excerpt(lines=())

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
    log: Excerpt = NO_LOG
    review: MaskReview | None = None
    """What somebody decided about names, addresses and numbers in the post; None while nobody looked."""


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


def document_of(facts: CaseFacts, made_at: datetime, edition: Edition = Edition.FULL) -> dict[str, Any]:
    """Give the content of `zaak.json`; without reviewers' own words and letters where the edition has none."""
    names = pseudonyms(facts)
    case, person = facts.case, facts.person
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "uitgave": edition.value,
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
        "bericht": _post(facts.post),
        "selectie": _selection(facts.verdict),
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
    return document | (_acts(facts, names) if edition.with_reasons else {})


def _acts(facts: CaseFacts, names: Mapping[str, str]) -> dict[str, Any]:
    """Describe what people decided, asked and were answered."""
    sent = {receipt.notice_id: receipt for receipt in facts.receipts}
    return {
        "oordelen": [
            {"op": _moment(j.at), "door": names[j.by], "is_het_haar": j.answer, "reden": j.reason}
            for j in _by_time(facts.judgements)
        ],
        "besluiten": [
            {"op": _moment(d.at), "door": names[d.by], "besluit": d.choice, "reden": d.reason}
            for d in _by_time(facts.decisions)
        ],
        "meldingen": [notice_document(notice, names, sent.get(notice.id)) for notice in facts.notices],
        "antwoorden": [
            {"op": _moment(r.at), "door": names[r.by], "soort": r.kind, "tekst": r.text}
            for r in _by_time(facts.responses)
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
        "twijfel": list(verdict.doubts),
        "scores": {str(label): round(score, 4) for label, score in sorted(verdict.scores.items())},
    }


def _by_time(acts: Iterable[Act]) -> list[Act]:
    """Sort acts by when they were done, equal times by id."""
    return sorted(acts, key=lambda act: (act.at, act.id))


def in_order(captures: Iterable[Capture]) -> list[Capture]:
    """Sort captures by when they began, equal times by id."""
    return sorted(captures, key=lambda capture: (capture.begun_at, capture.id))


def notice_document(notice: Notice, names: Mapping[str, str], receipt: Receipt | None) -> dict[str, Any]:
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
