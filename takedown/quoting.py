"""Hostile text made fit to stand in a letter: one line, visible characters, short."""

import re
import unicodedata

from warehouse import HARMS, Label, Phrase

LONGEST = 300
"""Characters of one quotation: enough for a phrase, too little for a whole post with third parties in it."""

MOST = 3
"""Quotations in one letter."""


def one_line(text: str, longest: int = LONGEST) -> str:
    """Fold text to one line of visible characters, at most `longest` of them, an ellipsis where cut.

    Control, format and direction characters (Unicode categories Cc, Cf, Cs, Co, Cn) go, since a right-to-left
    override can make a letter read otherwise than it was approved; so do the brackets that mark a blank to fill in.
    """
    spaced = re.sub(r"\s+", " ", text)
    visible = "".join(char for char in spaced if unicodedata.category(char)[0] != "C")
    plain = re.sub(r"\[(?=\[)", "[ ", re.sub(r"\](?=\])", "] ", visible)).strip()
    return plain if len(plain) <= longest else plain[: longest - 1].rstrip() + "…"


def many_lines(text: str, longest: int) -> str:
    """Keep a person's own line breaks, and fold each line as `one_line` does."""
    lines = [one_line(line, longest) for line in text.strip().splitlines()]
    return "\n".join(lines)[:longest]


def quote_unlawful(text: str, phrases: tuple[Phrase, ...], labels: tuple[Label, ...]) -> tuple[str, ...]:
    """Give the words a notice is about: the phrases that carry a harm, each widened to whole words.

    Digits of a doxxing phrase are blanked ("Dorpsstraat ••"), so that the letter doesn't spread what it complains of.
    Without phrases the first `LONGEST` characters stand for the post.
    """
    chosen = sorted((p for p in phrases if p.label in HARMS), key=lambda p: (p.start, p.end))
    blank = Label.DOXXING in labels
    quotes: list[str] = []
    for phrase in chosen:
        words = one_line(_whole_words(text, phrase.start, phrase.end))
        quotes.append(re.sub(r"\d", "•", words) if blank else words)
    if not any(quotes):
        words = one_line(text)
        quotes = [re.sub(r"\d", "•", words) if blank else words]
    return tuple(dict.fromkeys(q for q in quotes if q))[:MOST]


def _whole_words(text: str, start: int, end: int) -> str:
    """Widen a span to the words it cuts, at most 30 characters each way; a span outside the text is cut to it."""
    start, end = max(0, min(start, len(text))), max(0, min(end, len(text)))
    left = max(0, start - 30)
    while start > left and not text[start - 1].isspace():
        start -= 1
    right = min(len(text), end + 30)
    while end < right and not text[end].isspace():
        end += 1
    before = "… " if start > 0 else ""
    after = " …" if end < len(text) else ""
    return f"{before}{text[start:end]}{after}"
