"""Cutting texts into batches that two cores are quick with."""

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerFast

from classify.harm.policy import Masks
from classify.harm.train.examples import Example
from classify.harm.train.recipe import Recipe
from warehouse import HARMS, Label

_Encoded = tuple[list[int], Example]

PREFIX = Masks().prefix
MOST_CONTEXT = 32
PADDED_TO = 8
"""Texts are padded to a multiple of this many tokens: oneDNN prepares anew for each new shape, which took most of the
time."""
_SORTED_TOGETHER = 24
"""Batches whose texts are sorted by length before they are cut, so that little is computed on padding."""


def batches(
    examples: Sequence[Example], tokenizer: PreTrainedTokenizerFast, recipe: Recipe, draw: random.Random
) -> Iterator[tuple[Tensor, Tensor, Tensor, Tensor]]:
    """Give ids, mask, wanted labels and twins of each batch, in random order, the texts of a batch alike in length."""
    encoded = [(encode(tokenizer, one, recipe.longest), one) for one in examples]
    draw.shuffle(encoded)
    together: dict[str, list[_Encoded]] = defaultdict(list)
    for number, each in enumerate(encoded):
        together[each[1].pair or str(number)].append(each)
    groups = list(together.values())
    size = recipe.batch * _SORTED_TOGETHER
    cut = []
    for at in range(0, len(groups), size):
        block = sorted(groups[at : at + size], key=lambda group: max(len(ids) for ids, _ in group))
        texts = [each for group in block for each in group]
        cut += _cut(texts, recipe)
    draw.shuffle(cut)
    for batch in cut:
        longest = _padded(max(len(ids) for ids, _ in batch))
        padded = torch.tensor([ids + [tokenizer.pad_token_id] * (longest - len(ids)) for ids, _ in batch])
        mask = torch.tensor([[1] * len(ids) + [0] * (longest - len(ids)) for ids, _ in batch])
        wanted = torch.tensor([[float(one.known.get(label, float("nan"))) for label in Label] for _, one in batch])
        yield padded, mask, wanted, _twins([one for _, one in batch])


def encode(tokenizer: PreTrainedTokenizerFast, example: Example, longest: int) -> list[int]:
    """Give the token ids of a text and, behind it, the post it answers: as `OnnxModel` does."""
    ids: list[int] = tokenizer.encode(PREFIX + example.text, truncation=True, max_length=longest)
    if example.context:
        ids += tokenizer.encode(example.context, truncation=True, max_length=MOST_CONTEXT)[1:]
    return ids


def _cut(texts: Sequence[_Encoded], recipe: Recipe) -> list[list[_Encoded]]:
    """Cut texts that are sorted by length into batches of at most so many texts and so many padded tokens."""
    cut: list[list[_Encoded]] = [[]]
    for each in texts:
        longest = max(len(ids) for ids, _ in [*cut[-1], each])
        if len(cut[-1]) == recipe.batch or _padded(longest) * (len(cut[-1]) + 1) > recipe.tokens:
            cut.append([])
        cut[-1].append(each)
    return cut


def _padded(tokens: int) -> int:
    return -(-tokens // PADDED_TO) * PADDED_TO


def _twins(batch: Sequence[Example]) -> Tensor:
    """Give the places of each harmful text and of one lawful twin that is in the same batch."""
    harmful = [any(one.known.get(label) for label in HARMS) for one in batch]
    lawful = {one.pair: place for place, one in enumerate(batch) if one.pair and not harmful[place]}
    pairs = [(place, lawful[one.pair]) for place, one in enumerate(batch) if harmful[place] and one.pair in lawful]
    return torch.tensor(pairs, dtype=torch.long).reshape(-1, 2)
