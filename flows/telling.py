"""What a night brought, told on a terminal: by `handenaf scan`, `handenaf run watch` and the demo."""

from rich.console import Console
from rich.text import Text

from flows.night import Night, is_failure

SHOWN = 3
"""Reasons why pages could not be captured that are listed; the others are mostly the same."""


def print_night(night: Night, console: Console, *, nothing_due: str = "") -> None:
    """Print how each source's look ended and what was found; `nothing_due` where there was none to look at."""
    for name, words in sorted(night.sources.items()):
        sign = Text("✗ ", "red") if is_failure(words) else Text("✓ ", "green")
        # Text, not markup: a sentence about a page may quote what looks like rich's own.
        console.print(Text.assemble(sign, Text(name, "bold"), f": {words}"))
    if not night.sources:
        console.print(nothing_due or "No source is due now; --again looks anyway.")
    counts = f"{night.judged} mentions judged, {night.cases} new cases, {night.captured} captured"
    console.print(Text.assemble(Text("✓ ", "green"), f"{counts}, {night.alarms} alarms sent."))
    if night.not_captured:
        count = len(night.not_captured)
        console.print(
            Text.assemble(
                Text("✗ ", "red"),
                f"{count} pages could not be captured; they wait for a person, and are tried again the next time:",
            )
        )
        for why in sorted(set(night.not_captured))[:SHOWN]:
            console.print(Text(f"    {why}"))
