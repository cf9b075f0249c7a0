"""Writing what was learnt on the development part into a policy file."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from classify.harm.calibration import Calibration
from warehouse import Label

_HEAD = """
[calibration]
# A score is 1 / (1 + exp(-(slope * x + offset))), x the model's own log-odds: fitted by training on the development part.
slope = {}
offset = {}
"""


def write_policy(
    policy: Path, thresholds: Sequence[float], doubts: Mapping[Label, float], calibration: Calibration
) -> None:
    """Put what was chosen into a policy file, whose comments stay, with a new version: today and a number."""
    text = policy.read_text(encoding="utf-8")
    if not re.search(r"(?m)^doubts = ", text):
        text = re.sub(r'(?m)^(version = ".*")$', r"\1\ndoubts = {}", text)
    text = re.sub(r"(?m)^doubts = .*$", f"doubts = {_inline(doubts)}", text)
    for label, threshold in zip(Label, thresholds, strict=True):
        text = re.sub(rf"(?m)^{label.value} = .*$", f"{label.value} = {threshold}", text)
    if "[calibration]" not in text:
        text = text.replace("\n[urgency]", f"{_HEAD}\n[urgency]", 1) if "\n[urgency]" in text else text + _HEAD
    text = re.sub(r"(?m)^slope = .*$", f"slope = {_inline(calibration.slope)}", text)
    text = re.sub(r"(?m)^offset = .*$", f"offset = {_inline(calibration.offset)}", text)
    old = re.search(r'(?m)^version = "(.*)\.(\d+)"$', text)
    today = datetime.now(UTC).date().isoformat()
    number = int(old[2]) + 1 if old and old[1] == today else 1
    policy.write_text(re.sub(r'(?m)^version = ".*"$', f'version = "{today}.{number}"', text), encoding="utf-8")


def _inline(values: Mapping[Label, float]) -> str:
    return "{ " + ", ".join(f"{label.value} = {values[label]}" for label in Label if label in values) + " }"
