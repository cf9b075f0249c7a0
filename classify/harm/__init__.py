"""What a post does to the person it names: threat, incitement, doxxing, defamation, insult, or lawful criticism."""

from classify.harm.errors import HarmError, ItemError, PolicyError, WeightsError
from classify.harm.items import Item, Judged
from classify.harm.judge import Judge
from classify.harm.lines import judge_lines
from classify.harm.load import load_judge
from classify.harm.verdicts import verdict

__all__ = [
    "HarmError",
    "Item",
    "ItemError",
    "Judge",
    "Judged",
    "PolicyError",
    "WeightsError",
    "judge_lines",
    "load_judge",
    "verdict",
]
