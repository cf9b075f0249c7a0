"""Training the network."""

import random
import time
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor
from torch.nn import functional
from transformers import PreTrainedTokenizerFast

from classify.harm.train.augment import augmented
from classify.harm.train.batches import batches
from classify.harm.train.exact import ExactWeights
from classify.harm.train.examples import Example
from classify.harm.train.network import HarmNetwork
from classify.harm.train.recipe import Recipe
from warehouse import HARMS, Label

WARM_UP = 0.06


def fit(
    network: HarmNetwork,
    tokenizer: PreTrainedTokenizerFast,
    corpus: Sequence[Example],
    public: Sequence[Example],
    recipe: Recipe,
    run: int = 0,
) -> None:
    """Train in place, as the recipe's run of that number; one line is printed for each pass."""
    torch.manual_seed(recipe.seed + run)
    torch.set_num_threads(recipe.threads)
    draw = random.Random(recipe.seed + run)  # noqa: S311 - augmentation, not a secret
    passes = _passes(corpus, public, recipe, draw)
    weights = ExactWeights(network)
    body, head = weights.groups
    optimiser = torch.optim.AdamW(
        [{"params": body, "lr": recipe.rate}, {"params": head, "lr": recipe.head_rate}], weight_decay=0.01, fused=True
    )
    seen, wanted = 0, sum(map(len, passes))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda _step: _pace(seen / wanted))
    lawful = [one for one in corpus if not any(one.known.get(label, True) for label in HARMS)]
    begun = time.monotonic()
    for number, examples in enumerate(passes, 1):
        network.train()
        total = 0.0
        for batch in batches([augmented(one, lawful, draw) for one in examples], tokenizer, recipe, draw):
            logits = network(batch[0], batch[1])
            loss = masked_loss(logits, batch[2], recipe.smoothing)
            loss = loss + recipe.twins[run] * twin_loss(logits, batch[2], batch[3], recipe.margin)
            (loss * len(logits) / recipe.batch).backward()  # a text weighs the same in a small batch
            weights.take_gradients()
            torch.nn.utils.clip_grad_norm_([*body, *head], 1.0)
            optimiser.step()
            weights.give_weights()
            seen += len(logits)
            schedule.step()
            total += float(loss.detach()) * len(logits)
        seconds = time.monotonic() - begun
        line = f"run {run + 1} of {len(recipe.twins)}, pass {number} of {len(passes)}: {len(examples)} texts, "
        line += f"loss {total / len(examples):.4f}, {seconds:.0f} s"
        print(line, flush=True)  # noqa: T201 - a command's progress
    weights.restore()


def averaged(states: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """Give the mean of each weight over networks that were trained from the same start."""
    return {
        name: torch.stack([state[name] for state in states]).mean(0) if first.is_floating_point() else first
        for name, first in states[0].items()
    }


def masked_loss(logits: Tensor, wanted: Tensor, smoothing: float) -> Tensor:
    """Give the mean binary cross-entropy over the labels that are known.

    `wanted` has shape (texts, 6): 0, 1, or NaN where the text's data set doesn't say.
    """
    known = ~wanted.isnan()
    target = torch.where(known, wanted, 0).clamp(smoothing, 1 - smoothing)
    loss = functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
    return (loss * known).sum() / known.sum().clamp(min=1)


def twin_loss(logits: Tensor, wanted: Tensor, twins: Tensor, margin: float) -> Tensor:
    """Give how far harmful texts fail to stand above their lawful twins, on the labels they have.

    `twins` has shape (pairs, 2): the places of a harmful text and of its twin in the batch. A pairwise ranking loss
    (RankNet, Burges et al. 2005, with a margin): one edit apart, the two teach what the edit means.
    """
    if not len(twins):
        return logits.sum() * 0
    harms = [place for place, label in enumerate(Label) if label in HARMS]
    above = (logits[twins[:, 0]] - logits[twins[:, 1]])[:, harms]
    has = wanted[twins[:, 0]][:, harms] == 1
    return functional.softplus(margin - above[has]).mean()


def _passes(
    corpus: Sequence[Example], public: Sequence[Example], recipe: Recipe, draw: random.Random
) -> list[list[Example]]:
    """Spread the public rows over all passes but the last, which is the corpus alone."""
    rows = [one for _ in range(recipe.public_epochs) for one in draw.sample(list(public), len(public))]
    parts = max(1, recipe.epochs - 1)
    return [[*corpus, *(rows[number::parts] if number < parts else [])] for number in range(recipe.epochs)]


def _pace(done: float) -> float:
    """Give the part of the highest learning rate when this part of all texts has been seen: up, then down to zero."""
    return min((done + 1e-3) / WARM_UP, max(0.0, (1 - done) / (1 - WARM_UP)))
