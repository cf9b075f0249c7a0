"""`handenaf train`, `handenaf drift`: learning from what reviewers decided, and seeing when the world changed."""

import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from classify.harm import Item, load_judge
from classify.harm.drift import drift_rows, jumps, months
from classify.harm.load import CORPUS
from classify.harm.mask import masked
from classify.harm.policy import PACKAGED, Masks
from classify.harm.train.decisions import Decided, held_out, known_from, read_decided, write_decided
from flows.commands import Home, settings_of
from flows.errors import FlowError
from flows.open_house import opened, warehouse_of
from flows.settings import Settings
from warehouse import Case, CaseState, State

MOST_CASES = 1_000_000
LEAST_DECISIONS = 20
"""With fewer decisions a run of an hour teaches nothing that a figure could show."""


def add(cli: typer.Typer) -> None:
    """Add these commands."""
    cli.command("train")(train_model)
    cli.command("drift")(drift)


def train_model(
    from_decisions: Annotated[
        bool, typer.Option("--from-decisions", help="Learn from what reviewers decided as well.")
    ] = False,
    export_only: Annotated[bool, typer.Option("--export-only", help="Write the examples, train nothing.")] = False,
    data: Annotated[Path, typer.Option(help="Folder of the public data sets.")] = Path("../shared/data/train"),
    base: Annotated[Path, typer.Option(help="Folder of the base model; fetched there if empty.")] = Path(
        "work/base-model"
    ),
    home: Home = None,
) -> None:
    """Fine-tune the harm model anew; it takes the old one's place only when no figure of the tests gets worse."""
    settings = settings_of(home)
    place = settings.home / "learning"
    console = Console()
    examples = place / "decisions.jsonl"
    if from_decisions:
        with opened(settings) as state:
            number = write_decided(examples, decided_posts(state))
        console.print(f"{number} posts that reviewers decided about are in {examples} (names masked; keep it inside).")
        if export_only:
            return
        if number < LEAST_DECISIONS:
            raise FlowError(f"{number} decisions are too few to learn from; wait until there are {LEAST_DECISIONS}.")
    if missing := [name for name in ("torch", "onnx") if find_spec(name) is None]:
        raise FlowError(f"Training needs {' and '.join(missing)}: pip install 'handenaf[train]', then run this again.")
    new = place / "new"
    _train(new, examples if from_decisions else None, data, base)
    accept_or_refuse(settings, new, examples if from_decisions else None, console)


def decided_posts(state: State) -> Iterator[Decided]:
    """Give each case whose answers say something about its post's words, the names in it masked."""
    for case in state.cases.of_states(list(CaseState), most=MOST_CASES):
        post, verdict = state.posts.one(case.post_id), state.posts.verdict(case.verdict_id)
        if post is None or verdict is None or verdict.post_id != post.id:
            continue
        judgements, decisions = state.cases.judgements(case.id), state.cases.decisions(case.id)
        about_it = [one for one in decisions if one.at >= post.fetched_at]  # earlier ones were about other words
        known = known_from(verdict, judgements, about_it)
        text = _masked_text(state, case, post.text)
        if known and text:
            yield Decided(id=case.id, text=text, language=post.language, known=known)


def accept_or_refuse(settings: Settings, new: Path, examples: Path | None, console: Console) -> None:
    """Compare the model in `new` (weights and `policy.toml`) with the one in use, and put it in place if it is no worse.

    Raises `FlowError` naming each figure that got worse; the old model stays.
    """
    from classify.harm.evaluate.run import samples_of  # noqa: PLC0415 - needed here only, and brings onnxruntime
    from classify.harm.train.compare import DECISIONS, compare, gold_of  # noqa: PLC0415 - same

    apart = gold_of(held_out(read_decided(examples))) if examples else []
    old = load_judge(settings.model or None, Path(settings.policy) if settings.policy else None)
    found = compare(old, load_judge(new, new / "policy.toml"), {**samples_of(CORPUS), DECISIONS: apart})
    report = new.parent / "report.md"
    report.write_text(found.text, encoding="utf-8")
    console.print(found.text, markup=False)
    if found.worse:
        shutil.rmtree(new)
        raise FlowError(f"The new model is worse and was thrown away; the old one stays. {'; '.join(found.worse)}.")
    kept = new.with_name("model")
    if kept.exists():
        shutil.rmtree(kept)
    new.rename(kept)
    console.print(
        f'The new model is no worse. To use it, write into handenaf.toml:\nmodel = "{kept}"\npolicy = "{kept / "policy.toml"}"',
        markup=False,
    )


def drift(home: Home = None) -> None:
    """Show by month what was judged: scores, languages, the share that is lawful; and what jumped."""
    settings = settings_of(home)
    with opened(settings) as state:
        spoken = [(f"{each.verdict.judged_at:%Y-%m}", each.post.language) for each in state.posts.judged()]
    found = months(warehouse_of(settings).ask("drift_by_month"), spoken)
    head, *rows = drift_rows(found)
    table = Table(box=None, header_style="bold")
    for name in head:
        table.add_column(name, no_wrap=name == head[0])
    for row in rows:
        table.add_row(*row)
    console = Console()
    console.print(table)
    for jump in jumps(found):
        console.print(f"[yellow]![/] {jump}", highlight=False)


def _train(new: Path, examples: Path | None, data: Path, base: Path) -> None:
    from classify.harm.train.run import Places, train  # noqa: PLC0415 - torch is an extra

    if new.exists():
        shutil.rmtree(new)
    new.mkdir(parents=True)
    shutil.copy(PACKAGED, new / "policy.toml")
    policy, runs = new / "policy.toml", new.with_name("runs")
    train(Places(data=data, corpus=CORPUS, base=base, out=new, policy=policy, runs=runs, decisions=examples))


def _masked_text(state: State, case: Case, text: str) -> str:
    named = state.posts.mentions_in(case.post_id)
    hers, others = (
        tuple(sorted({(m.start, m.end) for m in named if (m.person_id == case.person_id) is wanted}))
        for wanted in (True, False)
    )
    return masked(Item(id=case.id, text=text, spans=hers, other_spans=others), (0, len(text)), Masks())
