"""What the words around a name tell: her organisation and town, a trade of somebody else, a street name."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache, cached_property

from ahocorasick_rs import AhoCorasick

from classify.names.align import Candidate
from classify.names.entry import Entry
from classify.names.lists import kinds, phrases, words

_SENTENCE = re.compile(r"[.!?](?=\s|$)|\n\s*\n|\n")
_BESIDE = re.compile(r"[a-z]+")
SHORTEST_TRADE = 5
"""Letters a trade needs to be recognised as the end of a compound ("oud-schaatskampioen")."""


class Places:
    """The roster's organisations and towns, and the Dutch towns, in one automaton."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        """Compile the phrases of all entries."""
        orgs = sorted({org for entry in entries for org in entry.orgs if len(org) > 1})
        towns = sorted({entry.town for entry in entries if entry.town} | set(phrases("towns")))
        self.phrases = [*orgs, *towns]
        self.first_town = len(orgs)
        self._engine = AhoCorasick([f" {phrase} " for phrase in self.phrases])

    def find(self, text: str) -> tuple[dict[str, int], dict[str, int]]:
        """Give organisations and towns in a text of plain words, each with the place of the first."""
        orgs: dict[str, int] = {}
        towns: dict[str, int] = {}
        for number, start, _ in self._engine.find_matches_as_indexes(text, overlapping=True):
            (orgs if number < self.first_town else towns).setdefault(self.phrases[number], start)
        return orgs, towns


class Context:
    """The words around the candidates of one post, looked up once."""

    def __init__(self, text: str, places: Places) -> None:
        """Look at a folded post."""
        self.text = text
        found = list(_BESIDE.finditer(text))
        self.plain = " " + " ".join(match.group() for match in found) + " "
        self.orgs, self.towns = places.find(self.plain)
        self._words = found
        self._offsets = [0]
        for match in found:
            self._offsets.append(self._offsets[-1] + match.end() - match.start() + 1)
        self.org_spans = {
            org: span
            for org, place in self.orgs.items()
            if text[(span := self._span(place, len(org.split())))[0] - 1 : span[0]] != "#"
        }

    def _span(self, place: int, length: int) -> tuple[int, int]:
        """Give the span in the folded text of `length` words at a place of the plain text."""
        first = bisect_right(self._offsets, place) - 1
        return self._words[first].start(), self._words[first + length - 1].end()

    def inside_org(self, start: int, end: int) -> bool:
        """Tell whether a span shares letters with an organisation's name ("Pleegzorg De Linde")."""
        return any(start < right and left < end for left, right in self.org_spans.values())

    @cached_property
    def borders(self) -> list[int]:
        """Where sentences end."""
        return [0, *(m.end() for m in _SENTENCE.finditer(self.text)), len(self.text)]

    def sentence(self, start: int, end: int) -> tuple[int, int]:
        """Give the bounds of the sentence around a span."""
        return max(b for b in self.borders if b <= start), min(
            (b for b in self.borders if b >= end), default=len(self.text)
        )

    def look(self, candidate: Candidate) -> dict[str, str]:
        """Name what surrounds a candidate."""
        left, right = self.sentence(candidate.start, candidate.end)
        marks = self._places(candidate.entry, left, right)
        before = _BESIDE.findall(self.text, left, candidate.start)
        after = _BESIDE.findall(self.text, candidate.end, right)
        around = {*before, *after}
        marks.update(self._trade(candidate, before))
        other = sorted(around & words("otherlife"))
        if other:
            marks["other_life"] = other[0]
        care = sorted((around & words("care")) - set(marks.get("own_org", "").split()))
        if care:
            marks["care_sentence"] = care[0]
        elif any(f" {word} " in self.plain for word in ("jeugdzorg", "kinderrechter", "uithuisplaatsing")):
            marks["care_post"] = "jeugdzorg"
        written = " ".join(_BESIDE.findall(self.text, candidate.start, candidate.end))
        if written in _famous():
            marks["famous"] = written
        if (
            after
            and after[0] in kinds("tails")["eponym"]
            and self.text[candidate.end : candidate.end + 1] in {" ", "-"}
        ):
            marks["street"] = after[0]
        elif after and (after[0] in kinds("tails")["firm"] or after[:2] in (["en", "zoon"], ["en", "zonen"])):
            marks["firm"] = after[0]
        elif self.text[candidate.end : candidate.end + 2] == " &":
            marks["firm"] = "&"
        if before[-1:] in (["familie"], ["fam"], ["gezin"]):
            marks["family"] = before[-1]
        return marks

    def _places(self, entry: Entry, left: int, right: int) -> dict[str, str]:
        """Compare organisations, town and role of the post with the person's."""
        marks: dict[str, str] = {}
        own = next((org for org in entry.orgs if org in self.org_spans), "")
        others = [org for org in self.org_spans if org not in entry.orgs]
        if own:
            near = left <= self.org_spans[own][0] < right
            marks["own_org" if near or not others else "own_org_far"] = own
        elif others:
            marks["other_org"] = others[0]
        if entry.town and entry.town in self.towns:
            marks["own_town"] = entry.town
        elif self.towns:
            marks["other_town"] = next(iter(self.towns))
        if entry.role and f" {entry.role} " in self.plain:
            marks["own_role"] = entry.role
        return marks

    def _trade(self, candidate: Candidate, before: list[str]) -> dict[str, str]:
        """Find another trade directly before the name, or behind it after a comma, bracket or verb."""
        if before and (
            is_trade(before[-1]) or (len(before) > 1 and before[-1] in {"de", "van", "meneer"} and is_trade(before[-2]))
        ):
            return {"trade_before": before[-1]}
        behind = re.match(
            r"'?s?(?:\s*[,(]\s*|\s+is\s+|\s+was\s+)(?:(?:de|een|het|onze|mijn|onze|the|a|als)\s+)?([a-z]+)",
            self.text[candidate.end : candidate.end + 60],
        )
        if behind and (is_trade(behind.group(1)) or behind.group(1) in {"moeder", "vader", "oma", "opa", "buurman"}):
            return {"trade_behind": behind.group(1)}
        return {}


def is_trade(word: str) -> bool:
    """Tell whether a word is a trade outside youth protection, or a compound that ends in one."""
    trades = words("occupations")
    if word in words("care"):
        return False
    return word in trades or any(word[i:] in trades for i in range(2, len(word) - SHORTEST_TRADE + 1))


@cache
def _famous() -> frozenset[str]:
    """Give the names everybody knows."""
    return frozenset(phrases("famous"))
