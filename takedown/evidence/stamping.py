"""Time stamps over a bundle's tag manifest, and the organisation's seal: what `make_bundle` is given from outside."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from takedown.evidence.asic import asic_of
from takedown.evidence.bag import STAMP_FOLDER, STAMP_LIST, TAG_LIST, digests_of, hash_list

Stamper = Callable[[str], Mapping[str, bytes]]
"""From a SHA-256 to files `tijdstempel-<n>.tsr` (whole responses), `.keten.pem`, `.crl`, `.ocsp`. Nothing when no service answers."""


def no_stamps(_: str) -> Mapping[str, bytes]:
    """Give no stamps: for an organisation without a time-stamp service."""
    return {}


def no_seal(report: bytes) -> bytes:
    """Give the report as it is: for an organisation without a seal."""
    return report


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealing:
    """How a bundle is stamped and its report sealed."""

    stamp: Stamper = no_stamps
    seal: Callable[[bytes], bytes] = no_seal
    """From the report to the sealed report."""


NO_SEALING = Sealing()


def stamp_files(tag_list: bytes, stamp: Stamper) -> dict[str, bytes]:
    """Give everything under `tijdstempels/`, its own list included."""
    digest = digests_of({TAG_LIST: tag_list})[TAG_LIST]
    files: dict[str, bytes] = {}
    for name, content in stamp(digest).items():
        files[STAMP_FOLDER + name] = content
        if name.endswith(".tsr"):
            files[STAMP_FOLDER + name.removesuffix(".tsr") + ".asics"] = asic_of(tag_list, content)
    return files | {STAMP_LIST: hash_list(digests_of(files | {TAG_LIST: tag_list}))}
