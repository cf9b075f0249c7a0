"""Finding the words that carry a label, by asking the model without them and with them alone."""

from collections.abc import Sequence

import numpy as np

from classify.harm.items import Item, Span
from classify.harm.mask import masked
from classify.harm.policy import Policy
from classify.harm.scorer import Scorer, Scores, place_of
from classify.harm.segments import segments
from warehouse import Label, Phrase

_ALMOST = 1e-6


def find_phrases(found: Sequence[tuple[Item, Span, Label]], scorer: Scorer, policy: Policy) -> list[tuple[Phrase, ...]]:
    """Give for each (post, window, harm label) the segments that carry the label, in the post's own characters.

    Occlusion: a segment weighs the log-odds that the label loses when the segment is cut out, plus the log-odds it
    has alone (two threats in one text each survive the loss of the other, so the loss alone isn't enough). The
    heaviest is a phrase; so is any other that alone reaches the label's threshold. A post with several labels in one
    window is asked once.
    """
    cuts = {(item, window): segments(item.text, window) for item, window, _ in found}
    masks = policy.masks
    texts: list[str] = []
    first: dict[tuple[Item, Span], int] = {}
    for (item, window), own in cuts.items():
        first[item, window] = len(texts)
        texts += [masks.prefix + masked(item, window, masks, without=cut) for cut in own]
        texts += [masks.prefix + masked(item, cut, masks) for cut in own]
    scores = scorer.score(texts, [""] * len(texts))
    phrases = []
    for item, window, label in found:
        own = cuts[item, window]
        without, alone = np.split(scores[first[item, window] :][: 2 * len(own)], 2)
        phrases.append(_heaviest(own, without, alone, label, policy.thresholds[label]))
    return phrases


def _heaviest(cuts: list[Span], without: Scores, alone: Scores, label: Label, at_least: float) -> tuple[Phrase, ...]:
    if not cuts:
        return ()
    column = place_of(label)
    weight = _log_odds(alone[:, column]) - _log_odds(without[:, column])
    best = int(np.argmax(weight))
    chosen = [n for n in range(len(cuts)) if n == best or alone[n, column] >= at_least]
    return tuple(Phrase(start=cuts[n][0], end=cuts[n][1], label=label) for n in chosen)


def _log_odds(score: Scores) -> Scores:
    inside = np.clip(score, _ALMOST, 1 - _ALMOST)
    odds: Scores = np.log(inside / (1 - inside))
    return odds
