"""What the words around a name tell: her organisation and town, a trade of somebody else, a street name."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from ahocorasick_rs import AhoCorasick

from classify.names.candidate import Candidate
from classify.names.entry import Entry
from classify.names.lists import kinds, phrases, words
from classify.names.lives import hints_at_another_life, of_another_life, of_her_work

_SENTENCE = re.compile(
    r"[.!?](?=\s|$)(?<!\bdr\.)(?<!\bmr\.)(?<!\bir\.)(?<!\bmw\.)(?<!\bdrs\.)(?<!\bdhr\.)(?<!\bmej\.)(?<!\bing\.)(?<!\bmevr\.)(?<!\bprof\.)"
    r"|\n\s*\n|\n"
)
"""Where a sentence ends; the full stop of a title is none."""
_BESIDE = re.compile(r"[a-z]+")
_AND_SONS = frozenset({"zoon", "zonen", "dochter", "dochters", "compagnon"})
_LOOSE = frozenset({"&", "zn"})
"""What joins a firm's names, and two people as well; "zn" is also "zijn"."""
_CALLED = frozenset({"is", "was", "heet", "heette", "wordt", "namelijk"})
_TRADES = frozenset({"trade_before", "trade_behind", "other_life"})
"""Marks of another trade, which her own role on the roster is not ("notaris Mirjam 't Hart", who is one)."""
_OWN_LIFE = frozenset({"own_org", "own_org_far", "own_role"})
_LONG_AGO = re.compile(
    r"(?:\b(?:in|uit|anno|van|sinds|tot|jaar|zomer|winter|overleden|gestorven|geboren|gedoopt|gehuwd|getrouwd|begraven|gesneuveld|omgekomen|circa|rond|omstreeks)|[*(\-]) ?"
    r"(1[5-8]\d\d|19[0-5]\d)(?! ?(?!(?:in|te|op|en|is|de|of|om|al|er|ze|we|je|ik|zo|na)\b)[a-z]{2}\b| ?\d)"
)
"""A year so long ago that nobody who worked then works now; four digits and two letters are a postal code."""
_AGE = re.compile(
    r"(?: ?[,(] ?| is )([1-9]|1[0-7]|[7-9]\d|10\d)(?: ?\)| (?:jaar|jr)\b(?! (?:geleden|lang|cel|jeugdbe)))"
)
"""The age of a child, or of somebody past work, directly behind a name."""
_PLAYER = re.compile(
    r" ?\(\d\d\) (tekent|tekende|scoort|scoorde|debuteert|debuteerde|verruilt|verruilde|stapt over|stapte over"
    r"|(?:maakt|maakte) (?:de|een|haar|zijn) (?:overstap|transfer|debuut|rentree))\b"
)
"""What the sports page says of a player, behind her age in brackets: "(22) tekent bij …"."""
_NOT = frozenset({"niet", "geen", "not"})
_BEHIND = re.compile(r"[ \n,(]+(?:[a-z]+[ \n]+){0,3}\(?")
"""What may stand between a name and the organisation that says whose it is: " van de ", ", jeugdbeschermer bij "."""
_LESSON_OF = frozenset({"bij", "van", "met", "door"})
LONGEST_SENTENCE = 400
"""Characters of a sentence that are looked at on each side of a name: longer ones are lists, or made to be slow."""
SHORTEST_TRADE = 5
"""Letters a trade needs to be recognised as the end of a compound ("oud-schaatskampioen")."""


class Places:
    """The roster's organisations and towns, and the Dutch towns, in one automaton; and who works where."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        """Compile the phrases of all entries."""
        orgs = sorted({org for entry in entries for org in entry.orgs if len(org) > 1})
        towns = sorted({entry.town for entry in entries if entry.town} | set(phrases("towns")))
        self.phrases = [*orgs, *towns]
        self.first_town = len(orgs)
        self._engine = AhoCorasick([f" {phrase} " for phrase in self.phrases])
        self._patterns: dict[str, re.Pattern[str]] = {}
        self.people: dict[str, set[int]] = {}
        """Organisation, town or role → the people it is of."""
        for entry in entries:
            for phrase in (*entry.orgs, entry.town, entry.role):
                if phrase:
                    self.people.setdefault(phrase, set()).add(entry.number)
        self.roles = tuple(sorted({entry.role for entry in entries if entry.role}))

    def find(self, text: str) -> tuple[list[str], list[str]]:
        """Give the organisations and towns in a text of plain words, in the order of their ends."""
        numbers = dict.fromkeys(n for n, _, _ in self._engine.find_matches_as_indexes(text, overlapping=True))
        found = [(n < self.first_town, self.phrases[n]) for n in numbers]
        return [phrase for is_org, phrase in found if is_org], [phrase for is_org, phrase in found if not is_org]

    def written(self, phrase: str) -> re.Pattern[str]:
        """Give the pattern of a phrase in a folded text, whatever stands between its words."""
        known = self._patterns.get(phrase)
        if known is None:
            known = re.compile(rf"(?<![a-z]){'[^a-z]+'.join(phrase.split())}(?![a-z])")
            self._patterns[phrase] = known
        return known


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What surrounds a span, whoever it names: its sentence, marks, and words of youth protection."""

    left: int
    right: int
    marks: dict[str, str]
    care: set[str]


class Context:
    """The words around the candidates of one post, looked up once."""

    def __init__(self, text: str, places: Places) -> None:
        """Look at a folded post."""
        self.text, self.roster = text, places
        self._seen: dict[tuple[int, int], Surroundings] = {}

    @cached_property
    def plain(self) -> str:
        """The words of the post and single spaces."""
        return f" {' '.join(_BESIDE.findall(self.text))} "

    @cached_property
    def another_life(self) -> list[str]:
        """The words of the post that only another life than youth protection uses, and years long ago."""
        return [*of_another_life(self.plain.split()), *_LONG_AGO.findall(self.text)]

    @cached_property
    def work(self) -> str:
        """A word of youth protection in the post, or ""."""
        return of_her_work(self.plain.split())

    @cached_property
    def found(self) -> tuple[list[str], list[str]]:
        """The organisations and the towns that stand in the post."""
        return self.roster.find(self.plain)

    @property
    def towns(self) -> list[str]:
        """The towns that stand in the post."""
        return self.found[1]

    @cached_property
    def org_spans(self) -> dict[str, tuple[int, int]]:
        """The organisations in the post with their spans, those in a hashtag left out."""
        spans = {}
        for org in self.found[0]:
            found = self.roster.written(org).search(self.text)
            if found and self.text[found.start() - 1 : found.start()] != "#":
                spans[org] = found.span()
        return spans

    @cached_property
    def workers(self) -> frozenset[int]:
        """The people of the organisations that stand in the post."""
        return frozenset().union(*(self.roster.people.get(org, ()) for org in self.org_spans))

    @cached_property
    def locals(self) -> frozenset[int]:
        """The people whose organisation, town or role stands in the post."""
        roles = [role for role in self.roster.roles if f" {role} " in self.plain]
        return self.workers.union(*(self.roster.people.get(phrase, ()) for phrase in (*self.towns, *roles)))

    def inside_org(self, start: int, end: int) -> bool:
        """Tell whether a span shares letters with an organisation's name ("Pleegzorg De Linde") or is part of a town's ("ad Rijn")."""
        return any(start < right and left < end for left, right in self.org_spans.values()) or any(
            left < start and end <= right for left, right in self.town_spans
        )

    @cached_property
    def town_spans(self) -> list[tuple[int, int]]:
        """Where towns whose names are several words stand."""
        several = [town for town in self.towns if " " in town]
        return [m.span() for town in several for m in self.roster.written(town).finditer(self.text)]

    @cached_property
    def borders(self) -> list[int]:
        """Where sentences end."""
        return [0, *(m.end() for m in _SENTENCE.finditer(self.text)), len(self.text)]

    def sentence(self, start: int, end: int) -> tuple[int, int]:
        """Give the bounds of the sentence around a span, of a very long one those of its nearest part."""
        left = self.borders[bisect_right(self.borders, start) - 1]
        after = bisect_left(self.borders, end)
        right = self.borders[after] if after < len(self.borders) else len(self.text)
        return max(left, start - LONGEST_SENTENCE), min(right, end + LONGEST_SENTENCE)

    def look(self, candidate: Candidate) -> dict[str, str]:
        """Name what surrounds a candidate."""
        span = (candidate.start, candidate.end)
        seen = self._seen.get(span)
        if seen is None:
            seen = self._seen[span] = self._surroundings(*span)
        marks = self._places(candidate.entry, seen.left, seen.right)
        famous = "famous" in seen.marks and not self._surely_hers(candidate, marks)
        own = {*_said_of(candidate.entry.role), *marks.get("own_org", "").split()}
        marks.update({mark: word for mark, word in seen.marks.items() if not (mark in _TRADES and word in own)})
        if not famous:
            marks.pop("famous", None)
        if not _OWN_LIFE & marks.keys():
            marks.update(self._only_other_life(candidate.entry, own, marks))
        care = seen.care.difference(marks.get("own_org", "").split()) if seen.care else ()
        if care:
            marks["care_sentence"] = min(care)
        elif any(f" {word} " in self.plain for word in ("jeugdzorg", "kinderrechter", "uithuisplaatsing")):
            marks["care_post"] = "jeugdzorg"
        return marks

    def _surely_hers(self, candidate: Candidate, marks: dict[str, str]) -> bool:
        """Tell whether a famous name is hers all the same: her organisation behind it, or it and her town in the post."""
        own = marks.get("own_org")
        if not own:
            return False
        link = self.text[candidate.end : self.org_spans[own][0]]
        return "own_town" in marks or bool(_BEHIND.fullmatch(link))

    def _surroundings(self, start: int, end: int) -> "Surroundings":
        """Name what surrounds a span, whoever it names."""
        left, right = self.sentence(start, end)
        before = _BESIDE.findall(self.text, left, start)
        after = _BESIDE.findall(self.text, end, right)
        around = {*before, *after}
        marks = self._trade(start, end, before)
        aged = _AGE.match(self.text, end) or _PLAYER.match(self.text, end)
        if aged and "trade_behind" not in marks:
            marks["trade_behind"] = aged.group(1)
        other = [word for some in (before, after) for word in (*of_another_life(some), *hints_at_another_life(some))]
        other += _LONG_AGO.findall(self.text, left, right)
        if other:
            marks["other_life"] = other[0]
        written = " ".join(_BESIDE.findall(self.text, start, end))
        if written in _famous():
            marks["famous"] = written
        if after and after[0] in kinds("tails")["eponym"] and self.text[end : end + 1] in {" ", "-"}:
            marks["street"] = after[0]
        elif firm := self._firm(end, after):
            marks["firm"] = firm
        if before[-1:] in (["familie"], ["fam"], ["gezin"]):
            marks["family"] = before[-1]
        return Surroundings(left, right, marks, around & words("care"))

    def _firm(self, end: int, after: list[str]) -> str:
        """Give the word that makes a firm of the name before it: "Makelaardij", "en zonen", "& Co"; "" where there is none."""
        if after and self.text[end : end + 1] == " " and after[0] in kinds("tails")["firm"]:
            return after[0]
        if after[:1] == ["en"] and after[1:2] and after[1] in _AND_SONS:
            return after[1]
        return "&" if self.text[end : end + 2] == " &" else ""

    def _only_other_life(self, entry: Entry, own: set[str], marks: dict[str, str]) -> dict[str, str]:
        """Tell whether the post has words of another life, her own name and role aside, and none of youth protection.

        A trade, an age or a firm that the name itself carries is such a word.
        """
        names = {surname.core for surname in entry.surnames} | entry.firsts.keys()
        carried = [
            marks[mark] for mark in ("trade_before", "trade_behind", "firm") if marks.get(mark, "&") not in _LOOSE
        ]
        other = [*(word for word in self.another_life if word not in own and word not in names), *carried]
        return {"only_other_life": other[0]} if other and not self.work else {}

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
            marks["other_town"] = self.towns[0]
        if entry.role and f" {entry.role} " in self.plain:
            marks["own_role"] = entry.role
        return marks

    def _trade(self, start: int, end: int, before: list[str]) -> dict[str, str]:
        """Find another trade directly before the name, or behind it after a comma, bracket or verb."""
        led = _trade_at_end(before)
        if led and not (led in words("kin") and "," in self.text[max(0, start - 3) : start]):
            return {"trade_before": led}
        called = [word for word in before[-6:-1] if is_trade(word)] if before[-1:] and before[-1] in _CALLED else []
        if called:
            return {"trade_before": called[-1]}
        behind = re.match(
            r"'?s?(?:(?:\s*[,(]\s*|\s+is\s+|\s+was\s+)(?:(?:de|een|het|die|dat|zo'?n|mijn|onze|the|a|als)\s+)?(?:(?:oud|ex)-)?|\s+(?:van )?(?:de|onze) )([a-z]+)",
            self.text[end : end + 60],
        )
        if behind and (is_trade(behind.group(1)) or behind.group(1) in words("kin")):
            return {"trade_behind": behind.group(1)}
        return {}


def _trade_at_end(before: list[str]) -> str:
    """Give the trade, kinship or lesson that stands directly before a name, forms of address between them; "" where there is none."""
    last = len(before) - 1
    while last > 0 and before[last] in _addresses():
        last -= 1
    if last < 0 or _NOT & {*before[max(0, last - 2) : last]}:
        return ""
    word, earlier = before[last], before[last - 1] if last else ""
    if is_trade(word) or word in words("kin"):
        return word
    if word in {"de", "van"} and is_trade(earlier):
        return earlier
    return earlier if word in _LESSON_OF and earlier in kinds("otherlife")["class"] else ""


@cache
def _addresses() -> frozenset[str]:
    """Give the words with which somebody is addressed, which may stand between a trade and a name ("huisarts mevr. dr. …")."""
    titles = kinds("titles")
    return frozenset({"dr", "drs", "ir", "ing", "prof"}) | titles["f"] | titles["m"]


def is_trade(word: str) -> bool:
    """Tell whether a word is a trade outside youth protection, or a compound that ends in one."""
    trades = words("occupations")
    if word in words("care"):
        return False
    return word in trades or any(word[i:] in trades for i in range(2, len(word) - SHORTEST_TRADE + 1))


@cache
def _said_of(role: str) -> frozenset[str]:
    """Give the words for a role, and what its compounds end in: a vertrouwensarts is an arts."""
    return frozenset(part[i:] for part in role.split() for i in range(max(1, len(part) - 3)))


@cache
def _famous() -> frozenset[str]:
    """Give the names everybody knows."""
    return frozenset(phrases("famous"))
