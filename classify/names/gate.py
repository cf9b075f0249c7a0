"""The first stage: which posts of a batch can name somebody at all, decided for the whole batch at once.

Everything happens in numpy over the joined, folded batch: its distinct words are hashed whole, with one letter left
out, and parted in two; the flags go back to every place a word stands at; posts pass where flags stand together as
they do in a name. It only ever lets too much through: what passes is aligned exactly.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classify.names.fold import DOT, EURO
from classify.names.hashes import FlagTable, Hashed, Places, Powers
from classify.names.index import SUFFIXES, Index, ordinary_words
from classify.names.lists import kinds, words
from classify.names.sound import sound_key, sound_keys
from classify.names.tags import Gluer
from classify.names.tokens import FIRST, LAST, Token
from classify.names.tussen import PIECES

PIECE, LETTER, TITLE, ORG, ORDINARY, TOWN = (1 << i for i in range(2, 8))
"""Flags of a word beside LAST and FIRST: tussenvoegsel, initial, title, organisation, ordinary word, town."""
_HANDLE = re.compile(rb"[a-z0-9._-]*")
_SHORTEST = 3
_SHORTEST_TYPO = 4
_POINTING = ("die", "deze", "dat", "that", "this", "onze", "een", "our", "de", "the")
Flags = NDArray[np.uint8]
Marks = NDArray[np.bool_]


class Gate:
    """The compiled first stage of one roster."""

    def __init__(self, index: Index, gluer: Gluer, orgs: Iterable[str], towns: Iterable[str]) -> None:
        """Fill the flag tables from the roster."""
        self.powers, self.index, self.gluer = Powers(), index, gluer
        self.keys, self.near, self.whole, self.fronts = FlagTable(), FlagTable(), FlagTable(), FlagTable()
        self.pointing = FlagTable()
        for lexicon, flag in ((index.surnames, LAST), (index.firsts, FIRST)):
            self._add(self.keys, lexicon.by_key, flag)
            self._add(self.near, (k for k in lexicon.by_key if len(k) >= _SHORTEST), flag)
            self._add(self.near, (k for k in lexicon.near if len(k) >= _SHORTEST), flag)
        surnames = [*index.surnames.names, *index.glued_cores]
        self._add(self.keys, (sound_key(glued) for glued in surnames), LAST)
        self._add(self.keys, (sound_key(name + suffix) for name in surnames for suffix in SUFFIXES), LAST)
        self._add(self.fronts, surnames, LAST)
        self._add(self.fronts, index.firsts.names, FIRST)
        self._add(self.whole, surnames, LAST)
        self._add(self.whole, index.firsts.names, FIRST)
        self._add(self.whole, PIECES, PIECE)
        self._add(self.whole, ordinary_words(), ORDINARY)
        self._add(self.whole, index.openings, LETTER)
        self._add(self.whole, (t for titles in kinds("titles").values() for t in titles), TITLE)
        self._add(self.pointing, _POINTING, TITLE)
        self._add(self.whole, (_rarest(org) for org in orgs), ORG)
        self._add(self.whole, (town.split()[0] for town in towns if town), TOWN)

    def _add(self, table: FlagTable, strings: Iterable[str], flag: int) -> None:
        """Add words to a table."""
        joined = " ".join(dict.fromkeys(s for s in strings if s)).encode("ascii", "replace")
        if joined:
            table.add(Hashed(np.frombuffer(joined, dtype=np.uint8), self.powers).words(), flag)

    def pass_on(self, codes: NDArray[np.uint8], borders: Places) -> Iterator["Passed"]:
        """Give the posts to align; `borders` holds where each post starts in `codes`, and the end."""
        batch = Batch(Hashed(codes, self.powers), borders)
        if len(batch.post) == 0:
            return
        self._flag_words(batch)
        named, glued, hidden = (np.zeros(len(borders), dtype=np.bool_) for _ in range(3))
        for hits in (self._pairs(batch), self._alone(batch), self._misspelt(batch)):
            named[batch.post[hits]] = True
        glued[batch.post[np.concatenate([self._tagged(batch), np.flatnonzero(batch.glued)])]] = True
        hidden[np.searchsorted(borders, _hidden(batch), side="right") - 1] = True
        first = np.searchsorted(batch.hashed.starts, borders)
        for number in np.flatnonzero((named | glued | hidden)[:-1]).tolist():
            tokens = batch.tokens(int(first[number]), int(first[number + 1]), int(borders[number]))
            yield Passed(number, tokens, bool(glued[number]), bool(hidden[number]))

    def _flag_words(self, batch: "Batch") -> None:
        """Give every word its exact flags, and those it has by sound or with a letter wrong."""
        distinct = Hashed(batch.distinct, self.powers)
        sure = self.whole.look_up(distinct.words())
        lengths = distinct.ends - distinct.starts
        sure[lengths == 1] |= LETTER
        keyed = Hashed(sound_keys(batch.distinct), self.powers)
        likely = self.keys.look_up(keyed.words())
        places, number = keyed.inside()
        near = self.near.look_up(keyed.without(places, number))
        whole = self.near.look_up(keyed.words())
        typed = (lengths >= _SHORTEST_TYPO) & (keyed.ends - keyed.starts >= _SHORTEST)
        close = np.zeros(len(likely), dtype=np.uint8)
        for flag in (LAST, FIRST):
            close[number[(near & flag) != 0]] |= flag
        likely[typed] |= (close | whole)[typed]
        likely[sure & ORDINARY != 0] = 0
        likely = (likely | sure) & np.uint8(LAST | FIRST)
        batch.sure, batch.likely = sure[batch.which], likely[batch.which]
        batch.pointing = (self.pointing.look_up(distinct.words()) != 0)[batch.which]
        batch.glued = self._glued(distinct)[batch.which]

    def _glued(self, distinct: Hashed) -> Marks:
        """Mark words that part into a first name and a surname, in either order."""
        places, number = distinct.inside(60)
        cut = places - distinct.starts[number] >= 2  # noqa: PLR2004
        places, number = places[cut], number[cut]
        front = self.fronts.look_up(distinct.stretch(distinct.starts[number], places))
        some = np.flatnonzero(front)
        places, number, front = places[some], number[some], front[some]
        back = self.fronts.look_up(distinct.stretch(places, distinct.ends[number]))
        both = ((front & FIRST != 0) & (back & LAST != 0)) | ((front & LAST != 0) & (back & FIRST != 0))
        marks = np.zeros(len(distinct.starts), dtype=np.bool_)
        marks[number[both]] = True
        return marks

    def _pairs(self, batch: "Batch") -> Places:
        """Give the surnames beside which a first name or initial of one of their bearers stands."""
        last, first = batch.likely & LAST != 0, batch.likely & FIRST != 0
        letter, piece = batch.sure & LETTER != 0, batch.sure & PIECE != 0
        opens, found = first | letter, []
        for step, reach in enumerate(_steps(opens, piece | letter, batch.fresh, 5), start=1):
            at = np.flatnonzero(reach & last)
            found.append((at - step, at))
        at = np.flatnonzero(_steps(last, piece, batch.fresh, 1)[0] & opens)
        found.append((at, at - 1))
        given, surname = (np.concatenate(side) for side in zip(*found, strict=True))
        return batch.fitting(given, surname, self.index.may_belong)

    def _misspelt(self, batch: "Batch") -> Places:
        """Give words after a surely written first name that may be a bad misspelling of a bearer's surname."""
        ordinary, piece = batch.sure & ORDINARY != 0, batch.sure & PIECE != 0
        first = (batch.sure & FIRST != 0) & ~ordinary
        likely = (batch.likely & FIRST != 0) & ~ordinary
        word = ~piece & (batch.sure & LETTER == 0)
        given, surname = [], []
        for step, reach in enumerate(_steps(first, piece, batch.fresh, 4), start=1):
            at = np.flatnonzero(reach & word & (~ordinary if step == 1 else True))
            given.append(at - step)
            surname.append(at)
        for step, reach in enumerate(_steps(likely & ~first, piece, batch.fresh, 4), start=1):
            at = np.flatnonzero(reach & word) if step > 1 else np.zeros(0, dtype=np.int64)
            given.append(at - step)
            surname.append(at)
        return batch.fitting(np.concatenate(given), np.concatenate(surname), self.index.may_misspell)

    def _tagged(self, batch: "Batch") -> Places:
        """Give tags and handles that contain a name."""
        codes, starts, ends = batch.hashed.codes, batch.hashed.starts, batch.hashed.ends
        signs = np.flatnonzero((codes == ord("@")) | (codes == ord("#")))
        words = np.searchsorted(starts, signs)
        words = words[words < len(starts)]
        tags = words[ends[words] - starts[words] >= 3]  # noqa: PLR2004
        tags = np.unique(np.concatenate([tags, np.minimum(tags + 1, len(starts) - 1)]))
        distinct, which = np.unique(batch.which[tags], return_inverse=True)
        named = np.array(
            [bool(self.gluer.split(batch.word(n), tagged=True)) for n in distinct.tolist()], dtype=np.bool_
        )
        own = np.array([self._is_handle(codes, int(s)) for s in signs], dtype=np.bool_)
        hits = words[own[: len(words)]] if len(own) else words[:0]
        return np.concatenate([tags[named[which]] if len(tags) else tags, hits])

    def _is_handle(self, codes: NDArray[np.uint8], sign: int) -> bool:
        """Tell whether the handle at a place is one of the roster's."""
        if codes[sign] != ord("@"):
            return False
        match = _HANDLE.match(codes[sign + 1 : sign + 60].tobytes())
        return (
            bool(match) and match.group().translate(None, b"._-").decode("ascii") in self.gluer.handles
            if match
            else False
        )

    @staticmethod
    def _alone(batch: "Batch") -> Marks:
        """Mark words that count without a first name beside them: glued, tagged, after a title, abbreviated."""
        hits = np.zeros(len(batch.post), dtype=np.bool_)
        title, letter, piece = (batch.sure & flag != 0 for flag in (TITLE, LETTER, PIECE))
        near = np.zeros(len(batch.borders), dtype=np.bool_)
        near[batch.post[batch.sure & ORG != 0]] = True
        bridge = piece | title | (batch.sure & FIRST != 0)
        last = batch.likely & LAST != 0
        for reach in _steps(title, bridge, batch.fresh, 4):
            hits |= near[batch.post] & last & reach
        some = batch.pointing
        for reach in _steps(some, np.ones_like(some), batch.fresh, 2):
            for led in [reach, *_steps(reach & piece, piece, batch.fresh, 2)]:
                hits |= near[batch.post] & last & led
        near[batch.post[batch.sure & TOWN != 0]] = True
        for reach in _steps(batch.sure & FIRST != 0, piece, batch.fresh, 4):
            hits |= near[batch.post] & letter & reach
        return np.asarray(hits)


@dataclass(frozen=True, slots=True)
class Passed:
    """A post that passed: its number, its words, and whether anything is glued together or hidden in it."""

    number: int
    tokens: list[Token]
    glued: bool
    hidden: bool


class Batch:
    """The words of a folded batch and what the tables say of them."""

    sure: Flags
    likely: Flags
    glued: Marks
    pointing: Marks

    def __init__(self, hashed: Hashed, borders: Places) -> None:
        """Find which post each word stands in, and the distinct words."""
        self.hashed, self.borders = hashed, borders
        self.post = np.searchsorted(borders, hashed.starts, side="right") - 1
        self.fresh = np.ones(len(self.post), dtype=np.bool_)
        self.fresh[1:] = self.post[1:] != self.post[:-1]
        self.which, self.chosen = _distinct(hashed.words())
        self.distinct = _gather(hashed, self.chosen)

    def fitting(self, given: Places, surname: Places, fits: Callable[[str, str], bool]) -> Places:
        """Give the `surname` words that fit the `given` words beside them; each distinct pair is asked once."""
        if len(given) == 0:
            return surname
        size = np.int64(len(self.chosen))
        pairs, which = np.unique(self.which[given] * size + self.which[surname], return_inverse=True)
        answers = [fits(self.word(int(pair // size)), self.word(int(pair % size))) for pair in pairs]
        return np.asarray(surname[np.array(answers, dtype=np.bool_)[which]])

    def tokens(self, first: int, last: int, border: int) -> list[Token]:
        """Give the words `first` to `last`, with places counted from `border`."""
        if first == last:
            return []
        starts, ends = self.hashed.starts[first:last] - border, self.hashed.ends[first:last] - border
        text = self.hashed.codes[border : border + int(ends[-1])].tobytes().decode("latin-1")
        places = zip(starts.tolist(), ends.tolist(), self.likely[first:last].tolist(), strict=True)
        return [Token(text[start:end], start, end, "", likely) for start, end, likely in places]

    def word(self, number: int) -> str:
        """Give a distinct word."""
        place = self.chosen[number]
        return self.hashed.codes[self.hashed.starts[place] : self.hashed.ends[place]].tobytes().decode("ascii")


def _steps(opens: Marks, bridge: Marks, fresh: Marks, most: int) -> list[Marks]:
    """Mark, for 1 to `most` words of distance, words after one in `opens` with only words of `bridge` between."""
    found = []
    reach = opens
    for step in range(most):
        onward = np.zeros_like(opens)
        onward[1:] = (reach[:-1] & (bridge[:-1] if step else True)) & ~fresh[1:]
        reach = onward
        found.append(reach)
    return found


def _distinct(hashes: NDArray[np.uint64]) -> tuple[Places, Places]:
    """Give for each hash the number of its distinct value, and one place where each value stands."""
    _, chosen, which = np.unique(hashes, return_index=True, return_inverse=True)
    return which, chosen


def _gather(hashed: Hashed, chosen: Places) -> NDArray[np.uint8]:
    """Copy the chosen words to a new text, a space after each."""
    starts = hashed.starts[chosen]
    lengths = hashed.ends[chosen] - starts
    sizes = lengths + 1
    offsets = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    text: NDArray[np.uint8] = hashed.codes[np.minimum(np.repeat(starts, sizes) + offsets, len(hashed.codes) - 1)].copy()
    text[np.cumsum(sizes) - 1] = ord(" ")
    return text


def _hidden(batch: Batch) -> Places:
    """Give places where letters are spaced out, digits stand in words, or signs hide letters."""
    hashed, fresh, codes = batch.hashed, batch.fresh, batch.hashed.codes
    single = hashed.ends - hashed.starts == 1
    close = np.zeros(len(single), dtype=np.bool_)
    close[1:] = (hashed.starts[1:] - hashed.ends[:-1] <= 4) & ~fresh[1:]  # noqa: PLR2004
    run = np.zeros(len(single), dtype=np.bool_)
    run[2:] = single[2:] & single[1:-1] & single[:-2] & close[2:] & close[1:-1]
    padded = np.zeros(len(codes) + 2, dtype=np.uint8)
    padded[1:-1] = codes
    interesting = _SIGN[codes]
    places = np.flatnonzero(interesting)
    kind, before, after = interesting[places], _ALPHA[padded[places]], _ALPHA[padded[places + 2]]
    inside = before & after
    beside = before | after
    chosen = ((kind == 1) & beside) | ((kind == 2) & inside) | ((kind == 3) & beside) | ((kind == 4) & before & ~after)  # noqa: PLR2004
    return np.concatenate([hashed.starts[run], places[chosen]])


def _sign_table() -> NDArray[np.uint8]:
    """Kinds of sign: 1 digits, 2 signs read as letters, 3 stars and dots, 4 hyphens."""
    table = np.zeros(256, dtype=np.uint8)
    table[[ord(c) for c in "0123456789"] + [EURO]] = 1
    table[[ord(c) for c in "@$!|+("]] = 2
    table[[ord("*"), DOT, ord("_")]] = 3
    table[ord("-")] = 4
    return table


_SIGN = _sign_table()
_ALPHA = np.zeros(256, dtype=np.bool_)
_ALPHA[97:123] = True


def _rarest(org: str) -> str:
    """Give the word of an organisation's name that says most: the longest that is no ordinary or field word."""
    parts = org.split()
    telling = [
        part for part in parts if part not in words("words") and part not in words("care") and part not in PIECES
    ]
    return max(telling or parts, key=len)
