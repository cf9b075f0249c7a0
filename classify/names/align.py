"""Alignment: which people a post may name, where, and by which marks."""

import re
from collections.abc import Iterator

from classify.names.candidate import Candidate
from classify.names.entry import CALLED, GIVEN, Entry, Surname
from classify.names.lexicon import DETERMINERS, Likeness, is_ordinary
from classify.names.lists import kinds, words
from classify.names.reading import Reading
from classify.names.tokens import AS_ABBREVIATED, AS_MISSPELT, AS_SURNAME
from classify.names.tussen import PIECES, Fit, fit

_POINTING = frozenset({"die", "deze", "dat", "onze", "that", "this", "our"})
"""Words that point at somebody: "die enge De Groot"."""
_SIGNS = re.compile("[@#]")
_CHUNK = re.compile(r"(?<![a-z0-9])[@#][a-z0-9](?:[a-z0-9._\-]*[a-z0-9])?|[a-z0-9._\-]+@[a-z0-9.\-]*[a-z0-9]")
_LINK = re.compile(
    r"[ ,(\-\n]+(?:(?:die|is|werkt|zit|who|works)[ \n]+){0,3}(?:(?:van|bij|from|at|of|namens)[ \n]+)?(?:(?:de|het|die|dat|the)[ \n]+)?(?:(?:stichting|bureau)[ \n]+)?"
)
"""What may stand between a first name and the organisation of its bearer."""
_ROLE = r"(?:[a-z]+[ \n]+)?[a-z]{4,}[ \n]+(?=(?:van|bij|from|at|of|namens)[ \n])"
_AT_WORK = re.compile(
    rf"(?: ?[,(][ \n]*(?:(?:de|het|een|hun|the|a)[ \n]+)?(?:{_ROLE})?|[ \-\n]+(?:(?:de|het|een|the|a)[ \n]+{_ROLE})?)"
    r"(?:(?:die|is|werkt|zit|who|works)[ \n]+){0,3}"
    r"(?:(?:van|bij|voor|from|at|of|namens)[ \n]+)?(?:(?:de|het|die|dat|the)[ \n]+)?(?:(?:stichting|bureau)[ \n]+)?"
)
"""What may stand between a surname and the organisation of its bearer: "van", "(de baas van", ", die werkt bij"."""
_BRACKETED = re.compile(r"[ \n]?\(([a-z]+)\)")
"""A first name in brackets behind the surname: "Heijnen (Ina)"."""
_AMONG = re.compile(r"(?:[ \n]+[a-z]{2,}){0,4}[ \n]+")
_AT = re.compile(r"\b(?:bij|at)[ \n]+(?:(?:de|het|the)[ \n]+)?(?:(?:stichting|bureau)[ \n]+)?$")
LONG_AMONG = 5
"""Letters of a surname that stands alone shortly behind its bearer's organisation."""
SHORTEST_ALONE = 3
LONG_ALONE = 7
"""Letters a surname needs before a wrong one is forgiven where only the organisation says whose it is."""
MOST_ALONE = 2
"""People who may share the first name, organisation and town of an unnamed target."""
_OWN_NAMES = frozenset({CALLED, GIVEN})
MOST_PIECES = 3
"""Words a tussenvoegsel has at most."""


class Aligner(Reading):
    """Finds candidates in the tokens of one post."""

    def candidates(self) -> Iterator[Candidate]:
        """Give every candidate with a first name, an initial or a title beside a surname or its initial."""
        for i, ways in self.active:
            for core, likeness, glued in self._surnames(self.tokens[i]) if ways & AS_SURNAME else ():
                yield from self._around(i, core, likeness, glued)
            if ways & AS_ABBREVIATED:
                yield from self._abbreviated(i)
                yield from self._unnamed(i)
            if ways & AS_MISSPELT:
                yield from self._misspelt(i)

    def tagged(self) -> Iterator[Candidate]:
        """Give the candidates, those inside a hashtag, handle or address with the whole of it as their span."""
        chunks = [match.span() for match in _CHUNK.finditer(self.text)] if _SIGNS.search(self.text) else []
        for candidate in self.candidates():
            for start, end in chunks:
                if start <= candidate.start and candidate.end <= end:
                    candidate.name = (candidate.start, candidate.end)
                    candidate.start, candidate.end = start, end
            yield candidate

    def _around(self, i: int, core: int, likeness: Likeness, glued: tuple[str, ...]) -> Iterator[Candidate]:
        """Give the candidates whose surname is token i."""
        people = self.index.by_core[core]
        for pieces, at in self._pieces_before(i, glued):
            yield from self._forward(i, at, pieces, people, core, likeness)
            yield from self._titled(i, at, pieces, people, core, likeness)
            yield from self._reversed(i, at, pieces, people, core, likeness)
            if self._bare(at):
                yield from self._at_work(i, at, pieces, people, core, likeness)

    def _pieces_before(self, i: int, glued: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], int]]:
        """Give each reading of the tussenvoegsel before token i, with the token it starts at."""
        yield glued, i
        at = i
        while at > 0 and i - at < 4 and self.tokens[at - 1].word in PIECES and self._soft(at - 1):  # noqa: PLR2004
            at -= 1
            yield (*(t.word for t in self.tokens[at:i]), *glued), at

    def _forward(
        self, i: int, at: int, pieces: tuple[str, ...], people: set[int], core: int, likeness: Likeness
    ) -> Iterator[Candidate]:
        """Given names, then the surname."""
        given = at - 1
        if given < 0 or not self._soft(given):
            return
        for who, marks, start in self._given(given, people):
            yield self._make(who, start, i, core, pieces, likeness, marks)

    def _given(self, at: int, people: set[int], *, back: bool = True) -> Iterator[tuple[int, dict[str, str], int]]:
        """Give people among `people` with a first name or initials ending at token `at`: (person, marks, first token)."""
        token = self.tokens[at]
        for number, likeness in self._firsts(token):
            for who in sorted(self.index.by_first[number] & people):
                yield who, self._first_marks(who, number, likeness, token), at
        yield from self._joined(at, people)
        letters, start = self._initials(at, back=back)
        if letters:
            for who in sorted(people):
                mark = _initials_fit(letters, self.index.entries[who])
                if mark:
                    yield who, {mark: self.text[self.tokens[start].start : self.tokens[at].end]}, start
        middle = bool(letters) or token.word in words("firstnames") or bool(self._firsts(token))
        before = start - 1 if letters else at - 1
        if back and middle and before >= 0 and self._soft(before) and not is_ordinary(self.tokens[before].word):
            for number, likeness in self._firsts(self.tokens[before]):
                for who in sorted(self.index.by_first[number] & people):
                    marks = self._first_marks(who, number, likeness, self.tokens[before])
                    yield who, marks, before

    def _joined(self, at: int, people: set[int]) -> Iterator[tuple[int, dict[str, str], int]]:
        """Give people whose first name is two words, of which token `at` is the second ("Jan-Peter", "Anne Marie")."""
        if at == 0 or not self._soft(at - 1):
            return
        number = self.index.firsts.number.get(self.tokens[at - 1].word + self.tokens[at].word)
        if number is None:
            return
        for who in sorted(self.index.by_first[number] & people):
            yield who, self._first_marks(who, number, Likeness.EXACT, self.tokens[at]), at - 1

    def _titled(
        self, i: int, at: int, pieces: tuple[str, ...], people: set[int], core: int, likeness: Likeness
    ) -> Iterator[Candidate]:
        """Give the people whose title or role stands directly before the surname, or shortly after it."""
        if likeness > Likeness.TYPO:
            return
        found = self._title(i, at)
        gender = title_gender(found)
        for who in sorted(people & (self.context.workers | self._other_half(i))) if found else ():
            marks = {"pointed_at" if found in _POINTING | {"de", "the"} else "title": found}
            if gender in {"m", "f"} and self.index.entries[who].person.gender not in {"", gender}:
                marks["gender_clash"] = found
            yield self._make(who, at, i, core, pieces, likeness, marks)

    def _other_half(self, i: int) -> set[int]:
        """Give the people who have the surname that a hyphen joins to token i."""
        place = i + 1
        if place >= len(self.tokens) or self._gap(i) != "-":
            return set()
        while place < len(self.tokens) - 1 and self.tokens[place].word in PIECES:
            place += 1
        return set().union(*(self.index.by_core[core] for core, _, _ in self._surnames(self.tokens[place])))

    def _bare(self, at: int) -> bool:
        """Tell whether a surname that begins at token `at` has neither a first name, an initial nor a half before it."""
        while (
            at > 0 and len(self.tokens[at - 1].word) > 1 and self.tokens[at - 1].word in PIECES and self._soft(at - 1)
        ):
            at -= 1
        if at == 0 or not self._soft(at - 1):
            return True
        before = self.tokens[at - 1].word
        given = len(before) == 1 or before in words("firstnames") or before in self.index.firsts.number
        return not {"-", "/"} & set(self._gap(at - 1)) and (is_ordinary(before) or not given)

    def _at_work(
        self, i: int, at: int, pieces: tuple[str, ...], people: set[int], core: int, likeness: Likeness
    ) -> Iterator[Candidate]:
        """Read a surname directly before the organisation of its bearer: "Kuipers van De Linde", "Kuipers (JBD)".

        A surname that is also a word needs to stand as a name does, without an article ("de bakker van De Linde").
        """
        word = self.tokens[i].word
        if (
            likeness > (Likeness.TYPO if len(word) >= LONG_ALONE else Likeness.SOUND)
            or not self.context.workers & people
        ):
            return
        if is_ordinary(word) and (word in words("care") or (at > 0 and self.tokens[at - 1].word in DETERMINERS)):
            return
        after = self._name_end(i)
        links = {org: _AT_WORK.fullmatch(self.text, after, span[0]) for org, span in self.context.org_spans.items()}
        for who in sorted(self.context.workers & people):
            entry = self.index.entries[who]
            link = next((links[org] for org in entry.orgs if links.get(org)), None)
            link = link or (self._among(at, entry) if likeness is Likeness.EXACT else None)
            if link and fit(pieces, self._surname(who, core, pieces).pieces) <= Fit.MIXED:
                yield self._make(who, at, i, core, pieces, likeness, {"at_work": link.group().strip() or word})

    def _among(self, at: int, entry: Entry) -> re.Match[str] | None:
        """Find, shortly before a surname that begins at token `at`, "bij" and its bearer's organisation: "bij JBD zit Hoekman"."""
        word, start = self.tokens[at].word, self.tokens[at].start
        if is_ordinary(word) or word in self.context.towns or len(word) < LONG_AMONG:
            return None
        for org in entry.orgs:
            left, right = self.context.org_spans.get(org, (0, 0))
            found = _AMONG.fullmatch(self.text, right, start) if 0 < right < start else None
            if found and _AT.search(self.text, max(0, left - 20), left):
                return found
        return None

    def _title(self, i: int, at: int) -> str:
        """Give the title, role or pointing word that belongs to a surname of tokens `at` to `i`; "" where there is none."""
        title = at - 1
        if title > 1 and self.tokens[title].word == "een" and self.tokens[title - 1].word == "van":
            title -= 2
        if title >= 0:
            gap = self.text[self.tokens[title].end : self.tokens[title + 1].start]
            if len(gap) <= 3 and not gap.strip(" .\n") and title_gender(self.tokens[title].word):  # noqa: PLR2004
                return self.tokens[title].word
            if self.tokens[title].word in _POINTING | {"een"}:
                return self.tokens[title].word
        if title > 0 and self._points(title - 1) and self._soft(title - 1) and self._soft(title):
            return self.tokens[title - 1].word
        after = [t.word for t in self.tokens[i + 1 : i + 4] if t.word in kinds("titles")["-"]]
        return after[0] if after and self._gap(i).strip() in {"(", ","} else ""

    def _points(self, i: int) -> bool:
        """Tell whether token i points at somebody: "die", or "de" before an adjective ("de beruchte …")."""
        word = self.tokens[i].word
        return word in _POINTING or (word in {"de", "the"} and self.tokens[i + 1].word.endswith("e"))

    def _reversed(
        self, i: int, at: int, pieces: tuple[str, ...], people: set[int], core: int, likeness: Likeness
    ) -> Iterator[Candidate]:
        """Read the surname, then given names: "Vries, Jan de", "Bakker Marieke", "Meulen, van der, Willem"."""
        bracketed = _BRACKETED.match(self.text, self.tokens[i].end) if i + 1 < len(self.tokens) else None
        if not (self._soft(i, comma=True) or bracketed):
            return
        comma = "," in self._gap(i)
        given = i + 1
        while comma and not pieces and self.tokens[given].word in PIECES and self._soft(given, comma=True):
            given += 1
        if given > i + 1 and "," not in self._gap(given - 1):
            given = i + 1
        between = tuple(token.word for token in self.tokens[i + 1 : given])
        for who, marks, _ in self._given(given, people, back=False):
            named = {"first_name", "alias", "nickname"} & marks.keys()
            if not named and not comma and not self._stands_alone(i, at, given, likeness):
                continue
            last = self._initials(given, back=False)[1] if "initials" in marks or "initial" in marks else given
            after, last = self._pieces_after(last, self._surname(who, core, pieces), pieces or between)
            mark = {"reversed_comma" if comma else "reversed": self.tokens[i].word}
            made = self._make(who, at, i, core, after, likeness, {**marks, **mark}, double=False)
            if self._led_by_another(at, comma=comma):
                made.marks["other_first"] = self.tokens[at - 1].word
            made.end = max(made.end, self._letter_end(last))
            if bracketed:
                made.end = max(made.end, bracketed.end())
            self._first_half(made, at)
            self._called_behind(made)
            yield made

    def _stands_alone(self, i: int, at: int, given: int, likeness: Likeness) -> bool:
        """Tell whether a surname and an initial behind it, without a comma, stand as in a list ("Kartosen O.")."""
        word, end = self.tokens[i].word, self.tokens[given].end
        if likeness is not Likeness.EXACT or is_ordinary(word) or not self._bare(at) or len(word) < SHORTEST_ALONE:
            return False
        return self.text[end : end + 1] == "." and not self.text[end + 1 : end + 2].isalpha()

    def _first_half(self, made: Candidate, at: int) -> None:
        """Take in the first half of a double surname that is reversed ("Jansen-de Vries, Ina"), where it is hers."""
        if at == 0 or self._gap(at - 1).strip(" ") != "-":
            return
        cores = {self.index.surnames.names[core]: like for core, like, _ in self._surnames(self.tokens[at - 1])}
        for surname in made.entry.surnames:
            if surname.core in cores and cores[surname.core] <= Likeness.TYPO:
                made.marks["double_surname"] = self.tokens[at - 1].word
                start = at - 1
                while start > 0 and self.tokens[start - 1].word in surname.pieces and self._soft(start - 1):
                    start -= 1
                made.start = self.tokens[start].start
                return

    def _called_behind(self, made: Candidate) -> None:
        """Take in her call name in brackets behind the initials ("Pauw, A. (Sandra)")."""
        found = _BRACKETED.match(self.text, made.end)
        if found and found.group(1) in made.entry.firsts:
            made.marks.setdefault("first_name", found.group(1))
            made.end = found.end()

    def _pieces_after(self, last: int, surname: Surname, pieces: tuple[str, ...]) -> tuple[tuple[str, ...], int]:
        """Take in the tussenvoegsel behind the given names of a reversed name ("Vries, Jan de"), where it is hers."""
        end = last
        after = list(pieces)
        while not pieces and end + 1 < len(self.tokens) and self.tokens[end + 1].word in PIECES and self._soft(end):
            end += 1
            after.append(self.tokens[end].word)
        if after and not fit(tuple(after), surname.pieces) <= Fit.MIXED:
            return pieces, last
        return tuple(after), end

    def _led_by_another(self, at: int, *, comma: bool) -> bool:
        """Tell whether the surname that begins at token `at` has a first name of its own: "Renske Smeets, Evelien …"."""
        if not comma or at == 0 or not self._soft(at - 1):
            return False
        before = self.tokens[at - 1].word
        return (
            len(before) > 1
            and not is_ordinary(before)
            and (before in words("firstnames") or before in self.index.firsts.number)
        )

    def _unnamed(self, i: int) -> Iterator[Candidate]:
        """Read a first name alone whose bearer the post points at: "Renske van Samen Sterker, in Lelieveld".

        Only where her organisation directly follows, her town is named too, and at most a few people fit.
        """
        word, end = self.tokens[i].word, self.tokens[i].end
        if is_ordinary(word) or len(word) < SHORTEST_ALONE:
            return
        spans = self.context.org_spans.items()
        orgs = {org for org, span in spans if span[0] >= end and _LINK.fullmatch(self.text, end, span[0])}
        if not orgs or (i > 0 and self._soft(i - 1) and self.tokens[i - 1].word in self.index.surnames.number):
            return
        for number, likeness in self._firsts(self.tokens[i]):
            if likeness is not Likeness.EXACT:
                continue
            fitting = [
                who
                for who in sorted(self.index.by_first[number] & self.context.workers)
                if self.index.entries[who].town in self.context.towns and orgs & set(self.index.entries[who].orgs)
            ]
            for who in fitting if len(fitting) <= MOST_ALONE else ():
                marks = self._first_marks(who, number, likeness, self.tokens[i])
                yield Candidate(self.index.entries[who], self.tokens[i].start, end, {**marks, "only_first": word})

    def _misspelt(self, i: int) -> Iterator[Candidate]:
        """Give people by a surely written first name, then a word that resembles a bearer's surname too little for the tables."""
        place = i + 1
        last = min(len(self.tokens) - 1, i + MOST_PIECES + 1)
        while place < last and self.tokens[place].word in PIECES and self._soft(place - 1):
            place += 1
        if place >= len(self.tokens) or not self._soft(place - 1) or is_ordinary(self.tokens[i].word):
            return
        pieces = tuple(t.word for t in self.tokens[i + 1 : place])
        for number, likeness in self._firsts(self.tokens[i]):
            if likeness is Likeness.EXACT or (pieces and likeness <= Likeness.TYPO):
                yield from self._bearers(i, place, pieces, number, likeness)

    def _bearers(
        self, i: int, place: int, pieces: tuple[str, ...], number: int, likeness: Likeness
    ) -> Iterator[Candidate]:
        """Give bearers of first name `number` (token i) whose surname token `place` may be a misspelling of."""
        token = self.tokens[place]
        if token.hidden == "mask":
            return
        known = {core for core, _, _ in self._surnames(token)}
        for core in self.index.misspellings.of(number, token.word, led=bool(pieces)):
            if core in known:
                continue
            for who in sorted(self.index.by_first[number] & self.index.by_core[core]):
                marks = self._first_marks(who, number, likeness, self.tokens[i])
                heard = Likeness.SOUND if self.index.surnames.sounds(token.word, core) else Likeness.FAR
                yield self._make(who, i, place, core, pieces, heard, marks)

    def _abbreviated(self, i: int) -> Iterator[Candidate]:
        """Read a first name and the initial of the surname: "Nadia L.", "Saskia den H."."""
        place = i + 1
        pieces: list[str] = []
        while place < len(self.tokens) and len(pieces) < 4 and self._soft(place - 1):  # noqa: PLR2004
            word = self.tokens[place].word
            if len(word) == 1 and self.text[self.tokens[place].end : self.tokens[place].end + 2].strip()[:1] != "'":
                for number, likeness in self._firsts(self.tokens[i]):
                    if likeness > Likeness.TYPO:
                        continue
                    for who in sorted(self.index.by_first[number] & self.context.locals):
                        if any(
                            _initial_of(surname, word, tuple(pieces)) for surname in self.index.entries[who].surnames
                        ):
                            marks = self._first_marks(who, number, likeness, self.tokens[i])
                            marks["surname_initial"] = word
                            yield Candidate(
                                self.index.entries[who], self.tokens[i].start, self._letter_end(place), marks
                            )
            if word not in PIECES:
                return
            pieces.append(word)
            place += 1


def _initial_of(surname: Surname, letter: str, pieces: tuple[str, ...]) -> bool:
    """Tell whether a letter, after these pieces, can be the surname's initial."""
    if pieces:
        return surname.core[0] == letter and fit(pieces, surname.pieces) <= Fit.MIXED
    return letter in {surname.core[0], *(piece[0] for piece in surname.pieces[:1])}


def _initials_fit(letters: str, entry: Entry) -> str:
    """Name how written initials agree with a person's: "initials" (all), "initial" (the first) or ""."""
    if letters == entry.initials and len(letters) > 1:
        return "initials"
    own = (first for first, kind in entry.firsts.items() if kind in _OWN_NAMES)
    cut = len(letters) >= SHORTEST_ALONE and any(first.startswith(letters) for first in own)
    if cut or entry.initials.startswith(letters) or letters == next(iter(entry.firsts), "")[:1]:
        return "initial"
    return ""


def title_gender(word: str) -> str:
    """Give m, f or - for a title, "" for any other word."""
    return next((gender for gender, titles in kinds("titles").items() if word in titles), "")
