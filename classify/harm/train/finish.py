"""What follows training and needs no torch: calibrate, choose thresholds, note what the run was made of."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from classify.harm.calibration import Calibration, fit_calibration
from classify.harm.errors import TrainingError
from classify.harm.items import Item
from classify.harm.judge import Judge
from classify.harm.measure import Truth
from classify.harm.model import OnnxModel
from classify.harm.policy import Policy, load_policy
from classify.harm.scorer import Scores
from classify.harm.train.corpus import CorpusPost, corpus_digests, read_corpus, split_corpus
from classify.harm.train.policy_file import write_policy
from classify.harm.train.recipe import Recipe
from classify.harm.train.thresholds import choose, choose_doubts
from warehouse import Label

NAME = "handenaf-harm-e5s"
FACTS = "training.json"
"""The file beside the weights that says what they were made of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a run was made of."""

    written: int
    """Posts of the corpus that it was trained on."""
    public: int
    """Rows of the public sets."""
    decided: int
    """Reviewers' decisions."""
    recipe: Mapping[str, float | Sequence[float]]
    minutes: float
    corpus: Mapping[str, str]
    """SHA-256 of each corpus file."""


def note_facts(
    weights: Path, corpus: Path, recipe: Recipe, *, written: int, public: int, decided: int, minutes: float
) -> None:
    """Write the facts of a run beside its weights."""
    facts = Facts(
        written=written,
        public=public,
        decided=decided,
        recipe=asdict(recipe),
        minutes=round(minutes, 1),
        corpus=corpus_digests(corpus),
    )
    (weights / FACTS).write_text(json.dumps(asdict(facts), indent=1) + "\n", encoding="utf-8")


def read_facts(weights: Path) -> Facts | None:
    """Read the facts of the run that made some weights; None where nobody noted them."""
    file = weights / FACTS
    return Facts(**json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else None


def settle_policy(weights: Path, corpus: Path, policy: Path) -> None:
    """Fit the calibration and choose the thresholds on the development part, and write both into `policy`.

    Only posts that name their target count, as the night judges no others: without a name a text has less to tell it
    from a threat ("morgen rij ik jou erheen"). The test sets (`tests/classify/harm/gold`) have no part in it. Raises
    `TrainingError` where the part has no such post; the policy then stays as it is.
    """
    _, development = split_corpus(read_corpus(corpus))
    current = load_policy(policy)
    posts = [post for post in development if current.masks.target in post.text]
    if not posts:
        message = (
            f"{corpus}: no post of its development part names {current.masks.target}: nothing to choose thresholds on"
        )
        raise TrainingError(message)
    scores, gold = score_posts(weights, current, posts)
    calibration = fit_calibration(scores, gold)
    twins = np.array([bool(post.pair) for post in posts])
    calibrated = calibration.apply(scores)
    thresholds = choose(calibrated, gold, twins)
    write_policy(policy, thresholds, choose_doubts(calibrated, gold, twins, thresholds), calibration)


def score_posts(weights: Path, policy: Policy, posts: Sequence[CorpusPost]) -> tuple[Scores, Truth]:
    """Give the scores of written posts, read as the judge reads them but not calibrated, and their gold: (posts, 6)."""
    judge = Judge(OnnxModel(weights, {}), policy.model_copy(update={"calibration": Calibration()}))
    scores = judge.scores([Item(id=post.id, text=post.text) for post in posts])
    return scores, np.array([[label in post.labels for label in Label] for post in posts])
