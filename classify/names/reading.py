"""Reading the words of one post: which belong together, what each may be, and what a candidate's words tell.

A candidate's marks are names of features of `features.toml`, each with the words that made it. Nothing is weighed here.
"""

import re
from collections.abc import Sequence

from rapidfuzz.distance import OSA

from classify.names.candidate import Candidate
from classify.names.context import Context
from classify.names.entry import ALIAS, CALLED, FAR_NICKNAME, GIVEN, NICKNAME, Entry, Surname
from classify.names.index import Index
from classify.names.lexicon import Likeness, is_ordinary
from classify.names.lists import words
from classify.names.tokens import FIRST, LAST, Active, Token
from classify.names.tussen import PIECES, Fit, fit

_FIRST_MARKS = {
    CALLED: "first_name",
    ALIAS: "alias",
    GIVEN: "second_name",
    NICKNAME: "nickname",
    FAR_NICKNAME: "far_nickname",
}
_FIRST_LIKE = {Likeness.SOUND: "first_sounds", Likeness.TYPO: "first_typo", Likeness.FAR: "first_far"}
_LAST_LIKE = {
    Likeness.SUFFIXED: "suffix", Likeness.SOUND: "surname_sounds", Likeness.TYPO: "surname_typo", Likeness.FAR: "surname_far",
}  # fmt: skip
_FIT_MARKS = {
    Fit.SHORT: "tussen_short",
    Fit.MIXED: "tussen_mixed",
    Fit.DROPPED: "tussen_dropped",
    Fit.OTHER: "tussen_other",
}
_DIGRAPHS = {
    "th": "t",
    "ph": "p",
    "chr": "c",
    "ch": "c",
    "ij": "i",
    "sj": "s",
    "tj": "t",
    "fr": "f",
    "joh": "j",
    "wilh": "w",
}
_APOSTROPHE = re.compile(r"'(?:s|n?[iu]n|y?[aeiu]|[dt][ae]n?|yl[ae])(?![a-z])")
"""A possessive 's, or what Turkish joins to a name: Wieczorek'in (her), Çetin'e (to him)."""
_BORN = re.compile(
    r"[ \n]*[,(]?[ \n]*(?:e\.? ?v\.?|geb\.?|geboren(?: als)?|wed\.?(?: van)?|weduwe(?: van)?|echtgenote van|gescheiden)[ \n]+(?=[a-z'])"
)
"""What joins the name somebody was born with to the one she married: "van Loon e.v. Smit", "van Veen geb. de Rooy"."""
_HARD = re.compile(r"[^ \n\t_'\-/*\xb7.]|\.[ \n]|\n *\n")
"""What parts a first name from a surname: a sentence's end, a comma, an empty line."""


class Reading:
    """The words of one post, read with the roster at hand."""

    def __init__(
        self, index: Index, text: str, tokens: list[Token], active: Sequence[Active], context: Context
    ) -> None:
        """Look at `tokens`, the words of the folded `text`; `active` are those that may be a name's.

        `context` tells who works at a place the post names: of others, a surname alone or its initial says nothing.
        """
        self.index, self.text, self.tokens, self.active = index, text, tokens, active
        self.context = context

    def _surnames(self, token: Token) -> list[tuple[int, Likeness, tuple[str, ...]]]:
        """Give the surnames a token may be."""
        if token.hidden == "mask":
            return [(number, likeness, ()) for number, likeness in token.surnames]
        return self.index.surnames_of(token.word) if token.likely & LAST and len(token.word) > 1 else []

    def _firsts(self, token: Token) -> tuple[tuple[int, Likeness], ...]:
        """Give the first names a token may be."""
        if token.hidden == "mask":
            return token.firsts
        return self.index.firsts.look_up(token.word) if token.likely & FIRST and len(token.word) > 1 else ()

    def _gap(self, i: int) -> str:
        """Give what stands between token i and the next."""
        return self.text[self.tokens[i].end : self.tokens[i + 1].start]

    def _soft(self, i: int, *, comma: bool = False) -> bool:
        """Tell whether token i and the next can belong to one name."""
        if not 0 <= i < len(self.tokens) - 1:
            return False
        gap = self.text[self.tokens[i].end : self.tokens[i + 1].start]
        if gap == " ":
            return True
        gap = gap.replace("\n>", "\n")
        if comma and gap.strip() == ",":
            return True
        word = self.tokens[i].word
        if len(word) <= 2 or word in _DIGRAPHS or word in self.index.shortened:  # noqa: PLR2004
            gap = gap.replace(".", "", 1)
        return len(gap) <= 6 and not _HARD.search(gap)  # noqa: PLR2004

    def _first_marks(self, who: int, number: int, likeness: Likeness, token: Token) -> dict[str, str]:
        """Name what a first name tells."""
        kind = self.index.entries[who].firsts[self.index.firsts.names[number]]
        mark = _FIRST_MARKS[kind]
        marks = {mark: token.word}
        if likeness is Likeness.SUFFIXED:
            likeness = Likeness.TYPO
        if likeness in _FIRST_LIKE:
            marks[_FIRST_LIKE[likeness]] = token.word
            if token.word in words("firstnames") or self.index.firsts.number.get(token.word) is not None:
                marks["first_is_another"] = token.word
                if likeness > Likeness.SOUND:
                    del marks[mark]
        if token.hidden:
            marks["hidden"] = token.hidden
        return marks

    def _initials(self, at: int, *, back: bool) -> tuple[str, int]:
        """Give the initials that end at token `at` (going left) or start there, and the outermost token."""
        letters, place = "", at
        while 0 <= place < len(self.tokens):
            word = self.tokens[place].word
            letter = word if len(word) == 1 else _DIGRAPHS.get(word, "")
            if not letter and not letters and 1 < len(word) <= 5 and not is_ordinary(word):  # noqa: PLR2004
                return (word if self._opens(place) else ""), at
            if not letter or (letters and not self._soft(place if back else place - 1)):
                break
            letters = letter + letters if back else letters + letter
            place += -1 if back else 1
        return letters, place + 1 if back else place - 1

    def _opens(self, place: int) -> bool:
        """Tell whether token `place` is initials written as one ("JE"), or a given name cut off before a full stop ("Alb.")."""
        word, end = self.tokens[place].word, self.tokens[place].end
        dotted = self.text[end : end + 1] == "."
        return word in self.index.openings and (dotted or word not in self.index.shortened)

    def _letter_end(self, i: int) -> int:
        """Give where token i ends, the full stop of an initial included."""
        end = self.tokens[i].end
        initial = len(self.tokens[i].word) == 1
        return end + 1 if initial and self.text[end : end + 1] == "." else end

    def _surname(self, who: int, core: int, pieces: tuple[str, ...]) -> Surname:
        """Give the surname of a person with this core that agrees best with the written tussenvoegsel."""
        name = self.index.surnames.names[core]
        options = [s for s in self.index.entries[who].surnames if s.core == name]
        return min(options, key=lambda s: fit(pieces, s.pieces))

    def _make(
        self, who: int, first: int, last: int, core: int, pieces: tuple[str, ...], likeness: Likeness,
        marks: dict[str, str], *, double: bool = True,
    ) -> Candidate:  # fmt: skip
        """Put a candidate together and name what its surname tells."""
        entry, token, core_name = self.index.entries[who], self.tokens[last], self.index.surnames.names[core]
        surname = self._surname(who, core, pieces)
        agreement = fit(pieces, surname.pieces)
        marks = dict(marks)
        if surname.parted and agreement > Fit.SHORT:
            marks["not_parted"] = core_name
        if agreement in _FIT_MARKS:
            marks[_FIT_MARKS[agreement]] = " ".join(pieces) or "-"
        if likeness in _LAST_LIKE:
            marks[_LAST_LIKE[likeness]] = token.word
        if likeness > Likeness.SUFFIXED and not token.hidden and self._is_other(token.word):
            marks["surname_is_another"] = token.word
        if token.hidden:
            marks["hidden"] = token.hidden
        off = OSA.distance(token.word, core_name) if not token.hidden else 0
        if likeness > Likeness.SUFFIXED and off:
            marks["letters_off"] = str(off)
        end = self._name_end(last)
        if double:
            end = self._second_surname(entry, surname, last, marks) or end
        return Candidate(entry, self.tokens[first].start, end, marks)

    def _is_other(self, word: str) -> bool:
        """Tell whether a word is another surname, by the list, the roster, or as an ordinary word."""
        return word in words("surnames") or word in words("words") or word in self.index.surnames.number

    def _name_end(self, last: int) -> int:
        """Give where the name ends, with a possessive 's or apostrophe."""
        end = self.tokens[last].end
        ending = _APOSTROPHE.match(self.text, end)
        if ending:
            return ending.end()
        sibilant = self.text[end - 1 : end] in {"s", "z", "x"}
        return (
            end + 1
            if sibilant and self.text[end : end + 1] == "'" and not self.text[end + 1 : end + 2].isalpha()
            else end
        )

    def _second_surname(self, entry: Entry, first: Surname, last: int, marks: dict[str, str]) -> int:
        """Take in the other half of a double surname; note a half that isn't hers. 0: there is none."""
        if last + 1 >= len(self.tokens):
            return 0
        gap = self._gap(last)
        joined = bool(re.fullmatch(r" ?[-/] ?\n?", gap))
        born = _BORN.match(self.text, self.tokens[last].end)
        if not joined and gap.strip() and not born:
            return 0
        place = last + 1
        while born and place < len(self.tokens) - 1 and self.tokens[place].end < born.end():
            place += 1
        while place < len(self.tokens) - 1 and place - last < 9 and self.tokens[place].word in PIECES:  # noqa: PLR2004
            place += 1
        found = {
            self.index.surnames.names[number]: likeness for number, likeness, _ in self._surnames(self.tokens[place])
        }
        for surname in entry.surnames:
            if surname != first and found.get(surname.core, Likeness.FAR) <= Likeness.TYPO:
                marks["double_surname"] = self.tokens[place].word
                return self._name_end(place)
        if joined and "/" not in gap and (found or self.tokens[place].word in words("surnames")):
            marks["foreign_half"] = self.tokens[place].word
        return 0
