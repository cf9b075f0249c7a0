"""The numbers of one training run."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How long, how fast, on how much. The defaults made the packaged weights."""

    epochs: int = 5
    """Passes over the written corpus."""
    public_epochs: int = 1
    """How often each public row is seen: the drawn rows are spread over the first passes."""
    rate: float = 1.2e-4
    """Highest learning rate of the encoder (AdamW, 6 % warm-up, linear to zero)."""
    head_rate: float = 1e-3
    batch: int = 32
    """Twice as fast as 16 on two cores (measured: 53 against 26 texts/s on a busy machine)."""
    longest: int = 128
    """Tokens of a text that are trained on, about 450 characters: cut off at 96, one long
    post in two lost the sentence that its label is about."""
    smoothing: float = 0.02
    """A label counts as 0.02 or 0.98: with so few posts certainty is learnt by heart, and scores lose their meaning."""
    seed: int = 20261124
    threads: int = 2
