"""Reading `policy.toml`: thresholds, masks, and the version that ends up in every verdict."""

import math
import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from classify.harm.calibration import Calibration
from classify.harm.errors import PolicyError
from warehouse import Label

PACKAGED = Path(__file__).with_name("policy.toml")

Score = Annotated[float, Field(ge=0, le=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class UrgencyPolicy(_Part):
    """The two numbers of the rule in `urgency.py`."""

    acute_threat: Score
    acute_cues: int = Field(ge=0, le=4)


class Masks(_Part):
    """What the model reads in place of names, and what it reads first."""

    target: str = "[TARGET]"
    other: str = "[OTHER]"
    prefix: str = "query: "


class Policy(_Part):
    """Everything that turns scores into labels."""

    version: str = Field(min_length=1)
    thresholds: dict[Label, Score]
    doubts: dict[Label, Score] = {}
    """From which score a harm is in doubt, where no harm reached its threshold; a label that isn't here never is."""
    calibration: Calibration = Calibration()
    urgency: UrgencyPolicy
    masks: Masks = Masks()
    label_map: dict[str, Label | None] = {}
    """For a model that isn't ours: its output's name → our label; "" → that output is ignored."""

    def doubt(self, label: Label) -> float:
        """Give from which score a label is in doubt; infinite for one that never is."""
        return self.doubts.get(label, math.inf)


def load_policy(path: Path | None = None) -> Policy:
    """Read a policy file (default: the packaged one).

    Raises `PolicyError` naming the file and the key when it can't be read, has an unknown or missing key, a threshold
    outside 0 to 1, or no threshold for one of the six labels.
    """
    path = path or PACKAGED
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        message = f"policy {path}: can't be read as TOML: {error}"
        raise PolicyError(message) from error
    label_map = table.get("label_map")
    if isinstance(label_map, dict):  # TOML has no null; an empty string says "ignore this output"
        table["label_map"] = {output: label or None for output, label in label_map.items()}
    try:
        policy = Policy.model_validate(table)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        message = f"policy {path}: {wrong}; compare with the packaged policy.toml"
        raise PolicyError(message) from error
    missing = [label.value for label in Label if label not in policy.thresholds]
    if missing:
        message = f"policy {path}: thresholds lack {', '.join(missing)}; give each label a number from 0 to 1"
        raise PolicyError(message)
    return policy
