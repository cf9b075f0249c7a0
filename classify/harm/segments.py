"""Cutting a text into sentences and clauses, the smallest pieces that are highlighted."""

import re

from classify.harm.items import Span

MOST = 16
"""Segments of one window: each costs two forwards."""
_SENTENCE = re.compile(r"[.!?…؟]+[\"'”’)]*(?:\s+|$)|\n+")  # noqa: RUF001 - curly quotes are meant
_CLAUSE = re.compile(
    r"[,;:–—،؛]\s+|\s+(?=(?:maar|want|dus|en dan|of anders|but|so|because|und|aber|ama|ale|mais)\s)",  # noqa: RUF001
    re.IGNORECASE,
)
LONG = 120
"""A sentence longer than this many characters is cut at its clauses, so that the reviewer sees the words that
matter."""
_RUN = re.compile(r"[\s\S]{120,160}?\s")
"""A run without punctuation is cut at the first space after 120 characters."""
LEAST = 12
"""A shorter piece ("Nou,") means nothing alone and stays with its neighbour."""


def segments(text: str, window: Span) -> list[Span]:
    """Give the sentences of a window, long ones cut into clauses, without the spaces around them."""
    cut = []
    for sentence in _cut(text, window, _SENTENCE):
        clauses = _cut(text, sentence, _CLAUSE) if sentence[1] - sentence[0] > LONG else [sentence]
        cut += [part for clause in clauses for part in _cut(text, clause, _RUN)]
    while len(cut) > MOST:
        cut = [(cut[n][0], cut[min(n + 1, len(cut) - 1)][1]) for n in range(0, len(cut), 2)]
    return [span for span in (_strip(text, span) for span in cut) if span[0] < span[1]]


def _cut(text: str, part: Span, edge: re.Pattern[str]) -> list[Span]:
    start, end = part
    pieces: list[Span] = []
    at = start
    for match in edge.finditer(text, start, end):
        if match.end() - at >= LEAST and end - match.end() >= LEAST:
            pieces.append((at, match.end()))
            at = match.end()
    return [*pieces, (at, end)] if at < end else pieces


def _strip(text: str, span: Span) -> Span:
    start, end = span
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
