"""Hand what happened to the warehouse, and publish it."""

from pathlib import Path

from flows.open_house import opened, warehouse_of
from flows.progress import report
from flows.settings import read_settings
from warehouse import write_batch
from warehouse.state.history import KINDS


def load(home: str) -> int:
    """Write what happened since the last time as batches, load them, publish; give the number of new batches.

    A thing counts as handed over only after its batch is on disk; what comes twice is left alone by the loader.
    """
    settings = read_settings(Path(home))
    with opened(settings) as state:
        for kind in KINDS:
            while (fresh := state.history.fresh(kind))[1]:
                rows, ids = fresh
                write_batch(settings.batches, "history", rows)
                state.history.exported(kind, ids)
    new = warehouse_of(settings).load()
    report("load warehouse", done=new, total=new, note=f"{new} batches")
    return new
