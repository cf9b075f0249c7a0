"""Changing a text as writers and platforms do, without changing what it means. In training only."""

import random
from collections.abc import Sequence
from dataclasses import replace

from classify.harm.mask import clean
from classify.harm.train.examples import Example
from warehouse import HARMS, Label

_LEET = str.maketrans(
    {"a": "4", "e": "3", "i": "1", "o": "0", "s": "5", "t": "7", "A": "4", "E": "3", "I": "1", "O": "0"}
)
_EMOJI = ("😡", "😂", "🙏", "🤬", "👍", "😭", "🤷", "👀", "😤", "🙄", "❤️", "‼️")
_MASKS = ("[TARGET]", "[OTHER]")

CASE, NOISE, LEET, SPLIT, EMOJI, NAME, JOINED, CONTEXT = 0.15, 0.25, 0.08, 0.05, 0.08, 0.25, 0.15, 0.08
"""How often each change is made. Guesses, not tuned: enough to be met many times in a run, too few to become the
rule. Misspelling was .15, and cost 5 to 7 points of recall where 3 are the aim."""
MOST_MISSPELT = 0.4
"""Share of the words of a badly typed post, at most."""


def augmented(example: Example, lawful: Sequence[Example], draw: random.Random) -> Example:
    """Give the example as another writer might have typed it, and as the judge reads it (`mask.clean`).

    `lawful` are written posts without harm, one of which may stand before or after (a harm keeps its labels in
    company) or be the post that this one answers (whose content is not this writer's).
    """
    if lawful and example.origin == "corpus" and draw.random() < JOINED:
        example = _joined(example, draw.choice(lawful), draw)
    text = example.text
    if "[TARGET]" not in text and draw.random() < (0.5 if example.origin != "corpus" else NAME):
        # public rows name nobody; without this the mask itself would come to mean harm
        text = draw.choice(("[TARGET] {}", "@[TARGET] {}", "{} [TARGET]", "[TARGET], {}", "{} @[TARGET]")).format(text)
    words = text.split(" ")
    if draw.random() < NOISE:
        share = draw.uniform(0.1, MOST_MISSPELT)
        words = [_misspelt(word, draw) if draw.random() < share else word for word in words]
    if draw.random() < LEET:
        words = [word.translate(_LEET) if _plain(word) and draw.random() < 0.4 else word for word in words]  # noqa: PLR2004
    if draw.random() < SPLIT:
        at = draw.randrange(len(words))
        words[at] = draw.choice(" .-*").join(words[at]) if _plain(words[at]) else words[at]
    if draw.random() < EMOJI:
        words.insert(draw.randint(0, len(words)), draw.choice(_EMOJI) * draw.randint(1, 3))
    if draw.random() < CASE:
        change = draw.choice((str.lower, str.lower, str.lower, str.upper))
        words = [word if any(mask in word for mask in _MASKS) else change(word) for word in words]
    context = draw.choice(lawful).text if lawful and draw.random() < CONTEXT else ""
    return replace(example, text=clean(" ".join(words)), context=context)


def _joined(example: Example, other: Example, draw: random.Random) -> Example:
    pair = [example.text, other.text]
    draw.shuffle(pair)
    known = {label: example.known[label] or other.known[label] for label in Label}
    if any(known[label] for label in HARMS):
        known[Label.CRITICISM] = False  # labels.md, border 18
    return replace(example, text=draw.choice((" ", "\n")).join(pair), known=known)


def _plain(word: str) -> bool:
    return len(word) > 3 and word.isalpha()  # noqa: PLR2004 - a changed "ik" or "je" reads as nothing


def _misspelt(word: str, draw: random.Random) -> str:
    if not _plain(word):
        return word
    at = draw.randrange(len(word) - 1)
    before, letter, after = word[:at], word[at], word[at + 1 :]
    wrong = (after[0] + letter + after[1:], after, letter * 2 + after, draw.choice(word) + after)
    return before + draw.choice(wrong)
