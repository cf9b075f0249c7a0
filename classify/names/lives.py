"""Another life than youth protection: the words of sport, stage, kitchen, craft and shop that tell of it."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from classify.names.lexicon import DETERMINERS
from classify.names.lists import kinds, words

SHORTEST_HEAD = 5
"""Letters a word needs to be recognised as the end of a compound."""
_OWN = frozenset({"mijn", "mn", "me", "onze", "ons", "je", "jouw", "uw", "my", "our", "your"})
_NOT = frozenset({"niet", "geen", "not"})


def of_another_life(text: Sequence[str]) -> list[str]:
    """Give the words that only another life uses, in the order of the text.

    A trade that is also a surname needs to stand as a trade does: "de kok", not "Jan Kok". What is denied ("niet de
    voetballer") doesn't count.
    """
    if not _telling({*text}):
        return []
    named, padded = words("surnames"), ["", "", *text]
    return [
        word
        for i, word in enumerate(text)
        if _tells(word) and (word not in named or padded[i + 1] in DETERMINERS) and not _NOT & {*padded[i : i + 2]}
    ]


def hints_at_another_life(text: Sequence[str]) -> list[str]:
    """Give the words that stand in another life often, and in others too."""
    weak = kinds("otherlife")["weak"]
    return [] if weak.isdisjoint(text) else [word for word in text if word in weak]


def of_her_work(text: Sequence[str]) -> str:
    """Give a word of youth protection, or of a child that is the writer's own, or the reader's ("mijn zoon"); "" where there is none."""
    work, family = words("care"), words("family")
    if work.isdisjoint(text):
        return ""
    for before, word in pairwise(("", *text)):
        if word in work and (word not in family or before in _OWN):
            return word
    return ""


_dumb: set[str] = set()
"""Words that are known to tell nothing, which most words of most posts are: taking them out of a post at once is cheap."""
MOST_KEPT = 200_000


def _telling(text: set[str]) -> bool:
    """Tell whether any of these words tells of another life."""
    unknown = text - _dumb
    told = {word for word in unknown if _tells(word)}
    if len(_dumb) > MOST_KEPT:
        _dumb.clear()
    _dumb.update(unknown - told)
    return bool(told)


@lru_cache(maxsize=100_000)
def _tells(word: str) -> bool:
    """Tell whether a word, or the compound it is, belongs to another life."""
    known = kinds("otherlife")
    if word in known["whole"] or word in known["ending"]:
        return True
    if len(word) < SHORTEST_HEAD or word in words("care"):
        return False
    heads = known["ending"]
    if any(word[i:] in heads for i in range(2, len(word) - SHORTEST_HEAD + 1)):
        return True
    return any(word.startswith(opening) for opening in known["begin"])
