"""A bundle's files, from a ZIP or a folder, with every trick of either refused."""

import hashlib
import re
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

NAME = re.compile(r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+){0,3}")
"""At most three folders deep, plain characters: no name in a bundle of ours is otherwise."""


class Tree:
    """The files of one bundle."""

    def __init__(
        self, names: list[str], read: Callable[[str], bytes], close: Callable[[], None], container: Path | None
    ) -> None:
        """Hold `names` in the container's order; `container` is the ZIP, None for a folder."""
        self.names = names
        self.container = container
        self._read = read
        self._close = close
        self._digests: dict[str, tuple[str, int]] = {}

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the container."""
        self._close()

    def read(self, name: str) -> bytes:
        """Give a file's content."""
        return self._read(name)

    def _measure(self, name: str) -> tuple[str, int]:
        """Give digest and size of a file, read once."""
        if name not in self._digests:
            content = self._read(name)
            self._digests[name] = (hashlib.sha256(content).hexdigest(), len(content))
        return self._digests[name]

    def digest(self, name: str) -> str:
        """Give a file's SHA-256; KeyError when it isn't there."""
        return self._measure(name)[0]

    def size(self, name: str) -> int:
        """Give a file's size in bytes."""
        return self._measure(name)[1]


def open_tree(path: Path) -> tuple[Tree | None, list[str]]:
    """Open a bundle; the second value says what is wrong with its form, and then the first may be None."""
    if path.is_dir():
        return _open_folder(path)
    if not path.is_file():
        return None, [f"there is no file or folder {path}"]
    return _open_zip(path)


def _open_folder(root: Path) -> tuple[Tree | None, list[str]]:
    """Open an unpacked bundle: regular files only, and no link on the way to them."""
    names: list[str] = []
    problems: list[str] = []
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        mode = path.lstat().st_mode
        if stat.S_ISDIR(mode):
            continue
        if not stat.S_ISREG(mode):
            problems.append(f"not a plain file: {name!r}")
        elif not NAME.fullmatch(name):
            problems.append(f"a name that no bundle has: {name!r}")
        else:
            names.append(name)

    def read(name: str) -> bytes:
        if name not in names:
            raise KeyError(name)
        return (root / name).read_bytes()

    return Tree(names, read, lambda: None, None), problems


def _open_zip(path: Path) -> tuple[Tree | None, list[str]]:
    """Open a packed bundle: stored plain files only, and each readable (its CRC fits)."""
    try:
        archive = zipfile.ZipFile(path)
        entries = archive.infolist()
        problems = [f"a name that no bundle has: {e.filename!r}" for e in entries if not NAME.fullmatch(e.filename)]
        problems += [
            f"not a plain stored file: {e.filename!r}"
            for e in entries
            if e.compress_type != zipfile.ZIP_STORED or e.flag_bits or e.compress_size != e.file_size
        ]
        names = [entry.filename for entry in entries]
        if len(names) != len(set(names)):
            problems.append("a name stands in the ZIP twice")
        if not problems and (damaged := archive.testzip()):
            problems.append(f"damaged: {damaged}")
    except Exception as error:  # noqa: BLE001 - zipfile raises a dozen kinds on damaged input, struct.error and OverflowError among them
        return None, [f"{path.name} is not a readable ZIP ({type(error).__name__}: {error})"]
    return Tree(names, archive.read, archive.close, path), problems
