"""The surname alone, after the full name earlier in the same post: "Eva Westra belde. Westra zegt …"."""

from collections.abc import Iterator, Sequence

from classify.names.candidate import Candidate
from classify.names.index import Index
from classify.names.lexicon import SUFFIXES, Likeness
from classify.names.lists import words
from classify.names.tokens import LAST, Token
from classify.names.tussen import PIECES, Fit, fit

_ARTICLES = frozenset(
    {"de", "het", "een", "the", "a", "deze", "dit", "onze", "mijn", "geen", "zijn", "hun", "bij", "op", "in"}
)


def later_mentions(index: Index, tokens: Sequence[Token], full: Sequence[Candidate]) -> Iterator[Candidate]:
    """Give later surnames of the people whose full names are in `full`."""
    by_core: dict[str, list[Candidate]] = {}
    for candidate in full:
        for surname in candidate.entry.surnames:
            by_core.setdefault(surname.core, []).append(candidate)
    written = {"".join((*pieces, core)) for core in by_core for pieces in index.pieces_of[core]}
    written |= {form + suffix for form in written for suffix in SUFFIXES}
    for i, token in enumerate(tokens):
        if token.word not in written:
            continue
        for number, likeness, glued in index.surnames_of(token.word) if token.likely & LAST else ():
            name = index.surnames.names[number]
            for earlier in by_core.get(name, ()) if likeness <= Likeness.SUFFIXED else ():
                at = _start(tokens, i, earlier, name, glued) if token.start >= earlier.end else None
                if at is not None:
                    yield Candidate(earlier.entry, tokens[at].start, token.end, {"later": token.word})


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
        if fit(pieces, surname.pieces) <= Fit.MIXED and not bare and before not in words("firstnames"):
            return at
    return None
