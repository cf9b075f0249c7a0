"""A case's facts with every masked word replaced, for the editions that leave the house openly."""

from collections.abc import Iterable
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from takedown.errors import EvidenceError
from takedown.evidence.editions import Edition
from takedown.evidence.facts import CaseFacts
from takedown.evidence.masks import Masks, masked_words
from takedown.evidence.suggestions import loose_words, suggest_marks
from warehouse import Decision, EvidenceFile, Judgement, Person, Phrase, Response

Record = TypeVar("Record")

KEPT = frozenset(
    {"id", "case_id", "notice_id", "sha256", "manifest_sha256", "by", "drafted_by", "kind", "state", "visible"}
)
"""Fields that hold no words of a page or a person, or that the code compares."""


def masks_of(facts: CaseFacts, edition: Edition) -> Masks:
    """Give what must be masked in this edition of the case.

    Raises:
        EvidenceError: nobody reviewed this text, or a marked place has no answer.

    """
    suggested = suggest_marks(facts.post.text, facts.person)
    masks = Masks(masked_words(facts.review, facts.post.id, facts.post.text, suggested))
    if edition.with_reasons:
        shown = facts.review.shown if facts.review else ()
        loose = loose_words(own_words(facts.judgements, facts.decisions, facts.responses), facts.person)
        left = [words for words in loose if words not in shown and not masks.hit(words)]
        if left:
            message = f"{len(left)} names in reasons and answers were not reviewed yet. Review them at the case first."
            raise EvidenceError(message)
    return masks


def own_words(
    judgements: Iterable[Judgement], decisions: Iterable[Decision], responses: Iterable[Response]
) -> tuple[str, ...]:
    """Give what colleagues and recipients wrote. Letters are not among them: two persons let those leave already."""
    return (*(one.reason for one in judgements), *(one.reason for one in decisions), *(one.text for one in responses))


def mask_facts(facts: CaseFacts, masks: Masks) -> CaseFacts:
    """Give the same facts with masked texts; of the protected person only how she is named and what she does."""
    person = Person(
        id="betrokkene",
        display_name=facts.person.display_name,
        organisation=facts.person.organisation,
        role=facts.person.role,
    )
    return replace(
        facts,
        post=_masked(facts.post, masks),
        person=_masked(person, masks),
        captures=tuple(_masked(capture, masks) for capture in facts.captures),
        judgements=tuple(_masked(one, masks) for one in facts.judgements),
        decisions=tuple(_masked(one, masks) for one in facts.decisions),
        notices=tuple(_masked(one, masks) for one in facts.notices),
        receipts=tuple(_masked(one, masks) for one in facts.receipts),
        responses=tuple(_masked(one, masks) for one in facts.responses),
    )


def _masked(record: Record, masks: Masks) -> Record:
    """Mask every plain text of a record; words of a fixed list (enums), digests and times stay."""
    changes = {
        field.name: _changed(getattr(record, field.name), masks)
        for field in fields(record)  # type: ignore[arg-type] # records are dataclasses
        if field.init and field.name not in KEPT
    }
    return replace(record, **changes)  # type: ignore[type-var] # same


def _changed(value: Any, masks: Masks) -> Any:
    if type(value) is str:
        return masks.blacken(value)
    if isinstance(value, tuple):
        return tuple(_changed(one, masks) for one in value)
    if is_dataclass(value) and not isinstance(value, type | Phrase | EvidenceFile):
        return _masked(value, masks)
    return value
