"""Scores that were given before: the same words, read by the same weights, aren't read again.

A post that stands in five places, a policy whose thresholds changed, a night that is run again: only what is new costs
time. Kept are hashes and six numbers; no text.
"""

import hashlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from classify.harm.errors import HarmError
from classify.harm.scorer import Scorer, Scores
from warehouse import Label

MOST = 2_000_000
"""Rows kept, about 130 MB; the oldest go first."""
_TABLE = "create table if not exists scores (key blob primary key, found blob not null)"
_AT_ONCE = 500
"""Keys asked for in one statement."""


class CachedScorer:
    """A scorer that looks into a file first. Several processes may use one file."""

    def __init__(self, scorer: Scorer, file: Path) -> None:
        """Open or make the file. Raises `HarmError` when it can't be, saying what to do."""
        self.name = scorer.name
        self._scorer = scorer
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._store = sqlite3.connect(file, timeout=30, isolation_level=None, check_same_thread=False)
            self._store.execute("pragma journal_mode = wal")
            self._store.execute("pragma synchronous = normal")
            self._store.execute(_TABLE)
        except (OSError, sqlite3.Error) as error:
            message = (
                f"the scores in {file} can't be opened ({error}); delete the file, it is only a memory of work done"
            )
            raise HarmError(message) from error

    def score(self, texts: Sequence[str], contexts: Sequence[str]) -> Scores:
        """Give scores; see `Scorer`. Texts that are alike are read once."""
        keys = [self._key(text, context) for text, context in zip(texts, contexts, strict=True)]
        known = self._known(keys)
        wanted = {key: n for n, key in enumerate(keys) if key not in known}
        fresh = self._scorer.score([texts[n] for n in wanted.values()], [contexts[n] for n in wanted.values()])
        found = {key: row.tobytes() for key, row in zip(wanted, fresh.astype(np.float32), strict=True)}
        self._keep(found)
        known |= found
        scores = np.frombuffer(b"".join(known[key] for key in keys), np.float32)
        return scores.reshape(len(keys), len(Label)).copy()

    def _key(self, text: str, context: str) -> bytes:
        whole = f"{self.name}\x1f{context}\x1f{text}"
        return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).digest()[:16]

    def _known(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        known: dict[bytes, bytes] = {}
        for at in range(0, len(keys), _AT_ONCE):
            part = keys[at : at + _AT_ONCE]
            marks = ", ".join("?" * len(part))
            known.update(self._store.execute(f"select key, found from scores where key in ({marks})", part))  # noqa: S608 - only marks
        return known

    def _keep(self, found: dict[bytes, bytes]) -> None:
        if found:
            self._store.execute("begin immediate")
            self._store.executemany("insert or ignore into scores values (?, ?)", found.items())
            self._store.execute("delete from scores where rowid <= (select max(rowid) from scores) - ?", (MOST,))
            self._store.execute("commit")
