"""Weighing: from candidates to scored marks, and from rivals for one span to one mention."""

import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from classify.names.candidate import Candidate
from classify.names.context import Context
from classify.names.features import Table
from classify.names.posts import NotOurPerson, PostText, Remembered
from warehouse import Band, Mention, Reason

CONTRADICTIONS = frozenset(
    {"trade_before", "trade_behind", "other_life", "only_other_life", "famous", "firm", "family", "not_ours"}
)
"""Marks that put a right name into another life: the band is then `other_context` unless her work is near."""
OWN_LIFE = frozenset({"own_org", "own_role", "own_handle"})
_PLACED = frozenset({"own_org", "own_org_far", "own_town", "own_role"})
"""Marks of where she works or as what."""
_FIRST_DAMAGE = frozenset({"first_sounds", "first_typo", "first_far"})
_LAST_DAMAGE = frozenset({"surname_sounds", "surname_typo", "surname_far"})
SHORTEST_TITLED = 6
"""Letters a misspelt surname needs after a title."""
LEAST = 0.02
"""Scores below this are not worth a line: they are other people."""
SAME = 1e-6
"""Scores that differ by less can't be told apart."""


@dataclass(slots=True)
class Scored:
    """A candidate with the values of its features and its score."""

    candidate: Candidate
    values: dict[str, float]
    score: float


def complete(candidate: Candidate, context: Context) -> dict[str, str] | None:
    """Join a candidate's marks with its context's; None where a rule forbids it.

    A surname alone never counts: a title or an initial of the surname needs the person's organisation in the post, but
    for a title before both halves of a double surname, which hardly two people share. Where
    she is told of as somebody there ("(de baas van …"), neither her family nor another trade is meant.
    """
    marks = candidate.marks
    if "not_parted" in marks or _wrecked(marks):
        return None
    around = context.look(candidate)
    alone = {"title", "pointed_at"} & marks.keys() and not {"title", "double_surname"} <= marks.keys()
    if alone and not {"own_org", "own_org_far"} & around.keys():
        return None
    glued = {"glued", "glued_reversed", "own_handle"} & marks.keys()
    if not glued and context.inside_org(*(candidate.name or (candidate.start, candidate.end))):
        return None
    if {"surname_initial", "only_first"} & marks.keys() and not (_PLACED & around.keys()):
        return None
    if "street" in around:
        return None
    if marks.get("at_work", "").startswith(("(", ",")):
        around = {mark: said for mark, said in around.items() if mark not in {"family", "trade_behind"}}
    every = {**marks, **around}
    called = {"first_is_another", "far_nickname"} & marks.keys()
    if called and not _PLACED & around.keys():
        every["called_otherwise"] = marks[min(called)]
    damaged_first, damaged_last = _FIRST_DAMAGE & every.keys(), _LAST_DAMAGE & every.keys()
    if damaged_first and damaged_last:
        every["both_damaged"] = f"{every[min(damaged_first)]} {every[min(damaged_last)]}"
    return every


def _wrecked(marks: Mapping[str, str]) -> bool:
    """Tell whether too little of a name is left: what damages it may not come together freely.

    Ordinary text is full of two words that resemble a first name and a surname; a tussenvoegsel that is hers, the usual
    order or a title that is surely one make up for damage elsewhere.
    """
    first, last = bool(_FIRST_DAMAGE & marks.keys()), bool(_LAST_DAMAGE & marks.keys())
    unled = bool({"tussen_other", "tussen_dropped"} & marks.keys())
    far, heard = "surname_far" in marks, {"first_sounds", "surname_sounds"} <= marks.keys()
    titled = "title" in marks and last
    return any(
        (
            bool({"nickname", "far_nickname"} & marks.keys()) and _wrecked_nickname(marks, unled=unled),
            "first_far" in marks and (unled or last),
            "reversed" in marks and ((first and last and not heard) or (unled and (first or last)) or far),
            "tussen_other" in marks and (first or last),
            "pointed_at" in marks and last,
            titled and (unled or len(marks[min(_LAST_DAMAGE & marks.keys())]) < SHORTEST_TITLED),
            unled and first and last,
        )
    )


def _wrecked_nickname(marks: Mapping[str, str], *, unled: bool) -> bool:
    """Tell whether a name with a nickname, which is the weaker sign, is damaged beyond what it can bear."""
    first, last = bool(_FIRST_DAMAGE & marks.keys()), bool(_LAST_DAMAGE & marks.keys())
    back = "reversed" in marks
    return (first and (last or unled or back)) or (last and (unled or back)) or "surname_far" in marks


def weigh(candidates: Iterable[Candidate], context: Context, table: Table) -> list[Scored]:
    """Score candidates, the best reading per person and span only."""
    best: dict[tuple[int, int, int], Scored] = {}
    for candidate in candidates:
        marks = complete(candidate, context)
        if marks is None:
            continue
        candidate.marks = marks
        values = {name: float(words) if name == "letters_off" else 1.0 for name, words in marks.items()}
        scored = Scored(candidate, values, table.score(values))
        key = (candidate.entry.number, candidate.start, candidate.end)
        if key not in best or scored.score > best[key].score:
            best[key] = scored
    return list(best.values())


def choose(scored: Sequence[Scored], table: Table) -> list[tuple[Scored, list[Scored]]]:
    """Choose one winner per span, with the people that can't be told apart from her."""
    left = sorted(
        scored,
        key=lambda s: (-s.score, s.candidate.start, s.candidate.start - s.candidate.end, s.candidate.entry.number),
    )
    chosen: list[tuple[Scored, list[Scored]]] = []
    beside = _Beside(left)
    starts: list[int] = []
    ends: list[int] = []
    for winner in left:
        start, end = winner.candidate.start, winner.candidate.end
        place = bisect_left(starts, end)
        if place and ends[place - 1] > start:
            continue
        near = beside.meeting(start, end)
        winner = _longer(winner, near, table)  # noqa: PLW2901
        start, end = winner.candidate.start, winner.candidate.end
        place = bisect_left(starts, end)
        if place and ends[place - 1] > start:
            continue
        found = [
            other
            for other in near
            if other.candidate.entry is not winner.candidate.entry and abs(other.score - winner.score) < SAME
        ]
        rivals = list({r.candidate.entry.number: r for r in found}.values())
        if rivals:
            values = {**winner.values, "shared": math.log2(len(rivals) + 1)}
            chosen.append((Scored(winner.candidate, values, table.score(values)), rivals))
        else:
            chosen.append((Scored(winner.candidate, dict(winner.values), winner.score), rivals))
        starts.insert(place, start)
        ends.insert(place, end)
    return chosen


class _Beside:
    """Candidates by where they start, so that those which meet a span are few to look at."""

    def __init__(self, ranked: Sequence[Scored]) -> None:
        """Sort them; `ranked` is the order in which they are given back."""
        self.placed = sorted(enumerate(ranked), key=lambda pair: pair[1].candidate.start)
        self.starts = [scored.candidate.start for _, scored in self.placed]
        self.longest = max((s.candidate.end - s.candidate.start for s in ranked), default=0)

    def meeting(self, start: int, end: int) -> list[Scored]:
        """Give those that share letters with a span, in the order of their rank."""
        left, right = bisect_left(self.starts, start - self.longest), bisect_left(self.starts, end)
        return [scored for _, scored in sorted(self.placed[left:right], key=_rank) if scored.candidate.end > start]


def _rank(pair: tuple[int, Scored]) -> int:
    """Give the rank of a numbered candidate."""
    return pair[0]


def _longer(winner: Scored, near: Sequence[Scored], table: Table) -> Scored:
    """Prefer, to a first name with an initial that may be a tussenvoegsel's, the whole name of the same person."""
    if "surname_initial" not in winner.values:
        return winner
    start, end = winner.candidate.start, winner.candidate.end
    whole = [
        s
        for s in near
        if s.candidate.entry is winner.candidate.entry
        and s.candidate.start <= start
        and s.candidate.end > end
        and s.score >= table.probable
    ]
    return whole[0] if whole else winner


def remember(winner: Scored, post: PostText, answers: Sequence[Remembered], table: Table) -> None:
    """Lower or raise a score, visibly, where a reviewer said whom this author, site or context means."""
    for answer in answers:
        if answer.covers(winner.candidate.entry.person, post):
            mark = "not_ours" if isinstance(answer, NotOurPerson) else "ours"
            winner.values[mark] = 1.0
            winner.candidate.marks[mark] = answer.told
            winner.score = table.score(winner.values)


def band_of(winner: Scored, table: Table) -> Band | None:
    """Give the band of a winner; None where it is somebody else's name and nothing more."""
    marks = winner.values.keys()
    if winner.score >= table.probable:
        sure = winner.score >= table.certain and not {"shared", "only_first", "at_work"} & marks
        return Band.CERTAIN if sure else Band.PROBABLE
    if CONTRADICTIONS & marks and not OWN_LIFE & marks:
        return Band.OTHER_CONTEXT
    return None


def mention(
    winner: Scored, rivals: Sequence[Scored], post: PostText, span: tuple[int, int], table: Table
) -> Mention | None:
    """Write a winner down as a mention of the original text."""
    band = band_of(winner, table)
    if band is None:
        if winner.score < LEAST:
            return None
        band = Band.OTHER_CONTEXT
    reasons = (
        Reason(
            feature=name,
            words=winner.candidate.marks.get(name, ""),
            weight=round(table.features[name].weight * value, 3),
        )
        for name, value in winner.values.items()
    )
    return Mention(
        post_id=post.id,
        person_id=winner.candidate.entry.person.id,
        start=span[0],
        end=span[1],
        quote=post.text[span[0] : span[1]],
        score=round(winner.score, 6),
        band=band,
        reasons=tuple(sorted(reasons, key=lambda reason: (-abs(reason.weight), reason.feature))),
        also=tuple(sorted(rival.candidate.entry.person.id for rival in rivals)),
    )
