"""The numbers of one training run."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How long, how fast, on how much. The defaults made the packaged weights."""

    runs: int = 2
    """Networks that are trained from the same start in another order of texts, and averaged weight by weight ("model
    soups", Wortsman et al. 2022): what one of them learnt by heart the other didn't."""
    epochs: int = 6
    """Passes of a run over the written corpus."""
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
    margin: float = 2.0
    """By how much a harm's logit shall be higher in a harmful text than in its lawful twin."""
    twins: float = 0.2
    """Weight of that beside the labels' own loss."""
    seed: int = 20261124
    threads: int = 2
