"""The documentation is true: what it names exists, and what exists is named."""

import re
import shlex
from pathlib import Path

import pytest
import typer
from typer.core import TyperCommand
from typer.main import get_command

from flows import cli
from flows.settings import Settings

ROOT = Path(__file__).parents[1]
ROOMS = ("crawlers", "classify", "takedown", "review", "flows", "warehouse", "demo")
DOCS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("*/README.md")), *sorted(ROOT.glob("classify/*/README.md"))]  # fmt: skip
README = (ROOT / "README.md").read_text("utf-8")


@pytest.fixture(scope="module")
def commands() -> dict[str, TyperCommand]:
    """Every command by its words, such as "people import"."""
    cli._add_commands()
    found: dict[str, TyperCommand] = {}

    def walk(command: object, words: tuple[str, ...]) -> None:
        children = getattr(command, "commands", None)
        if children is None:
            assert isinstance(command, TyperCommand)
            found[" ".join(words)] = command
            return
        for name, child in children.items():
            walk(child, (*words, name))

    walk(get_command(cli.cli), ())
    return found


def said(text: str) -> list[str]:
    """Give each `handenaf …` that a text has in code, without its comment."""
    lines = re.findall(r"(?m)^(?:\$ )?(handenaf [^\n#]*)", text) + re.findall(r"`(handenaf [^`\n]*)`", text)
    return [line.split("#")[0].strip() for line in lines]


@pytest.mark.parametrize("doc", DOCS, ids=lambda doc: str(doc.relative_to(ROOT)))
def test_every_command_and_option_that_is_written_exists(doc: Path, commands: dict[str, TyperCommand]) -> None:
    for line in said(doc.read_text("utf-8")):
        words = [word for word in shlex.split(line.split(" < ")[0].split(" > ")[0])[1:] if word != "…"]
        if not words or words[0].startswith("-"):
            continue
        name = next((key for key in (" ".join(words[:2]), words[0]) if key in commands), None)
        assert name or any(key.startswith(f"{words[0]} ") for key in commands), f"{doc.name}: {line}"
        if name:
            known = {option for parameter in commands[name].params for option in parameter.opts} | {"--help"}
            assert {word.split("=")[0] for word in words if word.startswith("--")} <= known, f"{doc.name}: {line}"


def test_every_command_is_in_the_readme(commands: dict[str, TyperCommand]) -> None:
    written = " ".join(said(README))
    missing = [name for name in commands if f"handenaf {name}" not in written]
    assert missing == []


@pytest.mark.parametrize("doc", DOCS, ids=lambda doc: str(doc.relative_to(ROOT)))
def test_every_make_target_that_is_written_exists(doc: Path) -> None:
    targets = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8")))
    named = {word for line in re.findall(r"`make ([a-z -]+)`|^make ([a-z-]+)", doc.read_text("utf-8"), re.MULTILINE) for part in line for word in part.split()}  # fmt: skip
    assert named <= targets


@pytest.mark.parametrize("doc", DOCS, ids=lambda doc: str(doc.relative_to(ROOT)))
def test_every_link_and_file_that_is_written_exists(doc: Path) -> None:
    links = re.findall(r"\]\((?!http|#)([^)#]+)", doc.read_text("utf-8"))
    assert [link for link in links if not (doc.parent / link).exists()] == []


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_says_what_it_does_what_it_can_t_and_how_to_add(room: str) -> None:
    text = (ROOT / room / "README.md").read_text("utf-8")
    assert re.search(r"(?m)^## What it can't do", text), f"{room}/README.md says nothing of its limits"
    assert not re.search(r"@@\w+@@|\bTODO\b|^(LIMITS|FIGURES)$", text, re.MULTILINE)


def test_the_readme_is_whole() -> None:
    assert not re.search(r"@@\w+@@|\bTODO\b|^(LIMITS|FIGURES)$", README, re.MULTILINE)
    assert (ROOT / "docs" / "desk.png").stat().st_size > 20_000


def test_the_table_of_settings_is_the_settings() -> None:
    text = (ROOT / "flows" / "README.md").read_text("utf-8")
    rows = re.findall(r"(?m)^\| `(\w+)` \| (?:`([^`]*)`)? *\| (.+) \|$", text)
    assert [name for name, _, _ in rows] == list(Settings.model_fields)
    for name, _, meaning in rows:
        assert meaning == Settings.model_fields[name].description, name


def test_every_command_has_its_help(commands: dict[str, TyperCommand]) -> None:
    assert [name for name, command in commands.items() if not command.help] == []
    assert isinstance(cli.cli, typer.Typer)
