"""The first stage: which words of a batch can name somebody at all, decided for the whole batch at once.

Everything happens in numpy over the joined, folded batch: its distinct words are hashed whole, with one letter left
out, and parted in two; what the tables say goes back to every place a word stands at; a place passes where words stand
together as they do in a name. It only ever lets too much through: what passes is aligned exactly.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classify.names.batch import Batch, Flags, Marks, before, hidden_places, steps
from classify.names.hashes import LANES, FlagTable, Hashed, MaskTable, Places, Powers, Words64, mask_rows
from classify.names.index import Index
from classify.names.lexicon import SUFFIXES, Lexicon, ordinary_words
from classify.names.lists import kinds, words
from classify.names.sound import sound_keys, sound_keys_of
from classify.names.tags import Gluer
from classify.names.tokens import AS_ABBREVIATED, AS_MISSPELT, AS_SURNAME, FIRST, LAST, Active, Token
from classify.names.tussen import PIECES

PIECE, LETTER, TITLE, ORG, ORDINARY, TOWN = (1 << i for i in range(2, 8))
"""Flags of a word beside LAST and FIRST: tussenvoegsel, initial, title, organisation, ordinary word, town."""
AROUND = 9
"""Words beside one that may be part of a name which can belong to the name or say whose it is."""
AFTER = 6
"""Words after an organisation's telling one among which a surname may stand alone ("bij De Linde zit Kuipers")."""
_SHORTEST = 3
_SHORTEST_TYPO = 4
_SHORTEST_GLUED = 5
_POINTING = ("die", "deze", "dat", "that", "this", "onze", "een", "our", "de", "the")


@dataclass(frozen=True, slots=True)
class Passed:
    """A post that passed: its number, where in it a name may be, and whether any word is glued or hidden."""

    batch: Batch
    number: int
    first: int
    last: int
    """The post's words in the batch: from `first` to before `last`."""
    active: list[Active]
    """Words that may be part of a name, numbered within the post."""
    glued: bool
    hidden: bool

    def words(self) -> list[Token]:
        """Give all words of the post."""
        return self.batch.tokens(self.first, self.last, int(self.batch.borders[self.number]))

    def window(self) -> tuple[list[Token], list[Active]]:
        """Give the words around those that may be part of a name, and the numbers of the latter among them."""
        if not self.active:
            return [], []
        first = max(0, self.active[0][0] - AROUND)
        last = min(self.last, self.first + self.active[-1][0] + AROUND + 1)
        tokens = self.batch.tokens(self.first + first, last, int(self.batch.borders[self.number]))
        return tokens, [(i - first, way) for i, way in self.active]


class Gate:
    """The compiled first stage of one roster."""

    def __init__(self, index: Index, gluer: Gluer, orgs: Iterable[str], towns: Iterable[str]) -> None:
        """Fill the tables from the roster."""
        self.powers, self.index, self.gluer = Powers(), index, gluer
        self.keys, self.near, self.whole, self.fronts, self.pointing, self.cut = (FlagTable() for _ in range(6))
        self.called, self.bearers, self.initials = (MaskTable() for _ in range(3))
        self._add_names(
            index.firsts, FIRST, [(self.called, [1 << i % (64 * LANES) for i in range(len(index.firsts.names))])]
        )
        firsts, letters = _bearers(index)
        self._add_names(index.surnames, LAST, [(self.bearers, firsts), (self.initials, letters)])
        self._add(self.whole, PIECES, PIECE)
        self._add(self.whole, ordinary_words(), ORDINARY)
        self._add(self.whole, index.openings, LETTER)
        self._add(self.cut, index.shortened, LETTER)
        self._add(self.whole, (t for titles in kinds("titles").values() for t in titles), TITLE)
        self._add(self.pointing, _POINTING, TITLE)
        self._add(self.whole, (_rarest(org) for org in orgs), ORG)
        self._add(self.whole, (town.split()[0] for town in towns if town), TOWN)

    def _hashes(self, strings: Iterable[str]) -> Words64:
        """Hash words."""
        joined = " ".join(strings).encode("ascii", "replace")
        return Hashed(np.frombuffer(joined or b" ", dtype=np.uint8), self.powers).words()

    def _add(self, table: FlagTable, strings: Iterable[str], flag: int) -> None:
        """Add words to a table."""
        table.add(self._hashes(dict.fromkeys(s for s in strings if s)), flag)

    def _add_names(self, lexicon: Lexicon, flag: int, tables: list[tuple[MaskTable, list[int]]]) -> None:
        """Add all spellings of the names, each with its masks; `tables` holds a mask for every name's number."""
        glued = self.index.glued_cores if flag == LAST else {}
        self._add(self.fronts, [*lexicon.names, *glued], flag)
        self._add(self.whole, [*lexicon.names, *glued], flag)
        bits = 64 * LANES
        joined = [
            sum(mask << bits * k for k, mask in enumerate(masks)) for masks in zip(*(m for _, m in tables), strict=True)
        ]
        sure: dict[str, int] = {key: _union(joined, numbers) for key, numbers in lexicon.by_key.items()}
        near = {key: mask for key, mask in sure.items() if len(key) >= _SHORTEST}
        forms = [(name, joined[i]) for i, name in enumerate(lexicon.names)]
        forms += [(form, _union(joined, (core for core, _ in cores))) for form, cores in glued.items()]
        endings = ("", *SUFFIXES) if flag == LAST else ("",)
        spelled = sound_keys_of([form + suffix for form, _ in forms for suffix in endings])
        for key, (_, mask) in zip(spelled, (form for form in forms for _ in endings), strict=True):
            for masks in (sure, near) if len(key) >= _SHORTEST else (sure,):
                masks[key] = masks.get(key, 0) | mask
        by_key = {key: _union(joined, numbers) for key, numbers in lexicon.by_key.items()}
        for shorter, keys in lexicon.near.items():
            if len(shorter) >= _SHORTEST:
                for key in keys:
                    near[shorter] = near.get(shorter, 0) | by_key[key]
        for shorter, written in lexicon.near_written.items():
            if len(shorter) >= _SHORTEST:
                near[shorter] = near.get(shorter, 0) | _union(joined, written)
        self._add(self.keys, sure, flag)
        self._add(self.near, near, flag)
        for some in (sure, near):
            hashes = self._hashes(some)
            for k, (table, _) in enumerate(tables):
                table.add(hashes, mask_rows([mask >> bits * k & (1 << bits) - 1 for mask in some.values()]))

    def pass_on(self, codes: NDArray[np.uint8], borders: Places) -> Iterator[Passed]:
        """Give the posts to align; `borders` holds where each post starts in `codes`, and the end."""
        batch = Batch(Hashed(codes, self.powers), borders)
        if len(batch.post) == 0:
            return
        self._flag_words(batch)
        hits = np.zeros(len(batch.post), dtype=np.uint8)
        surnames, abbreviated = self._alone(batch)
        for found, way in (
            (self._pairs(batch), AS_SURNAME), (surnames, AS_SURNAME),
            (abbreviated, AS_ABBREVIATED), (self._misspelt(batch), AS_MISSPELT),
        ):  # fmt: skip
            hits[found] |= way
        struck = np.flatnonzero(hits)
        named, glued, hidden = (np.zeros(len(borders), dtype=np.bool_) for _ in range(3))
        named[batch.post[struck]] = True
        glued[batch.post[batch.glued]] = True
        glued[np.searchsorted(borders, self._tagged(batch), side="right") - 1] = True
        masked = hidden_places(batch, (batch.likely & FIRST) | (batch.sure & (PIECE | FIRST)) != 0)
        hidden[np.searchsorted(borders, masked, side="right") - 1] = True
        first = np.searchsorted(batch.hashed.starts, borders).tolist()
        edges = np.searchsorted(struck, first).tolist()
        places = list(zip(struck.tolist(), hits[struck].tolist(), strict=True))
        for number in np.flatnonzero((named | glued | hidden)[:-1]).tolist():
            left = first[number]
            active = [(place - left, way) for place, way in places[edges[number] : edges[number + 1]]]
            yield Passed(batch, number, left, first[number + 1], active, bool(glued[number]), bool(hidden[number]))

    def _flag_words(self, batch: Batch) -> None:
        """Give every word its exact flags, and those it has by sound or with a letter wrong."""
        distinct = Hashed(batch.distinct, self.powers)
        sure = self.whole.look_up(distinct.words())
        lengths = distinct.ends - distinct.starts
        sure[lengths == 1] |= LETTER
        ordinary = sure & ORDINARY != 0
        keyed = Hashed(sound_keys(batch.distinct), self.powers)
        heard = keyed.words()
        likely = self.keys.look_up(heard)
        typed = ~ordinary & (lengths >= _SHORTEST_TYPO) & (keyed.ends - keyed.starts >= _SHORTEST)
        spelled = distinct.words()
        number, shorter = keyed.shortened(typed)
        number_too, shorter_too = distinct.shortened(typed & (spelled != heard))
        number, shorter = np.concatenate([number, number_too]), np.concatenate([shorter, shorter_too])
        near = self.near.look_up(shorter)
        close = self.near.look_up(heard) | self.near.look_up(spelled)
        for flag in (LAST, FIRST):
            close[number[(near & flag) != 0]] |= flag
        likely[typed] |= close[typed]
        likely[ordinary] = 0
        likely = (likely | sure) & np.uint8(LAST | FIRST)
        self._mask_words(batch, distinct, sure, likely, (heard, number[near != 0], shorter[near != 0]))
        batch.sure, batch.likely = sure[batch.which], likely[batch.which]
        cut = np.flatnonzero((self.cut.look_up(spelled) != 0)[batch.which])
        undotted = cut[batch.hashed.codes[np.minimum(batch.hashed.ends[cut], len(batch.hashed.codes) - 1)] != ord(".")]
        batch.sure[undotted] &= np.uint8(~LETTER & 0xFF)
        batch.pointing = (self.pointing.look_up(distinct.words()) != 0)[batch.which]
        batch.glued = self._glued(distinct, lengths)[batch.which]

    def _mask_words(
        self, batch: Batch, distinct: Hashed, sure: Flags, likely: Flags, spelled: tuple[Words64, Places, Words64]
    ) -> None:
        """Give every distinct word the bits of who may be called so."""
        heard, number, shorter = spelled
        some = np.flatnonzero(likely)
        row = np.zeros(len(likely), dtype=np.int64)
        row[some] = np.arange(len(some))
        kept = likely[number] != 0
        number, shorter = row[number[kept]], shorter[kept]
        batch.row = row
        for name, table in (("called", self.called), ("bearers", self.bearers), ("initials", self.initials)):
            masks = table.look_up(heard[some])
            np.bitwise_or.at(masks, number, table.look_up(shorter))
            setattr(batch, name, masks)
        opening = sure & LETTER != 0
        batch.letter = np.where(
            opening, np.uint64(1) << (distinct.codes[distinct.starts].astype(np.uint64) - np.uint64(97)), np.uint64(0)
        )

    def _glued(self, distinct: Hashed, lengths: Places) -> Marks:
        """Mark words that part into a first name and a surname, in either order."""
        places, number = distinct.inside(lengths >= _SHORTEST_GLUED, 60)
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

    def _pairs(self, batch: Batch) -> Places:
        """Give the surnames beside which a first name or initial of one of their bearers stands."""
        last, first = batch.likely & LAST != 0, batch.likely & FIRST != 0
        letter, piece = batch.sure & LETTER != 0, batch.sure & PIECE != 0
        opens, found = first | letter, []
        for step, reach in enumerate(steps(opens, piece | letter, batch.fresh, 5), start=1):
            at = np.flatnonzero(reach & last)
            found.append((at - step, at))
        for step, reach in enumerate(steps(last, piece, batch.fresh, 4), start=1):
            at = np.flatnonzero(reach & opens)
            found.append((at, at - step))
        given, surname = (np.concatenate(side) for side in zip(*found, strict=True))
        one, other = batch.which[given], batch.which[surname]
        bearers, initials = batch.bearers[batch.row[other]], batch.initials[batch.row[other], 0]
        called = (batch.called[batch.row[one]] & bearers).any(axis=1) & first[given]
        fit = called | ((batch.letter[one] & initials) != 0)
        return batch.fitting(given[fit], surname[fit], self.index.may_belong)[1]

    def _misspelt(self, batch: Batch) -> Places:
        """Give surely written first names before a word that may be a bad misspelling of a bearer's surname."""
        ordinary, piece = batch.sure & ORDINARY != 0, batch.sure & PIECE != 0
        first = (batch.sure & FIRST != 0) & ~ordinary
        likely = (batch.likely & FIRST != 0) & ~ordinary
        word = ~piece & (batch.sure & LETTER == 0)
        given, surname = [], []
        for step, reach in enumerate(steps(first, piece, batch.fresh, 4), start=1):
            at = np.flatnonzero(reach & word & (~ordinary if step == 1 else True))
            given.append(at - step)
            surname.append(at)
        for step, reach in enumerate(steps(likely & ~first, piece, batch.fresh, 4), start=1):
            at = np.flatnonzero(reach & word) if step > 1 else np.zeros(0, dtype=np.int64)
            given.append(at - step)
            surname.append(at)
        return batch.fitting(np.concatenate(given), np.concatenate(surname), self.index.may_misspell)[0]

    def _tagged(self, batch: Batch) -> Places:
        """Give the places of tags and handles that contain a name."""
        codes = batch.hashed.codes
        places = np.flatnonzero((codes == ord("@")) | (codes == ord("#")))
        padded = np.zeros(len(codes) + 6, dtype=np.bool_)
        padded[3:-3] = _IN_TAG[codes]
        beside = [padded[places + step] for step in (0, 1, 2, 4, 5, 6)]
        signs = places[(beside[0] & beside[1] & beside[2]) | (beside[3] & beside[4] & beside[5])].tolist()
        if not signs:
            return np.zeros(0, dtype=np.int64)
        chunks = [codes[max(0, sign - 60) : sign + 80].tobytes().decode("latin-1") for sign in signs]
        named = self.gluer.tagged(chunks, [min(sign, 60) for sign in signs])
        return np.array([sign for sign, some in zip(signs, named, strict=True) if some], dtype=np.int64)

    @staticmethod
    def _alone(batch: Batch) -> tuple[Places, Places]:
        """Give surnames that count after a title or pointing word, and first names before an abbreviated surname."""
        hits = np.zeros(len(batch.post), dtype=np.bool_)
        title, letter, piece = (batch.sure & flag != 0 for flag in (TITLE, LETTER, PIECE))
        near = np.zeros(len(batch.borders), dtype=np.bool_)
        near[batch.post[batch.sure & ORG != 0]] = True
        here = near[batch.post]
        bridge = piece | title | (batch.sure & FIRST != 0)
        last = batch.likely & LAST != 0
        doubled = np.zeros_like(last)
        joined = (batch.hashed.starts[1:-1] - batch.hashed.ends[:-2] == 1) & last[:-2]
        joined &= batch.hashed.codes[batch.hashed.ends[:-2]] == ord("-")
        doubled[:-2] = joined & (last[1:-1] | (piece[1:-1] & last[2:]))
        doubled[-2:-1] = last[-2:-1]
        for reach in steps(title, bridge, batch.fresh, 4):
            hits |= here & last & reach
            hits |= doubled & reach
        some = batch.pointing
        for reach in steps(some, np.ones_like(some), batch.fresh, 2):
            for led in [reach, *steps(reach & piece, piece, batch.fresh, 2)]:
                hits |= here & last & led
        hits |= last & here & before(batch.sure & ORG != 0, AROUND)
        for reach in steps(batch.sure & ORG != 0, np.ones_like(last), batch.fresh, AFTER):
            hits |= reach & (batch.sure & LAST != 0) & (batch.sure & ORDINARY == 0)
        hits[:-3] |= here[:-3] & last[:-3] & (title[1:-2] | title[2:-1] | title[3:])
        town = np.zeros(len(batch.borders), dtype=np.bool_)
        town[batch.post[batch.sure & TOWN != 0]] = True
        first = (batch.sure & FIRST != 0) & (batch.sure & ORDINARY == 0)
        abbreviated = [np.flatnonzero(first & here & town[batch.post])]
        near |= town
        for step, reach in enumerate(steps(batch.sure & FIRST != 0, piece, batch.fresh, 4), start=1):
            abbreviated.append(np.flatnonzero(near[batch.post] & letter & reach) - step)
        return np.flatnonzero(hits), np.concatenate(abbreviated)


_IN_TAG = np.zeros(256, dtype=np.bool_)
_IN_TAG[[ord(c) for c in "abcdefghijklmnopqrstuvwxyz0123456789._-"]] = True


def _bearers(index: Index) -> tuple[list[int], list[int]]:
    """Give for every surname two masks: its bearers' first names, and their initials."""
    called, letters = [], []
    for core in range(len(index.surnames.names)):
        firsts, initials = 0, 0
        for who in index.by_core[core]:
            for first in index.entries[who].firsts:
                firsts |= 1 << index.firsts.number[first] % (64 * LANES)
        for letter in index.letters[core]:
            initials |= 1 << (ord(letter) - 97)
        called.append(firsts)
        letters.append(initials)
    return called, letters


def _union(masks: list[int], numbers: Iterable[int]) -> int:
    """Join the masks of several names."""
    mask = 0
    for number in numbers:
        mask |= masks[number]
    return mask


def _rarest(org: str) -> str:
    """Give the word of an organisation's name that says most: the longest that is no ordinary or field word."""
    parts = org.split()
    telling = [
        part for part in parts if part not in words("words") and part not in words("care") and part not in PIECES
    ]
    return max(telling or parts, key=len)
