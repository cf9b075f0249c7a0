"""The command line as a person meets it: every mistake gets a sentence, and nobody reads a traceback."""

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from rich.console import Console

from flows import cli
from flows.progress import progress_bars, report
from flows.settings import FILE

TypeIn = Callable[..., "Said"]
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Said:
    """What a person reads, on one line, and the exit status."""

    text: str
    code: int


def told(said: Said, code: int) -> str:
    """Give what was said, after looking at the exit status."""
    assert said.code == code, said.text
    return said.text


@pytest.fixture
def type_in(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Type a command in, as `handenaf …` does, but in this process: a start takes seconds."""
    monkeypatch.setenv("COLUMNS", "400")

    def run(*arguments: str | Path) -> Said:
        monkeypatch.setattr(sys, "argv", ["handenaf", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.app()
        told = capsys.readouterr()
        text = " ".join((told.out + told.err).split())
        assert "Traceback" not in text, text
        return Said(text, int(ended.value.code or 0))

    return run


@pytest.fixture
def house(type_in: Callable[..., Said], tmp_path: Path) -> Path:
    """Make an organisation's folder by the command that a person uses."""
    assert type_in("init", tmp_path / "org").code == 0
    return tmp_path / "org"


def test_the_command_line_leaves_prefect_alone() -> None:
    """Prefect reads its settings on import and would phone home: it may only come after `quiet_prefect`."""
    code = "import sys; from flows import cli; cli._add_commands(); sys.exit('prefect' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_a_roster_with_mistakes_is_refused_whole_with_every_line(type_in: TypeIn, house: Path, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text("display_name,organisation\nFenna Terpstra,Waterland\n", "utf-8")
    assert "1 people are protected" in told(type_in("people", "import", good, "--home", house), 0)
    bad.write_text(
        "display_name,organisation\nRuben de Graaf,Waterland\n,Waterland\nRuben de Graaf,Waterland\n", "utf-8"
    )
    text = told(type_in("people", "import", bad, "--home", house), 2)
    for part in (
        "bad.csv was not imported, nothing has changed",
        "line 3: empty name",
        "line 4: the same",
        "Correct these",
    ):
        assert part in text
    listed = told(type_in("people", "list", "--home", house), 0)
    assert "Fenna Terpstra" in listed
    assert "Ruben" not in listed


def test_a_card_with_a_misspelt_key_is_named_with_the_key_that_was_meant(type_in: TypeIn, house: Path) -> None:
    card = house / "sources" / "proef.toml"
    card.write_text('kind = "feed"\nadress = "https://voorbeeld.test/feed"\npurpose = "A try."\n', "utf-8")
    text = told(type_in("scan", "--home", house), 2)
    assert "proef.toml" in text
    assert "no key 'adress'. Did you mean 'address'?" in text


def test_a_packaged_source_that_there_is_not_is_refused(type_in: TypeIn, house: Path) -> None:
    settings = (house / FILE).read_text("utf-8").replace("packaged_sources = []", 'packaged_sources = ["blusky"]')
    (house / FILE).write_text(settings, "utf-8")
    text = told(type_in("sources", "list", "--home", house), 2)
    assert "blusky" in text
    assert "There are: bluesky, mastodon-social" in text


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["sql", "select 1"], "run `handenaf scan` once"),
        (["scan"], "No source is watched yet"),
        (["scan", "--source", "nope"], "There is no source 'nope'"),
        (["sources", "add", "http://"], "is not a web address"),
        (["users", "add", "sanne", "--password", "kort"], "at least 12"),
        (["people", "import", "weg.csv"], "There is no file weg.csv"),
    ],
)
def test_each_mistake_gets_its_sentence(type_in: TypeIn, house: Path, arguments: list[str], sentence: str) -> None:
    assert sentence in told(type_in(*arguments, "--home", house), 2)


def test_names_that_look_like_markup_are_listed_as_they_are(type_in: TypeIn, house: Path) -> None:
    (house / "roster.csv").write_text("display_name\nFenna [/b] Terpstra\n", "utf-8")
    told(type_in("people", "import", house / "roster.csv", "--home", house), 0)
    assert "Fenna [/b] Terpstra" in told(type_in("people", "list", "--home", house), 0)
    added = type_in("users", "add", "s[/b]", "--password", "lang-genoeg-dit", "--home", house)
    assert "s[/b] may work" in told(added, 0)
    assert "s[/b]" in told(type_in("users", "list", "--home", house), 0)
    assert "follow_every" in told(type_in("settings", "--home", house), 0)


def test_a_folder_that_is_none_says_how_to_make_one(type_in: TypeIn, tmp_path: Path) -> None:
    assert f"handenaf init {tmp_path}" in told(type_in("scan", "--home", tmp_path), 2)


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (OSError(28, "No space left on device", "/org/logs"), 2, "No space left on device (/org/logs)"),
        (RuntimeError("boom [/b]"), 70, "nobody foresaw (RuntimeError: boom [/b])"),
        (SystemExit(130), 130, "ended by Ctrl-C"),
    ],
)
def test_what_nobody_foresaw_is_a_sentence_too(
    error: BaseException, code: int, sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(cli, "cli", fail)
    monkeypatch.setattr(cli, "_add_commands", lambda: None)
    with pytest.raises(SystemExit) as ended:
        cli.app()
    text = capsys.readouterr().err
    assert ended.value.code == code
    assert sentence in text
    assert "Traceback" not in text


@pytest.mark.parametrize("width", [80, 120])
def test_progress_never_cuts_its_numbers(width: int, capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bars(Console(width=width, force_terminal=True, color_system=None)):
        report("look at demo-klachten", done=1234, total=1234, note="59 posts, 37 mentions [/b] " + "x" * 99)
        report("look at demo-blog", done=0, total=0, note="failed: it refuses", well=False)
    drawn = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", capsys.readouterr().out)
    last = [line for line in drawn.splitlines() if "look at" in line][-2:]
    assert "1234/1234 0:00:0" in last[0]
    assert "59 posts" in last[0]
    assert "…" in last[0]
    assert all(len(line.rstrip()) <= width for line in last)
    assert "✗ look at demo-blog" in last[1]
