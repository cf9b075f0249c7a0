"""Explaining what was found in a text, the way a person would: which words, for whom, what speaks for and against."""

import math
from collections.abc import Sequence

from classify.names.features import Table
from classify.names.judge import Scored, band_of
from warehouse import Band

_BANDS = {
    Band.CERTAIN: "certain",
    Band.PROBABLE: "probable",
    Band.OTHER_CONTEXT: "the same name in another context",
    None: "not flagged",
}
_NOBODY = "Nobody of the roster is named here."


def explain_text(text: str, winners: Sequence[tuple[Scored, Sequence[Scored], tuple[int, int]]], table: Table) -> str:
    """Explain the winners of a text, each with its rivals and its span in the original, in the order of the text."""
    if not winners:
        return _NOBODY
    ordered = sorted(winners, key=lambda winner: winner[2])
    return "\n\n".join(_explained(text, winner, rivals, span, table) for winner, rivals, span in ordered)


def _explained(text: str, winner: Scored, rivals: Sequence[Scored], span: tuple[int, int], table: Table) -> str:
    """Explain one winner."""
    person = winner.candidate.entry.person
    about = ", ".join(filter(None, (person.role, person.organisation, person.town)))
    lines = [
        (
            f"“{text[span[0] : span[1]]}” (characters {span[0]}-{span[1]}) is {person.display_name} ({person.id}; {about}):"
            f" {_BANDS[band_of(winner, table)]}, {winner.score:.1%}."
        ),
        f"  {table.start:+.2f}  a first name or title and a surname that fit, before anything else is known",
    ]
    values = sorted(winner.values.items(), key=lambda item: -abs(table.features[item[0]].weight * item[1]))
    for name, value in values:
        words = winner.candidate.marks.get(name, "")
        quoted = f" [{words}]" if words else ""
        feature = table.features[name]
        lines.append(f"  {feature.weight * value:+.2f}  {feature.sentence}{quoted}")
    total = table.start + sum(table.features[name].weight * value for name, value in winner.values.items())
    lines.append(
        f"  {total:+.2f}  together; flagged from {_log_odds(table.probable):+.2f}, certain from {_log_odds(table.certain):+.2f}"
    )
    if rivals:
        others = ", ".join(f"{r.candidate.entry.person.display_name} ({r.candidate.entry.person.id})" for r in rivals)
        lines.append(f"  The text fits as well: {others}.")
    return "\n".join(lines)


def _log_odds(chance: float) -> float:
    """Give the sum of weights that a score stands for."""
    return math.log(chance / (1 - chance))
