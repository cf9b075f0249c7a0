"""Reading the public data sets: which rows, and what each says about our labels.

No set annotates all six labels, so each row trains only those that its set speaks about: EDOS's "none" says nothing
about insult, GermEval says nothing about a threat in an abusive tweet.
"""

import csv
import hashlib
import json
import random
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from classify.harm.errors import TrainingError
from classify.harm.train.examples import Example
from warehouse import HARMS, Label

TABLE = Path(__file__).with_name("public.toml")
HARMLESS = dict.fromkeys(HARMS, False)
_RUDE = {Label.INSULT: True}
_CALM = {Label.INSULT: False, Label.THREAT: False, Label.INCITEMENT: False}
_ANGRY = {"1", "3"}
"""XED's anger and disgust: such lines may hold a threat or an insult, so they say nothing for certain."""


def read_public(folder: Path, seed: int) -> list[Example]:
    """Draw the rows of each set, at most as many as `public.toml` says, the same ones for the same seed.

    Raises `TrainingError` when a file is missing or isn't byte for byte the one that the recipe was made with.
    """
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    check_files(folder, table["sha256"])
    drawn = random.Random(seed)  # noqa: S311 - a sample, not a secret
    examples = []
    for name, most in table["most"].items():
        rows = [row for row in READERS[name](folder) if row.text.strip()]
        if name == "edos":  # threats and calls are what it is read for, and there are few
            rows.sort(key=lambda row: not (row.known.get(Label.THREAT) or row.known.get(Label.INCITEMENT)))
            rows = rows[: most // 2] + drawn.sample(rows[most // 2 :], most // 2)
        examples += drawn.sample(rows, min(most, len(rows)))
    return examples


def digests() -> dict[str, str]:
    """Give the SHA-256 of each public file that the recipe was made with."""
    table: dict[str, str] = tomllib.loads(TABLE.read_text(encoding="utf-8"))["sha256"]
    return table


def check_files(folder: Path, digests: Mapping[str, str]) -> None:
    """Refuse files that are missing or changed, naming each."""
    for name, expected in digests.items():
        file = folder / name
        if not file.is_file():
            message = (
                f"{file} is missing: name the folder of public data sets with --data (public.toml lists its files)"
            )
            raise TrainingError(message)
        if hashlib.sha256(file.read_bytes()).hexdigest() != expected:
            message = f"{file} is not the file that the recipe was made with: fetch it again, or change public.toml"
            raise TrainingError(message)


def _rows(file: Path, *, delimiter: str = ",") -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines, delimiter=delimiter)


def _edos(folder: Path) -> Iterator[Example]:
    for row in _rows(folder / "edos/edos_labelled_aggregated.csv"):
        kind = row["label_vector"].split(" ")[0]
        known: dict[Label, bool] = {}
        if kind == "1.1":
            known = {Label.THREAT: True}
        elif kind == "1.2":
            known = {Label.INCITEMENT: True}
        elif kind in {"2.1", "2.2", "3.1"}:
            known = {Label.INSULT: True, Label.THREAT: False, Label.INCITEMENT: False}
        if known and row["split"] != "test":
            yield Example(text=row["text"], language="en", known=known, origin="edos")


def _hatemoji(folder: Path) -> Iterator[Example]:
    for row in _rows(folder / "hatemoji-build/train.csv"):
        if row["label_gold"] == "0":
            yield Example(text=row["text"], language="en", known=HARMLESS, origin="hatemoji-build")
        elif row["type"] == "threateninglanguage":
            yield Example(text=row["text"], language="en", known={Label.THREAT: True}, origin="hatemoji-build")


def _germeval(folder: Path) -> Iterator[Example]:
    for line in (folder / "germeval2018/germeval2018.training.txt").read_text(encoding="utf-8").splitlines():
        text, _, kind = line.split("\t")
        known = {"OTHER": _CALM, "PROFANITY": _CALM, "ABUSE": _RUDE, "INSULT": _RUDE}[kind]
        yield Example(text=text, language="de", known=known, origin="germeval2018")


def _gahd(folder: Path) -> Iterator[Example]:
    for row in _rows(folder / "gahd/gahd.csv"):
        if row["label"] == "0" and row["split"] == "train":
            yield Example(text=row["text"], language="de", known=_CALM, origin="gahd")


def _surge(folder: Path) -> Iterator[Example]:
    for row in _rows(folder / "surge-toxicity/toxicity_en.csv"):
        known = _RUDE if row["is_toxic"] == "Toxic" else _CALM
        yield Example(text=row["text"], language="en", known=known, origin="surge-toxicity")


def _davidson(folder: Path) -> Iterator[Example]:
    for row in _rows(folder / "davidson/labeled_data.csv"):
        known = {"0": _RUDE, "2": _CALM}.get(row["class"])  # 1, "offensive", is mostly swearing without a victim
        if known:
            yield Example(text=row["tweet"], language="en", known=known, origin="davidson")


def _presidio(folder: Path) -> Iterator[Example]:
    for row in json.loads((folder / "presidio-pii/synth_dataset_v2.json").read_text(encoding="utf-8")):
        yield Example(text=row["full_text"], language="en", known=HARMLESS, origin="presidio-pii")


def _xed(language: str, file: str) -> Callable[[Path], Iterable[Example]]:
    def read(folder: Path) -> Iterator[Example]:
        for line in (folder / "xed" / file).read_text(encoding="utf-8").splitlines():
            text, _, feelings = line.rpartition("\t")
            if text and not _ANGRY & set(re.findall(r"\d", feelings)) and feelings != "emotion":
                yield Example(text=text, language=language, known=HARMLESS, origin="xed")

    return read


READERS: Mapping[str, Callable[[Path], Iterable[Example]]] = {
    "edos": _edos,
    "hatemoji-build": _hatemoji,
    "germeval2018": _germeval,
    "gahd": _gahd,
    "surge-toxicity": _surge,
    "davidson": _davidson,
    "presidio-pii": _presidio,
    "xed-nl": _xed("nl", "nl-projections.tsv"),
    "xed-tr": _xed("tr", "tr-projections2.tsv"),
    "xed-pl": _xed("pl", "pl-projections.tsv"),
    "xed-ar": _xed("ar", "ar-projections.tsv"),
    "xed-de": _xed("de", "de-projections.tsv"),
}
"""What `public.toml` names → how it is read."""
