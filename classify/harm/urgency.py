"""How soon a person must look: a rule that a duty officer can read and check.

1. `none`: the post carries no harm label. One in doubt waits behind all others.
2. `acute` (alarm now): it threatens with a score of at least `acute_threat`, and its words are concrete in at least
   `acute_cues` of four ways: a time, a place, a means, her family.
3. `acute`: it threatens or calls for harm *and* gives away where she can be found (doxxing beside either).
4. `high`: it threatens, calls for harm, or gives her private data away.
5. `normal`: any other harm (defamation, insult).

The cue words stand in `cues.toml`. They never make a label.
"""

import re
import tomllib
from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path

from classify.harm.policy import UrgencyPolicy
from warehouse import HARMS, Label, Urgency

CUES = Path(__file__).with_name("cues.toml")
_SOON = frozenset({Label.THREAT, Label.INCITEMENT, Label.DOXXING})
_CALLS = frozenset({Label.THREAT, Label.INCITEMENT})


def urgency(text: str, labels: Collection[Label], scores: Mapping[Label, float], policy: UrgencyPolicy) -> Urgency:
    """Give how soon a person must look at a text with these labels and scores; the numbered rule above."""
    found = frozenset(labels).intersection(HARMS)
    if not found:
        return Urgency.NONE
    certain = Label.THREAT in found and scores[Label.THREAT] >= policy.acute_threat
    if certain and len(cues(text)) >= policy.acute_cues:
        return Urgency.ACUTE
    if Label.DOXXING in found and found & _CALLS:
        return Urgency.ACUTE
    return Urgency.HIGH if found & _SOON else Urgency.NORMAL


def cues(text: str) -> frozenset[str]:
    """Give which of "time", "place", "means" and "family" the words of a text speak of."""
    folded = text.casefold()
    return frozenset(name for name, pattern in _patterns().items() if pattern.search(folded))


@lru_cache(maxsize=1)
def _patterns() -> dict[str, re.Pattern[str]]:
    table = tomllib.loads(CUES.read_text(encoding="utf-8"))
    return {
        cue: re.compile("|".join(_word(word) for words in languages.values() for word in words))
        for cue, languages in table.items()
    }


def _word(word: str) -> str:
    escaped = re.escape(word.casefold()).replace(r"\*", r"\w{0,20}")
    return rf"(?<!\w){escaped}(?!\w)"
