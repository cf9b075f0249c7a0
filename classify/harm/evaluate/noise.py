"""Spelling a post as somebody does who types badly or wants to evade, to see whether its harm is still found.

Not the changes that training makes (`train/augment.py`: swapped, dropped, doubled and strayed letters, 4 3 1 0 5 7, other
emoji at one place, one word split by one sign): keys beside, what the ear mistakes, signs for letters, emoji behind a
quarter of the words, several words pulled apart.
"""

import random
import re
from collections.abc import Callable, Mapping

_KEYS = {"a": "s", "s": "d", "d": "f", "e": "r", "r": "t", "t": "y", "i": "o", "o": "p", "n": "m", "l": "k", "g": "h"}
_EAR = (("ij", "ei"), ("dt", "t"), ("ou", "au"), ("ch", "g"), ("ee", "e"), ("aa", "a"), ("ck", "k"), ("ph", "f"))
_SIGNS = str.maketrans({"a": "@", "e": "€", "i": "!", "l": "|", "o": "()", "s": "$", "b": "8", "t": "+", "g": "9"})
_EMOJI = ("🙂", "🤔", "😏", "💬", "🇳🇱", "✌️")
_MASK = re.compile(r"\[(?:TARGET|OTHER)\]")
LEAST_LETTERS = 4
"""Shorter words are left alone: a changed "ik" reads as nothing."""


def _spelling(word: str, draw: random.Random) -> str:
    for right, wrong in _EAR:
        if right in word:
            return word.replace(right, wrong, 1)
    at = draw.randrange(1, len(word))
    return word[:at] + _KEYS.get(word[at].lower(), word[at]) + word[at + 1 :]


def _leet(word: str, draw: random.Random) -> str:  # noqa: ARG001 - one shape for all changes
    return word[0] + word[1:].translate(_SIGNS)


def _emoji(word: str, draw: random.Random) -> str:
    return f"{word} {draw.choice(_EMOJI)}"


def _split(word: str, draw: random.Random) -> str:
    if draw.random() < 0.5:  # noqa: PLR2004 - one way or the other
        return "_".join(word)
    at = draw.randrange(1, len(word))
    return f"{word[:at]} {word[at:]}"


CHANGES: Mapping[str, tuple[Callable[[str, random.Random], str], float]] = {
    "spelling noise": (_spelling, 0.3),
    "leet": (_leet, 0.3),
    "emoji": (_emoji, 0.25),
    "split words": (_split, 0.15),
}
"""Name → what becomes of a word, and the share of the longer words that it becomes of."""


def noisy(text: str, change: str, seed: str) -> str:
    """Give the text with one kind of change, the same one for the same seed; names' masks stay whole."""
    make, share = CHANGES[change]
    draw = random.Random(f"{change} {seed}")  # noqa: S311 - a repeatable test, not a secret
    words = text.split(" ")
    longer = [n for n, word in enumerate(words) if sum(map(str.isalpha, word)) >= LEAST_LETTERS and not _masked(word)]
    for n in draw.sample(longer, max(1, round(share * len(longer))) if longer else 0):
        words[n] = make(words[n], draw)
    return " ".join(words)


def _masked(word: str) -> bool:
    return bool(_MASK.search(word))
