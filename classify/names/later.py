"""The surname alone, after the full name earlier in the same post: "Eva Westra belde. Westra zegt …"."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rapidfuzz.distance import OSA

from classify.names.candidate import Candidate
from classify.names.index import Index
from classify.names.lexicon import SUFFIXES, Likeness, is_ordinary
from classify.names.lists import words
from classify.names.tokens import LAST, Token
from classify.names.tussen import PIECES, Fit, fit

_ARTICLES = frozenset(
    {"de", "het", "een", "the", "a", "deze", "dit", "onze", "mijn", "geen", "zijn", "hun", "bij", "op", "in"}
)

_OTHERWISE = frozenset({"of", "oftewel", "alias", "vroeger", "voorheen", "geboren", "geb", "nee"})
"""Words that join a second surname to a name: "Coby Hendricks, vroeger Scholten" names her once."""
DAMAGED = ("surname_sounds", "surname_typo", "surname_far")
"""Marks whose word is the surname as it was written."""


def written_otherwise(candidate: Candidate) -> str:
    """Give the surname as a full name writes it wrongly ("Bram Fisser"), by which the post may go on; "" where it is right."""
    if "hidden" in candidate.marks:
        return ""
    return next((candidate.marks[mark] for mark in DAMAGED if mark in candidate.marks), "")


def may_come_again(text: str, full: Sequence[Candidate]) -> bool:
    """Tell whether a surname of somebody in `full` stands behind her full name, in the roster's spelling or her own there."""
    return any(
        text.find(form, c.end) > 0
        for c in full
        for form in (*(surname.core for surname in c.entry.surnames), written_otherwise(c))
        if form
    )


def later_mentions(index: Index, tokens: Sequence[Token], full: Sequence[Candidate]) -> Iterator[Candidate]:
    """Give later surnames of the people whose full names are in `full`."""
    by_core: dict[str, dict[int, Candidate]] = {}
    for candidate in sorted(full, key=_end):
        for surname in candidate.entry.surnames:
            by_core.setdefault(surname.core, {}).setdefault(candidate.entry.number, candidate)
    ends = {candidate.end for candidate in full}
    misspelt: dict[str, dict[int, Candidate]] = {}
    for candidate in sorted(full, key=_end):
        if form := written_otherwise(candidate):
            misspelt.setdefault(form, {}).setdefault(candidate.entry.number, candidate)
    written = {"".join((*pieces, core)) for core in by_core for pieces in index.pieces_of[core]}
    written |= {form + suffix for form in written for suffix in SUFFIXES}
    for i, token in enumerate(tokens):
        for earlier in _named_so(misspelt, token.word) if misspelt else ():
            yield from _again(tokens, i, earlier, _nearest(earlier, token.word), (), ends)
        if token.word not in written:
            continue
        for number, likeness, glued in index.surnames_of(token.word) if token.likely & LAST else ():
            name = index.surnames.names[number]
            for earlier in by_core.get(name, {}).values() if likeness <= Likeness.SUFFIXED else ():
                yield from _again(tokens, i, earlier, name, glued, ends)


def _named_so(misspelt: Mapping[str, Mapping[int, Candidate]], word: str) -> Iterable[Candidate]:
    """Give the full names that wrote their surname as this word, or as this word less its possessive s."""
    stem = word.removesuffix("s")
    found = misspelt.get(word, {}).values()
    return (*found, *misspelt.get(stem, {}).values()) if stem != word else found


def _nearest(earlier: Candidate, word: str) -> str:
    """Give the surname of a person that a word resembles most."""
    return min((OSA.distance(surname.core, word), surname.core) for surname in earlier.entry.surnames)[1]


def _again(
    tokens: Sequence[Token], i: int, earlier: Candidate, core: str, glued: tuple[str, ...], ends: set[int]
) -> Iterator[Candidate]:
    """Give token `i` as a surname of somebody whose full name stands earlier, where it is one."""
    at = _start(tokens, i, earlier, core, glued) if tokens[i].start >= earlier.end else None
    if at is not None and not _said_otherwise(tokens, at, ends):
        yield Candidate(earlier.entry, tokens[at].start, tokens[i].end, {"later": tokens[i].word})


def _start(tokens: Sequence[Token], i: int, earlier: Candidate, core: str, glued: tuple[str, ...]) -> int | None:
    """Give the token at which a surname that ends at token `i` starts; None where it isn't hers."""
    for surname in earlier.entry.surnames:
        if surname.core != core:
            continue
        at = i
        while at > 0 and i - at < len(surname.pieces) and tokens[at - 1].word in PIECES:
            at -= 1
        before = tokens[at - 1].word if at else ""
        bare = not surname.pieces and before in _ARTICLES and tokens[i].word in words("words")
        pieces = (*(t.word for t in tokens[at:i]), *glued)
        if (
            fit(pieces, surname.pieces) <= Fit.MIXED
            and not bare
            and (is_ordinary(before) or before not in words("firstnames"))
        ):
            return at
    return None


def _said_otherwise(tokens: Sequence[Token], at: int, ends: set[int]) -> bool:
    """Tell whether the surname that starts at token `at` is the other one of a name directly before ("Hendricks of Scholten")."""
    return at > 1 and tokens[at - 1].word in _OTHERWISE and tokens[at - 2].end in ends


def _end(candidate: Candidate) -> int:
    """Give where a candidate ends."""
    return candidate.end
