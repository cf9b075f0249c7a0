"""Names glued together: hashtags, handles, e-mail addresses, links, and words without a space."""

import re
from collections.abc import Iterable, Iterator, Sequence

from ahocorasick_rs import AhoCorasick
from rapidfuzz.distance import OSA

from classify.names.candidate import Candidate
from classify.names.entry import ALIAS, CALLED, FAR_NICKNAME, GIVEN, NICKNAME, Entry
from classify.names.index import Index
from classify.names.lexicon import LONGEST, Likeness, is_ordinary
from classify.names.lists import kinds, words
from classify.names.sound import sound_key
from classify.names.tokens import Token
from classify.names.tussen import Fit, fit

_CHUNK = re.compile(r"[@#]?[a-z0-9][a-z0-9._\-]*[a-z0-9]")
_TAG = re.compile(r"[@#][a-z0-9._\-]*")
_LOCAL = re.compile(r"[a-z0-9][a-z0-9._\-]*\Z")
_DOMAIN = re.compile(r"@[a-z0-9.\-]*[a-z0-9]")
_LETTERS = re.compile("[a-z]{5,60}")
_KIND = {CALLED: "first_name", ALIAS: "alias", GIVEN: "second_name", NICKNAME: "nickname", FAR_NICKNAME: "far_nickname"}
LONG = 9
"""Letters of a first name and surname together after which any tail may follow in a tag."""
SHORTEST_PART = 4
"""Letters a first name that is misspelt in a tag needs, and the surname beside it."""
_SLIPS = {Likeness.SOUND: "first_sounds", Likeness.TYPO: "first_typo"}
_SURNAME_SLIPS = {Likeness.SOUND: "surname_sounds", Likeness.TYPO: "surname_typo"}
MOST_KEPT = 100_000
"""Answers kept: bounds memory in a long run."""
MOST_SIGNS = 4
"""Underscores at the end of a handle that belong to it ("@eva_westra_")."""
SHORTEST = 6
"""Letters a glued name needs."""


def tag_around(chunk: str, sign: int) -> str:
    """Give the tag, handle or local part of an address whose sign stands at `sign`, its sign in front."""
    local = _LOCAL.search(chunk, 0, sign)
    if local and chunk[sign] == "@":
        return "@" + local.group()
    found = _TAG.match(chunk, sign)
    return found.group() if found else chunk[sign]


def _address_end(text: str, at: int) -> int:
    """Give where the address ends whose sign stands at `at`."""
    found = _DOMAIN.match(text, at)
    return found.end() if found else at


class Gluer:
    """Finds people in glued words."""

    def __init__(self, index: Index) -> None:
        """Prepare the known handles."""
        self.index = index
        self.handles: dict[str, list[int]] = {}
        for entry in index.entries:
            for handle in entry.handles:
                if len(handle) > 2:  # noqa: PLR2004
                    self.handles.setdefault(handle, []).append(entry.number)
        self._memo: dict[tuple[str, bool], tuple[tuple[int, dict[str, str]], ...]] = {}
        self._slips: dict[str, bool] = {}
        surnames = [*index.surnames.names, *index.glued_cores]
        self._surnames, self._firsts = frozenset(surnames), frozenset(index.firsts.names)
        self._names = list(dict.fromkeys([*surnames, *index.firsts.names]))
        self._engine = AhoCorasick(self._names)
        leads = {pieces for cores in index.glued_cores.values() for _, pieces in cores}
        self._leads: dict[str, tuple[str, ...]] = {"": (), **{"".join(pieces): pieces for pieces in sorted(leads)}}
        """The tussenvoegsels as they are glued to a surname."""

    def tagged(self, chunks: Sequence[str], signs: Sequence[int]) -> list[bool]:
        """Tell of tags, handles and addresses (each with what stands around its sign) whether a name may stand in them."""
        return [self._may_name(tag_around(chunk, sign)) for chunk, sign in zip(chunks, signs, strict=True)]

    def _may_name(self, chunk: str) -> bool:
        """Tell whether a surname stands beside a first name, or after a single letter, in a tag; or whose handle it is."""
        if chunk[0] == "@" and re.sub("[^a-z0-9]", "", chunk) in self.handles:
            return True
        starts: set[int] = set()
        ends: set[int] = set()
        found = [
            (self._names[number], start, end)
            for number, start, end in self._engine.find_matches_as_indexes(chunk, overlapping=True)
        ]
        for name, start, end in found:
            if name in self._firsts:
                starts.add(start)
                ends.add(end)
        lasts = [(name, start, end) for name, start, end in found if name in self._surnames]
        borders = {end for _, _, end in lasts}
        return any(
            start in ends or end in starts or start in borders or not chunk[start - 2 : start - 1].isalpha()
            for _, start, end in lasts
        ) or any(self._may_slip(part) for part in _LETTERS.findall(chunk))

    def _may_slip(self, part: str) -> bool:
        """Tell whether a part of a tag is somebody's names, one of them misspelt."""
        known = self._slips.get(part)
        if known is None:
            if len(self._slips) > MOST_KEPT:
                self._slips.clear()
            known = self._slips[part] = any(True for _ in self._slipped(part)) or any(
                True for _ in self._misspelt(part)
            )
        return known

    def candidates(self, text: str) -> Iterator[Candidate]:
        """Give the candidates in the glued words of a folded post."""
        for match in _CHUNK.finditer(text):
            chunk = match.group()
            sign = chunk[0] if chunk[0] in "@#" else ""
            if len(chunk) < SHORTEST and not sign:
                continue
            start, end = match.span()
            if sign == "@" and text[start - 1 : start] != "_":
                end += len(text[end : end + MOST_SIGNS]) - len(text[end : end + MOST_SIGNS].lstrip("_"))
            mailed = text[end : end + 1] == "@"
            for who in self.handles.get(re.sub("[^a-z0-9]", "", chunk), ()) if sign == "@" else ():
                yield Candidate(self.index.entries[who], start, end, {"own_handle": chunk})
            for part in _LETTERS.finditer(chunk):
                for who, marks in self.split(part.group(), tagged=bool(sign) or mailed):
                    whole = sign or mailed or "." in chunk
                    span = (start, end) if whole else (start + part.start(), start + part.end())
                    if mailed:
                        span = (start, _address_end(text, end))
                    yield Candidate(self.index.entries[who], *span, dict(marks))

    def hidden(self, tokens: Iterable[Token]) -> Iterator[Candidate]:
        """Give the candidates in disguised words that are glued together ("#r3nskekl00sterman")."""
        for token in tokens:
            if token.hidden and len(token.word) >= LONG:
                for who, marks in self.split(token.word, tagged=True):
                    yield Candidate(self.index.entries[who], token.start, token.end, {**marks, "hidden": token.hidden})

    def split(self, word: str, *, tagged: bool) -> tuple[tuple[int, dict[str, str]], ...]:
        """Part a glued word into first name and surname, in either order; with a tag's tail where `tagged`."""
        known = self._memo.get((word, tagged))
        if known is None:
            if len(self._memo) > MOST_KEPT:
                self._memo.clear()
            known = self._memo[(word, tagged)] = tuple(self._split(word, tagged=tagged))
        return known

    def _split(self, word: str, *, tagged: bool) -> Iterator[tuple[int, dict[str, str]]]:
        """Try every place where a first name and a surname meet; the surest places that name somebody count.

        Surest is the whole word, then a name with a usual word before or behind it, then the longest of any.
        """
        found = [
            (self._names[number], start, end)
            for number, start, end in self._engine.find_matches_as_indexes(word, overlapping=True)
        ]
        starts: dict[int, list[tuple[str, int, int]]] = {}
        for one in found:
            starts.setdefault(one[1], []).append(one)
        meeting = [(one, other) for one in found for other in starts.get(one[2], ())]
        best: dict[int, dict[str, str]] = {}
        rank = (0, 0)
        for one, other in sorted(meeting, key=lambda pair: self._rank(word, pair[0][1], pair[1][2]), reverse=True):
            here = self._rank(word, one[1], other[2])
            if here < (rank if best else (1 if tagged else 3, 0)):
                break
            people = [
                *self._match(one[0], other[0], "glued"),
                *self._match(other[0], one[0], "glued_reversed"),
                *(self._both(one[0], other[0]) if tagged else ()),
            ]
            for who, marks in people:
                best.setdefault(who, marks)
            rank = here
        yield from best.items()
        if not best and tagged and len(word) > SHORTEST:
            slipped = list(self._slipped(word)) or list(self._misspelt(word))
            yield from slipped or self._with_initial(word)

    def _both(self, one: str, other: str) -> Iterator[tuple[int, dict[str, str]]]:
        """Give the people whose double surname two surnames are ("#DeVriesPiotrowska"): few pairs belong to two people."""
        for core, pieces in self._cores(one):
            for half, between in self._cores(other):
                for who in sorted(self.index.by_core[core] & self.index.by_core[half]) if core != half else ():
                    entry = self.index.entries[who]
                    if self._agrees(entry, core, pieces) and self._agrees(entry, half, between):
                        yield who, {"double_surname": other, "glued": one}

    def _at_one_end(self, word: str) -> Iterator[tuple[str, int, int]]:
        """Give the names that begin or end a word without being all of it, with their places."""
        for number, start, end in self._engine.find_matches_as_indexes(word, overlapping=True):
            if (start == 0) != (end == len(word)) and end - start >= SHORTEST_PART:
                yield self._names[number], start, end

    def _slipped(self, word: str) -> Iterator[tuple[int, dict[str, str]]]:
        """Give the people whose surname begins or ends the word and whose first name the rest is but for a letter or its sound."""
        for last, start, end in self._at_one_end(word) if SHORTEST <= len(word) <= LONGEST else ():
            rest, mark = (word[end:], "glued_reversed") if start == 0 else (word[:start], "glued")
            for number, likeness in self.index.firsts.look_up(rest) if len(rest) >= SHORTEST_PART else ():
                if likeness not in _SLIPS:
                    continue
                first = self.index.firsts.names[number]
                another = {"first_is_another": rest} if rest in words("firstnames") else {}
                for who, marks in self._match(first, last, mark):
                    yield who, {**marks, _SLIPS[likeness]: rest, **another}

    def _misspelt(self, word: str) -> Iterator[tuple[int, dict[str, str]]]:
        """Give the people whose first name begins or ends the word and whose surname the rest is but for a letter or its sound."""
        for first, start, end in self._at_one_end(word) if SHORTEST <= len(word) <= LONGEST else ():
            if first not in self._firsts:
                continue
            rest, mark = (word[end:], "glued") if start == 0 else (word[:start], "glued_reversed")
            bearers = self.index.by_first[self.index.firsts.number[first]]
            for core, likeness, pieces, tail in self._near_surnames(rest):
                for who in sorted(bearers & self.index.by_core[core]):
                    entry = self.index.entries[who]
                    if self._agrees(entry, core, pieces):
                        yield (
                            who,
                            {_KIND[entry.firsts[first]]: first, mark: rest, **self._wrongly(core, likeness, tail)},
                        )

    def _wrongly(self, core: int, likeness: Likeness, tail: str) -> dict[str, str]:
        """Name what a surname that is misspelt in a tag tells; letters that are not heard fall out of tags easily."""
        marks = {_SURNAME_SLIPS[likeness]: tail}
        if likeness is Likeness.TYPO:
            marks["letters_off"] = str(max(1, OSA.distance(tail, self.index.surnames.names[core])))
        if any(tail in some for some in (words("surnames"), words("words"), self.index.surnames.number)):
            marks["surname_is_another"] = tail
        return marks

    def _near_surnames(self, rest: str) -> Iterator[tuple[int, Likeness, tuple[str, ...], str]]:
        """Give the surnames that a glued rest resembles, its tussenvoegsel split off: (surname, likeness, tussenvoegsel, rest)."""
        surnames = self.index.surnames
        for lead, pieces in self._leads.items():
            tail = rest.removeprefix(lead) if rest.startswith(lead) else ""
            if len(tail) < SHORTEST_PART:
                continue
            heard = [(core, Likeness.SOUND) for core in surnames.by_key.get(sound_key(tail), ()) if is_ordinary(tail)]
            for core, likeness in heard or surnames.look_up(tail):
                if likeness in _SURNAME_SLIPS:
                    yield core, likeness, pieces, tail

    @staticmethod
    def _rank(word: str, start: int, end: int) -> tuple[int, int]:
        """Rank a part of a word: 3 the whole, 2 between usual words, 1 long enough to stand among any, 0 neither."""
        before, behind = word[:start], word[end:]
        tails = kinds("tails")["tag"]
        usual = all(part in tails or not part for part in (before, behind))
        size = end - start
        return (3 if size == len(word) else 2 if usual and size >= SHORTEST else 1 if size >= LONG else 0), size

    def _with_initial(self, word: str) -> Iterator[tuple[int, dict[str, str]]]:
        """Give the people whose initial and surname make up the word."""
        for core, pieces in self._cores(word[1:]):
            for who in sorted(self.index.by_core[core]):
                entry = self.index.entries[who]
                initials = {next(iter(entry.firsts), "")[:1], entry.initials[:1]}
                if word[0] in initials and self._agrees(entry, core, pieces):
                    yield who, {"initial": word[0], "glued": word}

    def _cores(self, word: str) -> list[tuple[int, tuple[str, ...]]]:
        """Give the surnames that a glued part may be, with their glued tussenvoegsel."""
        number = self.index.surnames.number.get(word)
        plain = [(number, ())] if number is not None else []
        return [*self.index.glued_cores.get(word, ()), *plain]

    def _agrees(self, entry: Entry, core: int, pieces: tuple[str, ...]) -> bool:
        """Tell whether one of the person's surnames has this core and a like tussenvoegsel."""
        name = self.index.surnames.names[core]
        return any(s.core == name and fit(pieces, s.pieces) <= Fit.DROPPED for s in entry.surnames)

    def _match(self, first: str, last: str, mark: str) -> Iterator[tuple[int, dict[str, str]]]:
        """Give the people with this first name and this surname."""
        number = self.index.firsts.number.get(first)
        if number is None:
            return
        found: set[int] = set()
        for core, pieces in self._cores(last):
            for who in sorted((self.index.by_first[number] & self.index.by_core[core]) - found):
                entry = self.index.entries[who]
                if self._agrees(entry, core, pieces):
                    found.add(who)
                    name = self.index.surnames.names[core]
                    exact = any(s.core == name and fit(pieces, s.pieces) is Fit.SAME for s in entry.surnames)
                    marks = {_KIND[entry.firsts[first]]: first, mark: last}
                    yield who, marks if exact else {**marks, "tussen_mixed": "".join(pieces) or "-"}
