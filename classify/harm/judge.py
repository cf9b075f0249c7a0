"""Reading posts with respect to the people they name."""

from collections.abc import Sequence

import numpy as np

from classify.harm.calibration import Calibrated
from classify.harm.items import Item, Judged, Span
from classify.harm.mask import clean, masked
from classify.harm.phrases import find_phrases
from classify.harm.policy import Policy
from classify.harm.scorer import Scorer, Scores, place_of
from classify.harm.urgency import urgency
from classify.harm.windows import windows
from warehouse import HARMS, Label, Phrase

MOST_CONTEXT = 400
"""Characters of the parent post that are read."""


class Judge:
    """A model and a policy: what a post does to the person it names."""

    def __init__(self, scorer: Scorer, policy: Policy) -> None:
        """Use a model that is already loaded; `load_judge` is the usual way in."""
        self.model = scorer.name
        self.policy = policy
        self._scorer: Scorer = Calibrated(scorer, policy.calibration)

    def judge(self, items: Sequence[Item]) -> list[Judged]:
        """Read posts and answer in their order.

        Each post is read in windows (`windows.py`) with the names masked; a label's score is the highest of any window.
        A post without a visible character scores 0 on everything.
        """
        read = [windows(item) for item in items]
        scores = self._score(items, read)
        labels = [self._labels(each) for each in scores]
        doubts = [self._doubts(*one) for one in zip(scores, labels, strict=True)]
        phrases = self._phrases(
            items, read, scores, [(*one, *other) for one, other in zip(labels, doubts, strict=True)]
        )
        return [self._judged(*one) for one in zip(items, read, scores, labels, doubts, phrases, strict=True)]

    def scores(self, items: Sequence[Item]) -> Scores:
        """Give the scores alone, shape (posts, labels in the order of `Label`): a third of the work of `judge`."""
        each = self._score(items, [windows(item) for item in items])
        return np.array([one.max(axis=0, initial=0.0) for one in each], np.float32).reshape(len(items), len(Label))

    def phrases_for(self, asked: Sequence[tuple[Item, Label]]) -> list[tuple[Phrase, ...]]:
        """Give the words that carry a label that is known to hold, whatever its score, for each (post, label)."""
        read = [windows(item) for item, _ in asked]
        scores = self._score([item for item, _ in asked], read)
        found = find_phrases(
            [
                (item, own[int(each[:, place_of(label)].argmax())], label)
                for (item, label), own, each in zip(asked, read, scores, strict=True)
                if own
            ],
            self._scorer,
            self.policy,
        )
        answers = iter(found)
        return [next(answers) if own else () for own in read]

    def _score(self, items: Sequence[Item], read: Sequence[Sequence[Span]]) -> list[Scores]:
        """Give for each post an array of shape (its windows, 6)."""
        masks = self.policy.masks
        texts, contexts = [], []
        for item, spans in zip(items, read, strict=True):
            texts += [masks.prefix + masked(item, window, masks) for window in spans]
            contexts += [clean(item.context[:MOST_CONTEXT])] * len(spans)
        scores = self._scorer.score(texts, contexts)
        return np.split(scores, np.cumsum([len(spans) for spans in read])[:-1]) if items else []

    def _labels(self, scores: Scores) -> tuple[Label, ...]:
        joined = _joined(scores)
        reached = [label for label in Label if joined[label] >= self.policy.thresholds[label] and len(scores)]
        return tuple(label for label in reached if label in HARMS) or tuple(reached)

    def _doubts(self, scores: Scores, labels: tuple[Label, ...]) -> tuple[Label, ...]:
        if not len(scores) or any(label in HARMS for label in labels):
            return ()
        joined = _joined(scores)
        return tuple(label for label in HARMS if joined[label] >= self.policy.doubt(label))

    def _phrases(
        self,
        items: Sequence[Item],
        read: Sequence[Sequence[Span]],
        scores: Sequence[Scores],
        labels: Sequence[tuple[Label, ...]],
    ) -> list[tuple[Phrase, ...]]:
        """Find the phrases of each harm, found or in doubt, in the window that scores it highest."""
        asked = [(n, label) for n, own in enumerate(labels) for label in own if label in HARMS]
        places = [read[n][int(scores[n][:, place_of(label)].argmax())] for n, label in asked]
        found = find_phrases(
            [(items[n], place, label) for (n, label), place in zip(asked, places, strict=True)],
            self._scorer,
            self.policy,
        )
        phrases: list[list[Phrase]] = [[] for _ in items]
        for (n, _), some in zip(asked, found, strict=True):
            phrases[n] += some
        return [tuple(sorted(own, key=lambda phrase: (phrase.start, phrase.end))) for own in phrases]

    def _judged(
        self,
        item: Item,
        read: Sequence[Span],
        scores: Scores,
        labels: tuple[Label, ...],
        doubts: tuple[Label, ...],
        phrases: tuple[Phrase, ...],
    ) -> Judged:
        joined = _joined(scores)
        text = "\n".join(item.text[start:end] for start, end in read)
        return Judged(
            id=item.id,
            scores=joined,
            labels=labels,
            phrases=phrases,
            urgency=urgency(text, labels, joined, self.policy.urgency),
            model=self.model,
            policy=self.policy.version,
            doubts=doubts,
        )


def _joined(scores: Scores) -> dict[Label, float]:
    highest = scores.max(axis=0, initial=0.0)
    return {label: float(highest[place_of(label)]) for label in Label}
