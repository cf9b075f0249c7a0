"""Runs that are over, kept, so that a training that was stopped goes on with the next."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from classify.harm.train.recipe import Recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRun:
    """What came out of a run, and how long it took."""

    state: Mapping[str, Tensor]
    minutes: float


def key_of(recipe: Recipe, run: int, *data: Sequence[object]) -> str:
    """Name a run by all that it depends on: its own numbers, and the texts with what is known of them."""
    own = replace(recipe, twins=(recipe.twins[run],), seed=recipe.seed + run)
    content = "\n".join([repr(own), *(repr(each) for part in data for each in part)])
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def keep_run(folder: Path, key: str, run: KeptRun) -> None:
    """Write a run, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{key}.part"
    torch.save({"state": dict(run.state), "minutes": run.minutes}, part)
    part.rename(folder / f"{key}.pt")


def kept_run(folder: Path, key: str) -> KeptRun | None:
    """Read a run; None where there is none."""
    file = folder / f"{key}.pt"
    return KeptRun(**torch.load(file, weights_only=True)) if file.is_file() else None


def forget_runs(folder: Path, keys: Sequence[str]) -> None:
    """Delete runs that are no longer needed."""
    for key in keys:
        (folder / f"{key}.pt").unlink(missing_ok=True)
