"""`handenaf names`, `handenaf judge`: the two classifiers on JSON lines, for benchmarks and other programs."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from classify.harm import judge_lines, load_judge
from classify.names import compile_roster
from classify.names.lines import bench_lines
from warehouse.people import read_roster


def add(cli: typer.Typer) -> None:
    """Add these commands."""
    cli.command("names")(find_names)
    cli.command("judge")(judge_posts)


def find_names(
    roster: Annotated[Path, typer.Option(help="CSV of protected people.")],
    explain: Annotated[str, typer.Option(help="Explain what is found in this text instead.")] = "",
) -> None:
    """Find protected people in posts: JSON lines in on standard input, mentions out."""
    if explain:
        typer.echo(compile_roster(read_roster(roster)).explain(explain))
        return
    _write(bench_lines(roster, sys.stdin.buffer))


def judge_posts(
    model: Annotated[str, typer.Option(help="Folder or name of another model.")] = "",
    policy: Annotated[Path | None, typer.Option(help="Another policy.toml.")] = None,
    cache: Annotated[Path | None, typer.Option(help="File that remembers scores from run to run.")] = None,
) -> None:
    """Judge posts: JSON lines in on standard input, verdicts out."""
    _write(judge_lines(sys.stdin, load_judge(model or None, policy, cache=cache)))


def _write(answers: Iterable[object]) -> None:
    for answer in answers:
        sys.stdout.write(answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False))
        sys.stdout.write("\n")
