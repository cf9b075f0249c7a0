"""One training run, from files to files."""

import logging
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from transformers import AutoTokenizer, BertModel, PreTrainedTokenizerFast

from classify.harm.errors import TrainingError
from classify.harm.measure import Truth
from classify.harm.model import OnnxModel
from classify.harm.scorer import Scores
from classify.harm.train.base_model import ensure_base
from classify.harm.train.card import Measured, Training, write_card
from classify.harm.train.corpus import CorpusPost, corpus_digests, read_corpus, split_corpus
from classify.harm.train.examples import from_corpus
from classify.harm.train.export import export
from classify.harm.train.fit import PREFIX, fit
from classify.harm.train.network import HarmNetwork
from classify.harm.train.public import READERS, read_public
from classify.harm.train.recipe import Recipe
from classify.harm.train.thresholds import choose, write_thresholds
from classify.harm.train.vocabulary import prune, shrink
from warehouse import Label

NAME = "handenaf-harm-e5s"
_MOST_BYTES = 48_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The folders and the file of a run, as `__main__.py` describes them."""

    data: Path
    corpus: Path
    base: Path
    out: Path
    policy: Path


def train(places: Places, recipe: Recipe | None = None) -> None:
    """Make the weights in `places.out`, write their thresholds into the policy, and their card beside them.

    Raises `TrainingError` when a file of data isn't what the recipe was made with, or the base model can't be fetched.
    """
    recipe = recipe or Recipe()
    logging.getLogger("transformers").setLevel(logging.ERROR)
    begun = time.monotonic()
    posts = read_corpus(places.corpus)
    training, development = split_corpus(posts)
    public = read_public(places.data, recipe.seed)
    network, tokenizer = _start(ensure_base(places.base), [post.text for post in posts], places.data)
    fit(network, tokenizer, [from_corpus(post) for post in training], public, recipe)
    exact = export(network, tokenizer, places.out, name=NAME)
    weights = places.out / "model.onnx"
    size = weights.stat().st_size
    if size > _MOST_BYTES:
        message = f"{weights} has {size:,} bytes, more than {_MOST_BYTES:,}: lower MOST_PIECES in vocabulary.py"
        raise TrainingError(message)
    scores, gold = score_posts(places.out, development)
    thresholds = choose(scores, gold)
    write_thresholds(places.policy, thresholds)
    measured = Measured(
        posts=development, scores=scores, exact=score_posts(exact, development)[0], gold=gold, thresholds=thresholds
    )
    made = Training(
        written=len(training),
        public=len(public),
        corpus=corpus_digests(places.corpus),
        recipe=recipe,
        minutes=(time.monotonic() - begun) / 60,
    )
    write_card(places.out, measured, made)
    shutil.rmtree(exact)


def score_posts(weights: Path, posts: Sequence[CorpusPost]) -> tuple[Scores, Truth]:
    """Give the packaged model's scores of written posts, and their gold, both of shape (posts, 6)."""
    texts = [PREFIX + post.text for post in posts]
    scores = OnnxModel(weights, {}).score(texts, [""] * len(texts))
    return scores, np.array([[label in post.labels for label in Label] for post in posts])


def _start(base: Path, corpus: list[str], data: Path) -> tuple[HarmNetwork, PreTrainedTokenizerFast]:
    tokenizer = AutoTokenizer.from_pretrained(base)
    encoder = BertModel.from_pretrained(base, add_pooling_layer=False)
    seen = [example.text for read in READERS.values() for example in read(data)]
    pruned, kept = prune(tokenizer, [PREFIX, *corpus, *seen])
    shrink(encoder, pruned, kept)
    return HarmNetwork(encoder), pruned
