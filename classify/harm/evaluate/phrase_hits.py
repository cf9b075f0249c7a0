"""Whether the words that a reviewer sees highlighted are those that a person marked."""

from collections.abc import Sequence
from dataclasses import dataclass

from classify.harm.evaluate.gold import Gold
from classify.harm.items import Span
from classify.harm.judge import Judge
from classify.harm.segments import segments
from classify.harm.windows import windows
from warehouse import Phrase

HALF = 0.5
"""A marked phrase is hit when at least half of its characters are highlighted for its label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """What one run counted, over marked phrases whose label the judge is told."""

    phrases: int
    hit: float
    """Share of the marked phrases that are hit."""
    chance: float
    """The same if one segment were drawn blindly: how easy the texts are."""
    highlighted: float
    """Share of all characters of these posts that are highlighted; everything highlighted would hit everything."""
    inside: float
    """Share of the highlighted characters that lie in a marked phrase."""


def phrase_hits(judge: Judge, posts: Sequence[Gold]) -> Hits | None:
    """Count on the posts that have marked phrases; None when none has."""
    asked = [(post, label) for post in posts for label in sorted({phrase.label for phrase in post.phrases})]
    if not asked:
        return None
    answers = judge.phrases_for([(post.item, label) for post, label in asked])
    hit = chance = inside = lit = length = count = 0.0
    for (post, label), found in zip(asked, answers, strict=True):
        marked = [phrase for phrase in post.phrases if phrase.label == label]
        whole = {place for phrase in marked for place in range(phrase.start, phrase.end)}
        light = {place for phrase in found for place in range(phrase.start, phrase.end)}
        inside += len(light & whole)
        lit += len(light)
        length += len(post.item.text)
        for phrase in marked:
            count += 1
            hit += _covered(phrase, [(own.start, own.end) for own in found]) >= HALF
            cuts = [cut for window in windows(post.item) for cut in segments(post.item.text, window)]
            chance += sum(_covered(phrase, [cut]) >= HALF for cut in cuts) / len(cuts)
    return Hits(
        phrases=int(count),
        hit=hit / count,
        chance=chance / count,
        highlighted=lit / length,
        inside=inside / lit if lit else 0.0,
    )


def _covered(phrase: Phrase, spans: Sequence[Span]) -> float:
    wanted = set(range(phrase.start, phrase.end))
    return len(wanted & {place for start, end in spans for place in range(start, end)}) / len(wanted)
