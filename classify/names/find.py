"""The finder: posts in, mentions out."""

import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from classify.names.align import Aligner
from classify.names.candidate import Candidate
from classify.names.context import Context, Places
from classify.names.errors import EmptyRosterError
from classify.names.explain import explain_text
from classify.names.features import Table, table
from classify.names.fold import Folded, fold
from classify.names.gate import Gate, Passed
from classify.names.index import Index
from classify.names.judge import Scored, choose, mention, remember, weigh
from classify.names.later import later_mentions, may_come_again
from classify.names.posts import NotOurPerson, OurPerson, PostText, Remembered
from classify.names.tags import Gluer
from classify.names.tokens import ANY_WAY, Active, Token, repairs, restored
from warehouse import Mention, Person

MOST_CHARACTERS = 1_000_000
"""Characters looked through at once: some 100 MB at the peak."""

LONGEST_PIECE = 8_000
"""Characters of a text that are looked at together: more than any post, and it keeps a book's cost in proportion."""
MOST_MENTIONS = 500
"""Mentions of one post after which the rest of a very long text is left: the list is long enough for anybody."""
MOST_DISGUISED = 12
"""Pieces of one post in which disguised words are put back together: 96,000 characters, more than anybody disguises by hand."""
NEAR = 5
"""Words around a disguised one that may belong to the same name."""


class Finder:
    """A compiled roster that finds its people in posts. Holds no state that changes what it finds."""

    def __init__(self, people: Sequence[Person], answers: Sequence[Remembered], features: Table) -> None:
        """Compile `people`; `answers` are what reviewers said and is remembered."""
        self.index = Index(people)
        self.places = Places(self.index.entries)
        self.gluer = Gluer(self.index)
        self.table = features
        phrases = self.places.phrases
        self.gate = Gate(self.index, self.gluer, phrases[: self.places.first_town], phrases[self.places.first_town :])
        self.answers: dict[str, list[Remembered]] = {}
        for answer in answers:
            self.answers.setdefault(answer.person_id, []).append(answer)

    def find(self, posts: Sequence[PostText]) -> list[Mention]:
        """Find everybody named in a batch of posts (thousands at a time are best).

        Mentions come in the order of the posts and of their places; the same input gives the same output.
        """
        found: list[Mention] = []
        disguised: Counter[str] = Counter()
        for part in _parts([piece for post in posts for piece in _pieces(post)]):
            joined = fold("\n".join(text for _, _, text in part))
            starts = np.cumsum([0, *(len(text) + 1 for _, _, text in part)])
            borders = np.searchsorted(joined.origin, starts)
            for passed in self.gate.pass_on(joined.codes, borders):
                post, offset, text = part[passed.number]
                if len(found) >= MOST_MENTIONS and found[-MOST_MENTIONS].post_id == post.id:
                    continue
                if passed.hidden:
                    disguised[post.id] += 1
                    if disguised[post.id] > MOST_DISGUISED and offset:
                        passed = replace(passed, hidden=False)  # noqa: PLW2901
                left, right = int(borders[passed.number]), int(borders[passed.number + 1])
                own = Folded(joined.codes[left:right], joined.origin[left:right] - starts[passed.number])
                here = self._look(
                    replace(post, text=text) if offset or len(text) < len(post.text) else post, own, passed
                )
                found.extend(replace(m, start=m.start + offset, end=m.end + offset) if offset else m for m in here)
        return found

    def candidates(self, post: PostText) -> Iterator[tuple[Scored, list[Scored], tuple[int, int]]]:
        """Give the best candidate per span of one post, her rivals and her span, however low she scores."""
        folded = fold(post.text)
        for passed in self.gate.pass_on(folded.codes, np.array([0, len(folded.codes)])):
            for winner, rivals in self.winners(folded.text, passed):
                remember(winner, post, self.answers.get(winner.candidate.entry.person.id, ()), self.table)
                yield winner, rivals, _original(winner.candidate, folded, post.text)

    def explain(self, text: str) -> str:
        """Explain what is found in a text: the words, the person, and everything that speaks for and against."""
        return explain_text(text, list(self.candidates(PostText(id="", text=text))), self.table)

    def _look(self, post: PostText, folded: Folded, passed: Passed) -> list[Mention]:
        """Look through one post."""
        mentions: list[Mention] = []
        for winner, rivals in self.winners(folded.text, passed):
            remember(winner, post, self.answers.get(winner.candidate.entry.person.id, ()), self.table)
            span = _original(winner.candidate, folded, post.text)
            found = mention(winner, rivals, post, span, self.table)
            if found:
                mentions.append(found)
        return sorted(mentions, key=lambda m: (m.start, m.end, m.person_id))

    def scored(self, text: str, passed: Passed) -> list[Scored]:
        """Give every scored candidate of a folded post, rivals included."""
        tokens, active = self._restored(text, passed) if passed.hidden else passed.window()
        if not (active or passed.glued):
            return []
        context = Context(text, self.places)
        candidates = list(Aligner(self.index, text, tokens, active, context).tagged())
        if passed.glued:
            candidates.extend(self.gluer.candidates(text))
        if passed.hidden:
            candidates.extend(self.gluer.hidden(tokens))
        if not candidates:
            return []
        scored = weigh(candidates, context, self.table)
        first = choose(scored, self.table)
        full = [
            s.candidate
            for s, _ in first
            if s.score >= self.table.probable and not {"title", "pointed_at"} & s.values.keys()
        ]
        if not may_come_again(text, full):
            return scored
        words = tokens if passed.hidden else passed.words()
        spans = sorted((c.start, c.end) for c in full)
        later = [c for c in later_mentions(self.index, words, full) if not _meets(c, spans)]
        return [*scored, *weigh(later, context, self.table)]

    def _restored(self, text: str, passed: Passed) -> tuple[list[Token], list[Active]]:
        """Put disguised words back together; those and the words around them may be a name's."""
        repaired = repairs(text, self.index)
        if not repaired:
            return passed.window()
        words = passed.words()
        tokens = restored(words, repaired)
        ways = {words[i].start: way for i, way in passed.active}
        active = {i: ways[token.start] for i, token in enumerate(tokens) if token.start in ways}
        for i, token in enumerate(tokens):
            if token.hidden:
                active.update(dict.fromkeys(range(max(0, i - NEAR), min(len(tokens), i + NEAR + 1)), ANY_WAY))
        return tokens, sorted(active.items())

    def winners(self, text: str, passed: Passed) -> list[tuple[Scored, list[Scored]]]:
        """Give the best candidate per span of a folded post, with the people who can't be told apart from her."""
        return choose(self.scored(text, passed), self.table)


Piece = tuple[PostText, int, str]
"""A post, where a piece of its text begins, and the piece."""


def _pieces(post: PostText) -> Iterator[Piece]:
    """Cut a very long text at the last line end or space before every `LONGEST_PIECE` characters."""
    start, text = 0, post.text
    while len(text) - start > LONGEST_PIECE:
        at = start + LONGEST_PIECE
        cut = (
            max(text.rfind("\n", start + LONGEST_PIECE // 2, at), text.rfind(". ", start + LONGEST_PIECE // 2, at)) + 1
        )
        cut = cut or text.rfind(" ", start + LONGEST_PIECE // 2, at) + 1 or at
        yield post, start, text[start:cut]
        start = cut
    yield post, start, text[start:] if start else text


def _parts(pieces: Sequence[Piece]) -> Iterator[Sequence[Piece]]:
    """Part a batch so that each part's texts have at most some million characters."""
    first, size = 0, 0
    for i, (_, _, text) in enumerate(pieces):
        if size and size + len(text) > MOST_CHARACTERS:
            yield pieces[first:i]
            first, size = i, 0
        size += len(text)
    if first < len(pieces):
        yield pieces[first:]


def _meets(candidate: Candidate, spans: Sequence[tuple[int, int]]) -> bool:
    """Tell whether a candidate shares letters with one of these spans, which are sorted and don't overlap."""
    place = bisect_left(spans, (candidate.end, 0))
    return place > 0 and spans[place - 1][1] > candidate.start


def _original(candidate: Candidate, folded: Folded, text: str) -> tuple[int, int]:
    """Give a candidate's span in the original text."""
    start, end = int(folded.origin[candidate.start]), int(folded.origin[candidate.end - 1]) + 1
    while end < len(text) and unicodedata.combining(text[end]):
        end += 1
    return start, end


def compile_roster(
    people: Sequence[Person], *, negatives: Sequence[NotOurPerson] = (), positives: Sequence[OurPerson] = ()
) -> Finder:
    """Compile a roster into a finder; reviewers' remembered answers lower or raise its scores.

    Raises `EmptyRosterError` where there is nobody to look for.
    """
    if not people:
        message = "The roster is empty, so nobody can be found. Import people first: handenaf people import roster.csv"
        raise EmptyRosterError(message)
    return Finder(people, (*negatives, *positives), table())


def find_mentions(
    posts: Sequence[PostText], people: Sequence[Person], *, negatives: Sequence[NotOurPerson] = ()
) -> list[Mention]:
    """Find `people` in `posts` once; for several batches compile the roster and keep the finder."""
    return compile_roster(people, negatives=negatives).find(posts)
