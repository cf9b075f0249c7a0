"""One training run, from files to files."""

import logging
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import AutoTokenizer, BertModel, PreTrainedTokenizerFast

from classify.harm.errors import TrainingError
from classify.harm.evaluate.run import evaluate_weights, samples_of
from classify.harm.train.base_model import ensure_base
from classify.harm.train.batches import PREFIX
from classify.harm.train.card import write_card
from classify.harm.train.corpus import read_corpus, split_corpus
from classify.harm.train.decisions import learnt_from, read_decided
from classify.harm.train.examples import from_corpus
from classify.harm.train.export import export
from classify.harm.train.finish import NAME, note_facts, settle_policy
from classify.harm.train.fit import averaged, fit
from classify.harm.train.network import HarmNetwork
from classify.harm.train.public import READERS, read_public
from classify.harm.train.recipe import Recipe
from classify.harm.train.runs import KeptRun, forget_runs, keep_run, kept_run, key_of
from classify.harm.train.vocabulary import prune, shrink

_MOST_BYTES = 48_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The folders and the file of a run, as `__main__.py` describes them."""

    data: Path
    corpus: Path
    base: Path
    out: Path
    policy: Path
    runs: Path
    decisions: Path | None = None
    """Lines of reviewers' decisions to learn from as well (`decisions.py`)."""
    exact: Path | None = None
    """Where the fp32 model is kept, to be compared with; nowhere when None."""


def train(places: Places, recipe: Recipe | None = None) -> None:
    """Make the weights in `places.out`, write their thresholds into the policy, and their card beside them.

    Raises `TrainingError` when a file of data isn't what the recipe was made with, or the base model can't be fetched.
    """
    recipe = recipe or Recipe()
    logging.getLogger("transformers").setLevel(logging.ERROR)
    posts = read_corpus(places.corpus)
    training, _ = split_corpus(posts)
    public = read_public(places.data, recipe.seed)
    base = ensure_base(places.base)
    decided = read_decided(places.decisions) if places.decisions else []
    examples = [*map(from_corpus, training), *learnt_from(decided)]
    learnt = {}
    for number in range(len(recipe.twins)):
        torch.manual_seed(recipe.seed)  # one start for all runs: only then can they be averaged
        network, tokenizer = _start(base, [post.text for post in posts], places.data)
        key = key_of(recipe, number, examples, public, posts)
        run = kept_run(places.runs, key)
        if run is None:
            begun = time.monotonic()
            fit(network, tokenizer, examples, public, recipe, number)
            run = KeptRun(state=network.state_dict(), minutes=(time.monotonic() - begun) / 60)
            keep_run(places.runs, key, run)
        learnt[key] = run
    network.load_state_dict(averaged([run.state for run in learnt.values()]))
    exact = export(network, tokenizer, places.out, name=NAME, texts=[post.text for post in training])
    weights = places.out / "model.onnx"
    size = weights.stat().st_size
    if size > _MOST_BYTES:
        message = f"{weights} has {size:,} bytes, more than {_MOST_BYTES:,}: lower MOST_PIECES in vocabulary.py"
        raise TrainingError(message)
    settle_policy(places.out, places.corpus, places.policy)
    note_facts(
        places.out, places.corpus, recipe,
        written=len(training), public=len(public), decided=len(decided),
        minutes=sum(run.minutes for run in learnt.values()),
    )  # fmt: skip
    report = evaluate_weights(places.out, places.policy, samples_of(places.corpus), exact=exact)
    write_card(places.out, places.policy, report)
    if places.exact is None:
        shutil.rmtree(exact)
    else:
        shutil.rmtree(places.exact, ignore_errors=True)
        shutil.move(exact, places.exact)
    forget_runs(places.runs, [*learnt])


def _start(base: Path, corpus: list[str], data: Path) -> tuple[HarmNetwork, PreTrainedTokenizerFast]:
    tokenizer = AutoTokenizer.from_pretrained(base)
    encoder = BertModel.from_pretrained(base, add_pooling_layer=False)
    seen = [example.text for read in READERS.values() for example in read(data)]
    pruned, kept = prune(tokenizer, [PREFIX, *corpus, *seen])
    shrink(encoder, pruned, kept)
    return HarmNetwork(encoder), pruned
