"""The numbers of one training run."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How long, how fast, on how much. The defaults made the packaged weights."""

    epochs: int = 3
    """Passes of a run over the written corpus."""
    public_epochs: int = 1
    """How often each public row is seen: the drawn rows are spread over the first passes."""
    rate: float = 1.2e-4
    """Highest learning rate of the encoder (AdamW, 6 % warm-up, linear to zero)."""
    head_rate: float = 1e-3
    batch: int = 64
    """Most texts of a batch."""
    tokens: int = 3072
    """Most tokens of a batch, padding included: what two cores are quickest with (measured: 2,600 to 3,000 tokens/s; 1,500
    to 2,300 with half, 1,900 to 2,200 with twice as many)."""
    longest: int = 128
    """Tokens of a text that are trained on, about 450 characters: cut off at 96, one long
    post in two lost the sentence that its label is about."""
    smoothing: float = 0.02
    """A label counts as 0.02 or 0.98: with so few posts certainty is learnt by heart, and scores lose their meaning."""
    margin: float = 2.0
    """By how much a harm's logit shall be higher in a harmful text than in its lawful twin."""
    twins: tuple[float, ...] = (0.0,)
    """Weight of that beside the labels' own loss, for each run. Each run trains a network from the same start in another
    order of texts, and the networks are averaged weight by weight ("model soups", Wortsman et al. 2022): what one of them
    learnt by heart the others didn't. The card says what averaging gave so far."""
    seed: int = 20261124
    threads: int = 2
