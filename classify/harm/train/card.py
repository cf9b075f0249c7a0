"""The model card beside the weights, with figures that were counted in the same run."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from string import Template

import numpy as np

from classify.harm.measure import Truth, calibration_error, figures, harmful, reached, recall_at
from classify.harm.scorer import Scores, place_of
from classify.harm.train.corpus import CorpusPost
from classify.harm.train.public import digests as public_digests
from classify.harm.train.recipe import Recipe
from warehouse import HARMS, Label

TEMPLATE = Path(__file__).with_name("card.md")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The development part with its scores."""

    posts: Sequence[CorpusPost]
    scores: Scores
    """Shape (posts, 6), from the int8 file."""
    exact: Scores
    """The same from the fp32 file."""
    gold: Truth
    thresholds: Sequence[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """What a run was made of."""

    written: int
    """Posts of the corpus that it saw."""
    public: int
    corpus: Mapping[str, str]
    """SHA-256 of each corpus file."""
    recipe: Recipe
    minutes: float


def write_card(out: Path, measured: Measured, training: Training) -> None:
    """Write `out/README.md`."""
    weights = (out / "model.onnx").read_bytes()
    gold, scores = measured.gold, measured.scores
    found = reached(scores, measured.thresholds)
    lawful = ~harmful(gold)
    f1 = [figures(found[:, place_of(label)], gold[:, place_of(label)]).f1 for label in HARMS]
    veiled = np.array([post.veiled and Label.THREAT in post.labels for post in measured.posts])
    exact = reached(measured.exact, measured.thresholds)
    text = Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        sha256=hashlib.sha256(weights).hexdigest(),
        megabytes=f"{len(weights) / 1e6:.1f}",
        written=training.written,
        public=training.public,
        minutes=f"{training.minutes:.0f}",
        posts=len(measured.posts),
        lawful=int(lawful.sum()),
        labels=_table(_label_rows(measured, found)),
        macro=f"{np.mean(f1):.2f}",
        alarms=f"{100 * harmful(found)[lawful].mean():.1f}",
        any_harm=f"{harmful(found)[~lawful].mean():.2f}",
        veiled=f"{found[veiled, place_of(Label.THREAT)].mean():.2f} of {int(veiled.sum())}",
        pairs=_pairs(measured.posts, found),
        languages=_table(_language_rows(measured, found)),
        changed=int((exact != found).any(axis=1).sum()),
        apart=f"{np.abs(measured.exact - scores).mean():.4f}",
        recipe=", ".join(f"{name} {value}" for name, value in asdict(training.recipe).items()),
        digests=_table([("file", "SHA-256"), *training.corpus.items(), *public_digests().items()]),
    )
    (out / "README.md").write_text(text, encoding="utf-8")


def _label_rows(measured: Measured, found: Truth) -> Iterable[Sequence[object]]:
    gold, scores = measured.gold, measured.scores
    yield "label", "posts", "threshold", "precision", "recall", "F1", "recall at 1 % false alarms", "calibration error"
    for column, label in enumerate(Label):
        own = figures(found[:, column], gold[:, column])
        yield (
            label.value,
            own.posts,
            measured.thresholds[column],
            f"{own.precision:.2f}",
            f"{own.recall:.2f}",
            f"{own.f1:.2f}",
            f"{recall_at(scores[:, column], gold[:, column], ~harmful(gold), 0.01):.2f}" if label in HARMS else "",
            f"{calibration_error(scores[:, column], gold[:, column]):.3f}",
        )


def _language_rows(measured: Measured, found: Truth) -> Iterable[Sequence[object]]:
    yield "language", "harmful posts", "found as harm", "threats", "found as threat", "lawful posts", "called harm"
    any_gold, any_found = harmful(measured.gold), harmful(found)
    threat = place_of(Label.THREAT)
    for language in sorted({post.language for post in measured.posts}):
        own = np.array([post.language == language for post in measured.posts])
        threats = own & measured.gold[:, threat]
        yield (
            language,
            int((own & any_gold).sum()),
            int((own & any_gold & any_found).sum()),
            int(threats.sum()),
            int((threats & found[:, threat]).sum()),
            int((own & ~any_gold).sum()),
            int((own & ~any_gold & any_found).sum()),
        )


def _pairs(posts: Sequence[CorpusPost], found: Truth) -> str:
    right: dict[str, bool] = {}
    for post, harm in zip(posts, harmful(found), strict=True):
        if post.pair:
            right[post.pair] = right.get(post.pair, True) and bool(harm) == post.harmful
    return f"{sum(right.values())} of {len(right)}"


def _table(rows: Iterable[Sequence[object]]) -> str:
    head, *body = [f"| {' | '.join(map(str, row))} |" for row in rows]
    return "\n".join([head, "|---" * head.count(" | ") + "|---|", *body])
