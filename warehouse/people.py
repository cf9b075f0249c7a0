"""Reading the roster: a CSV file with the people an organisation protects, refused whole when a line is wrong."""

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path

from warehouse.errors import WarehouseError
from warehouse.records import Person, content_id

COLUMNS = (
    "person_id", "given_names", "call_name", "initials", "tussenvoegsel", "surname", "partner_tussenvoegsel",
    "partner_surname", "name_usage", "display_name", "gender", "aliases", "handles", "organisation",
    "organisation_aliases", "town", "role",
)  # fmt: skip
"""The columns of a roster. `display_name`, or `surname` with a first name, must be filled; the rest may be absent."""

IGNORED_COLUMNS = frozenset({"background", "half"})
"""Columns of the names benchmark that describe how it was made, not the people."""

USAGES = frozenset("EPVN")
GENDERS = frozenset({"m", "f", ""})
LONGEST_FIELD = 200
"""Characters: the longest legal Dutch name on record is under 150."""


class RosterError(WarehouseError):
    """The roster was refused; `problems` holds every wrong line, and the message lists them."""

    def __init__(self, where: str, problems: list[str]) -> None:
        """Make the message from the file's name and what is wrong in it."""
        self.problems = tuple(problems)
        listed = "\n".join(f"  - {problem}" for problem in problems)
        super().__init__(
            f"The roster {where} was not imported, nothing has changed. {len(problems)} problem(s):\n{listed}\n"
            "Correct these lines and import the whole file again."
        )


def read_roster(path_or_text: Path | str) -> tuple[Person, ...]:
    """Read a roster from a file (a `Path`) or from CSV text (a `str`).

    Columns are separated by commas or semicolons; several aliases, handles or organisation names in one field by
    semicolons. An empty `person_id` becomes `content_id` of name and organisation.
    Raises `RosterError` with every problem and its line number; a roster is taken whole or not at all.
    """
    where, text = ("(text)", path_or_text)
    if isinstance(path_or_text, Path):
        where, text = path_or_text.name, _read_text(path_or_text)
    reader = csv.DictReader(io.StringIO(str(text).removeprefix("\ufeff")), delimiter=_delimiter(str(text)), strict=True)
    problems: list[str] = []
    people: dict[str, tuple[int, Person]] = {}
    try:
        columns = [(name or "").strip().lower() for name in reader.fieldnames or ()]
        problems.extend(_column_problems(columns))
        if not problems:
            reader.fieldnames = columns
            for row in reader:
                problems.extend(_take_row(reader.line_num, row, people))
    except csv.Error as error:
        problems.append(f"line {reader.line_num}: not readable as CSV ({error}); save it as CSV with UTF-8 once more.")
    if not problems and not people:
        problems.append("there is no person in it; add at least one line below the column names.")
    if problems:
        raise RosterError(where, problems)
    return tuple(person for _, person in people.values())


def _read_text(path: Path) -> str:
    """Read the file as UTF-8 or say what is wrong with it."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise RosterError(path.name, [f"line {line}: not UTF-8; save the file as 'CSV UTF-8'."]) from error
    except OSError as error:
        raise RosterError(path.name, [f"the file can't be read ({error.strerror}); check its name."]) from error


def _delimiter(text: str) -> str:
    """Tell comma from semicolon (Dutch Excel) by the header."""
    header = text.split("\n", 1)[0]
    return ";" if header.count(";") > header.count(",") else ","


def _column_problems(columns: list[str]) -> Iterator[str]:
    """Check the header: unknown, doubled and missing columns."""
    known = frozenset(COLUMNS) | IGNORED_COLUMNS
    for name in columns:
        if name not in known:
            yield f"line 1: unknown column {name!r}; known are {', '.join(COLUMNS)}. Rename or remove it."
    for name in sorted({name for name in columns if columns.count(name) > 1}):
        yield f"line 1: column {name!r} stands there twice; remove one."
    if "display_name" not in columns and "surname" not in columns:
        yield "line 1: neither 'display_name' nor 'surname' is a column; add the names."


def _take_row(line: int, row: Mapping[str | None, object], people: dict[str, tuple[int, Person]]) -> Iterator[str]:
    """Add one row's person to `people`, or yield what is wrong with it."""
    if None in row:
        yield f"line {line}: more fields than columns; put names that contain the separator in quotes."
        return
    fields = {str(name): " ".join(str(value or "").split()) for name, value in row.items()}
    if not any(fields.values()):
        return
    wrong = list(_field_problems(line, fields))
    yield from wrong
    if wrong:
        return
    person = _person(fields)
    first = people.setdefault(person.id, (line, person))[0]
    if first != line:
        yield f"line {line}: the same person_id or the same name and organisation as line {first} ({person.id}); remove one."


def _field_problems(line: int, fields: Mapping[str, str]) -> Iterator[str]:
    """Check one row's values."""
    first = fields.get("call_name") or fields.get("given_names") or fields.get("initials")
    if not fields.get("display_name") and not (fields.get("surname") and first):
        yield f"line {line}: empty name; fill 'display_name', or 'surname' with 'call_name'."
    name = "".join(fields.get(key, "") for key in ("display_name", "surname", "call_name"))
    if name and not any(character.isalpha() for character in name):
        yield f"line {line}: the name {name!r} has no letter in it; correct it."
    if fields.get("name_usage", "") not in USAGES | {""}:
        yield f"line {line}: name_usage {fields['name_usage']!r} is none of E, P, V, N; use one of them or leave it empty."
    if fields.get("gender", "") not in GENDERS:
        yield f"line {line}: gender {fields['gender']!r} is none of m, f or empty."
    for key, value in fields.items():
        if len(value) > LONGEST_FIELD and key in COLUMNS:
            yield f"line {line}: {key} has {len(value)} characters, more than {LONGEST_FIELD}; shorten it."


def _several(value: str) -> tuple[str, ...]:
    """Split a field that holds several values."""
    return tuple(part for raw in value.split(";") if (part := raw.strip()))


def _person(fields: Mapping[str, str]) -> Person:
    """Make the record of one checked row."""
    first = fields.get("call_name") or fields.get("given_names") or fields.get("initials", "")
    parts = (first, fields.get("tussenvoegsel", ""), fields.get("surname", ""))
    display = fields.get("display_name") or " ".join(part for part in parts if part)
    plain = {
        key: fields.get(key, "")
        for key in COLUMNS
        if key not in {"person_id", "display_name", "aliases", "handles", "organisation_aliases", "name_usage"}
    }
    return Person(
        id=fields.get("person_id") or content_id(display, fields.get("organisation", "")),
        display_name=display,
        name_usage=fields.get("name_usage") or "E",
        aliases=_several(fields.get("aliases", "")),
        handles=_several(fields.get("handles", "")),
        organisation_aliases=_several(fields.get("organisation_aliases", "")),
        **plain,
    )
