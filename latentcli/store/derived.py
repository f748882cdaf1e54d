"""What is made from a run to save work, kept in ``derived/ID/``."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from latentcli.errors import LatentError, MachineError
from latentcli.formats.artefact import Artefact
from latentcli.formats.scan_index import is_sound, open_index, write_index
from latentcli.store.cache import Cache
from latentcli.store.locks import try_lock
from latentcli.store.staging import staging

SCAN_INDEX = "scan-index"

# Smaller vectors are compared one by one as fast as an index is mapped.
_LEAST_BYTES = 1 << 22


def scan_index(cache: Cache, run: Artefact, vectors: memoryview[Any]) -> memoryview | None:
    """Return the index that searches of the run's vectors begin with, made if it is missing.

    None where the vectors are few, the run is not of this cache, or the index cannot be kept (a
    cache that is read-only or full) or is being made by another process: it only saves time.
    """
    if vectors.nbytes < _LEAST_BYTES or run.folder.parent != cache.runs:
        return None
    path = index_path(cache, run.id)
    index = open_index(path, run.id, vectors)
    if index is None:
        with contextlib.suppress(OSError, MachineError):
            _make(cache, run.id, vectors, path)
            index = open_index(path, run.id, vectors)
    return index


def index_path(cache: Cache, run_id: str) -> Path:
    """Return where the scan index of a run lies."""
    return cache.root / "derived" / run_id / SCAN_INDEX


def damaged_indexes(cache: Cache) -> Iterator[str]:
    """Yield the ids of sound runs whose scan index is not what was written; reads all of it."""
    folder = cache.root / "derived"
    for run_id in sorted(os.listdir(folder)) if folder.is_dir() else []:
        path = index_path(cache, run_id)
        with contextlib.suppress(LatentError, OSError):
            vectors = Artefact(cache.runs / run_id).buffer("vectors")
            if path.exists() and not is_sound(path, run_id, vectors) and path.exists():
                yield run_id


def _make(cache: Cache, run_id: str, vectors: memoryview[Any], path: Path) -> None:
    cache.ensure()
    lock = cache.root / "locks" / f"{run_id}.{SCAN_INDEX}.lock"
    handle = try_lock(lock)
    if handle is None:
        return
    try:
        with staging(cache) as folder:
            write_index(folder / SCAN_INDEX, run_id, vectors)
            path.parent.mkdir(mode=0o700, exist_ok=True)
            os.replace(folder / SCAN_INDEX, path)
    finally:
        with contextlib.suppress(OSError):
            os.unlink(lock)
        os.close(handle)
