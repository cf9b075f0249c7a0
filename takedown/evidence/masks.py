"""What must not leave the house in a redacted edition, and finding every place where it stands.

Marks are spans of the post. Software suggests them (`suggestions.py`); a person says of each whether it is masked. What is
masked in the post is then masked everywhere: in every text, file name and address of the edition, and in its pictures.
Too much masked is the safe side.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote

from takedown.errors import EvidenceError

BLACK = "[gezwart]"
"""What stands for a masked text. A word, so that a screen reader says it; of one length, so that it tells nothing."""

KINDS = ("minderjarige", "derde", "adres", "telefoon")

PARTICLES = frozenset(
    [
        "van",
        "der",
        "den",
        "de",
        "het",
        "ten",
        "ter",
        "te",
        "la",
        "le",
        "el",
        "al",
        "von",
        "zu",
        "da",
        "di",
        "en",
        "of",
        "mevr",
        "mevrouw",
        "meneer",
        "heer",
    ]
)
"""Parts of names that are also ordinary words: masked inside the whole name, not alone."""

LEAST_INSIDE = 4
"""Letters from which a part of a name is masked inside a longer word too ("Pietjes", "#pietjepuk")."""

LEAST_ACROSS = 8
"""Letters from which a masked text is found across words that it doesn't begin or end ("Jan" is not in "bij antwoord")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A span of the post that names a child or another person, or an address or number."""

    start: int
    end: int
    kind: str
    masked: bool | None = None
    """What the reviewer said; None while she said nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskReview:
    """One person's answer to every mark of one text."""

    post_id: str
    """The id of the exact text that was looked at: an edit asks for a new look."""
    by: str
    at: datetime
    marks: tuple[Mark, ...]
    words: tuple[str, ...] = ()
    """More to mask, which stands on the page, in reasons or in answers though not in the post."""
    shown: tuple[str, ...] = ()
    """Words of reasons and answers that name nobody who must be masked."""


def masked_words(review: MaskReview | None, post_id: str, text: str, suggested: Iterable[Mark]) -> tuple[str, ...]:
    """Give the texts to mask.

    Raises:
        EvidenceError: nobody looked at this text, or a suggested mark has no answer.

    """
    if review is None or review.post_id != post_id:
        message = (
            "Nobody has looked yet at the names, addresses and numbers in this text. Review them at the case first."
        )
        raise EvidenceError(message)
    unanswered = [mark for mark in review.marks if mark.masked is None]
    answered = [mark for mark in review.marks if mark.masked is not None]
    unanswered += [
        mark for mark in suggested if not any(one.start <= mark.start and mark.end <= one.end for one in answered)
    ]
    if unanswered:
        message = f"{len(unanswered)} marked places in this text were not reviewed yet. Review them at the case first."
        raise EvidenceError(message)
    chosen = [text[mark.start : mark.end] for mark in review.marks if mark.masked]
    return tuple(dict.fromkeys(filter(None, (words.strip() for words in (*chosen, *review.words)))))


def folded(text: str) -> tuple[str, list[int]]:
    """Fold a text to plain letters and digits, and say from which character each came."""
    letters: list[str] = []
    origins: list[int] = []
    for place, char in enumerate(text):
        for plain in unicodedata.normalize("NFKD", char).casefold():
            if plain.isalnum():
                letters.append(plain)
                origins.append(place)
    return "".join(letters), origins


class Masks:
    """Finds what must be masked."""

    def __init__(self, words: Iterable[str]) -> None:
        """Take the texts to mask; of names also each part that is no ordinary particle."""
        self.whole: set[str] = set()
        self.parts: set[str] = set()
        for text in words:
            self.whole.add(folded(text)[0])
            pieces = [folded(piece)[0] for piece in re.split(r"[\W_]+", text)]
            self.parts |= {piece for piece in pieces if len(piece) > 1 and piece not in PARTICLES}
        self.whole -= {""}

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Give the spans to mask, each widened to its whole word, merged, in order."""
        letters, origins = folded(text)
        found = []
        for one in self.whole:
            for first in _all(letters, one):
                start, end = origins[first], origins[first + len(one) - 1] + 1
                if len(one) >= LEAST_ACROSS or _stands_alone(text, start, end):
                    found.append((start, end))
        for word in re.finditer(r"[^\W_]+", text):
            plain = folded(word.group())[0]
            if any(part == plain or (len(part) >= LEAST_INSIDE and part in plain) for part in self.parts):
                found.append(word.span())
        return _merged(_whole_word(text, *span) for span in found)

    def hit(self, text: str) -> bool:
        """Say whether anything in this text must be masked."""
        return bool(self.spans(text))

    def blacken(self, text: str) -> str:
        """Give the text with every masked span replaced.

        A link that holds a masked word behind its percent signs is cut off where its path begins.
        """
        if "%" in text and not self.hit(text) and self.hit(unquote(text)):
            return re.sub(r"(?<=[/?#=&])[^\s/?#=&]*%[0-9A-Fa-f]{2}[^\s/?#=&]*", BLACK, text) if "/" in text else BLACK
        pieces: list[str] = []
        place = 0
        for start, end in self.spans(text):
            pieces += [text[place:start], BLACK]
            place = end
        return "".join([*pieces, text[place:]])


def _all(text: str, part: str) -> Iterator[int]:
    """Give every place where `part` begins."""
    place = text.find(part)
    while place >= 0:
        yield place
        place = text.find(part, place + 1)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Say whether no letter or digit touches the span."""
    return not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum())


def _whole_word(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen to the letters, digits and joining marks around: a rest of a name tells the name."""
    while start > 0 and (text[start - 1].isalnum() or unicodedata.category(text[start - 1]) in ("Mn", "Cf")):
        start -= 1
    while end < len(text) and (text[end].isalnum() or unicodedata.category(text[end]) in ("Mn", "Cf")):
        end += 1
    return start, end


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sort spans and join those that touch."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
