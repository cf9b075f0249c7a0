"""Pet forms that Dutch makes of any short first name: Jantje, Henkie, Tommie, Wimpie, Daantje."""

import re
from functools import lru_cache

from classify.names.lists import nicknames, words

_ONE_SYLLABLE = re.compile(r"[^aeiouy]*(ij|[aeiouy]{1,3})([^aeiouy]{1,3})")
SHORTEST, LONGEST_PET = 3, 6
"""Letters of a name that has pet forms of its own; longer names are shortened first (Franklin → Frank)."""


@lru_cache(maxsize=20_000)
def pet_forms(name: str) -> tuple[str, ...]:
    """Give the pet forms of a folded first name of one syllable that are no names of their own (Dirkje is)."""
    parts = _ONE_SYLLABLE.fullmatch(name) if SHORTEST <= len(name) <= LONGEST_PET else None
    if not parts:
        return ()
    short = len(parts.group(1)) == 1 and len(parts.group(2)) == 1 and name[-1] not in "wx"
    stem = name + name[-1] if short else name
    forms = [stem + "ie", name + _diminutive(name[-1])]
    if name[-1] == "m":
        forms += [name + "pie", stem + "etje"] if short else [name + "pie"]
    return tuple(form for form in forms if not _is_a_name(form))


def _diminutive(last: str) -> str:
    """Give the ending of a small thing whose name ends in `last`: Jantje, Bompje, Henkje."""
    return "pje" if last == "m" else "tje" if last in "lnrw" else "je"


def _is_a_name(form: str) -> bool:
    """Tell whether a form is a first name in its own right."""
    return form in words("firstnames") or bool(nicknames(form))
