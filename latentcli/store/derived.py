"""What is made from a run to save work, kept in ``derived/ID/``."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from latentcli.errors import LatentError, MachineError
from latentcli.formats.artefact import Artefact
from latentcli.formats.scan_index import is_sound, open_index, write_index
from latentcli.store.cache import Cache
from latentcli.store.locks import try_lock
from latentcli.store.staging import staging

if TYPE_CHECKING:
    from latentcli.corpus.strings import Strings
    from latentcli.formats.writing import Array

SCAN_INDEX = "scan-index"
DOCUMENTS = "documents"

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


def documents_path(cache: Cache, run_id: str) -> Path:
    """Return where what a run's documents are compared by lies: an artefact."""
    return cache.root / "derived" / run_id / DOCUMENTS


def kept_documents(cache: Cache, run: Artefact, revision: int) -> Artefact | None:
    """Return what the run's documents are compared by, if it is kept and of this revision."""
    try:
        kept = Artefact(documents_path(cache, run.id))
    except (LatentError, OSError):
        return None
    same = kept.manifest.get("of") == run.id and kept.manifest.get("revision") == revision
    return kept if same else None


def keep_documents(
    cache: Cache,
    run: Artefact,
    description: Mapping[str, Any],
    arrays: Mapping[str, Array],
    strings: Mapping[str, Strings],
) -> Artefact | None:
    """Keep what the run's documents are compared by; None where that cannot be done.

    The description has the ``revision``.
    """
    if run.folder.parent != cache.runs:
        return None
    with contextlib.suppress(OSError, MachineError):
        _make_documents(cache, run, description, arrays, strings)
    return kept_documents(cache, run, description["revision"])


def damaged_documents(cache: Cache) -> Iterator[str]:
    """Yield the ids of runs whose documents are not what was written; reads all of it."""
    folder = cache.root / "derived"
    for run_id in sorted(os.listdir(folder)) if folder.is_dir() else []:
        path = documents_path(cache, run_id)
        if not path.exists():
            continue
        try:
            problems = Artefact(path).problems()
        except (LatentError, OSError):
            problems = ["it cannot be opened"]
        if problems and path.exists():
            yield run_id


def _make_documents(
    cache: Cache,
    run: Artefact,
    description: Mapping[str, Any],
    arrays: Mapping[str, Array],
    strings: Mapping[str, Strings],
) -> None:
    from latentcli.formats.writing import write_artefact

    path = documents_path(cache, run.id)
    with _locked(cache, run.id, DOCUMENTS) as mine:
        if not mine:
            return
        with staging(cache) as folder:
            write_artefact(folder, {**description, "of": run.id}, {}, arrays, strings)
            path.parent.mkdir(mode=0o700, exist_ok=True)
            shutil.rmtree(path, ignore_errors=True)
            os.rename(folder, path)


def _make(cache: Cache, run_id: str, vectors: memoryview[Any], path: Path) -> None:
    with _locked(cache, run_id, SCAN_INDEX) as mine:
        if not mine:
            return
        with staging(cache) as folder:
            write_index(folder / SCAN_INDEX, run_id, vectors)
            path.parent.mkdir(mode=0o700, exist_ok=True)
            os.replace(folder / SCAN_INDEX, path)


@contextlib.contextmanager
def _locked(cache: Cache, run_id: str, what: str) -> Iterator[bool]:
    """Hold the lock of what is derived, and tell whether it is ours and not another's."""
    cache.ensure()
    lock = cache.root / "locks" / f"{run_id}.{what}.lock"
    handle = try_lock(lock)
    if handle is None:
        yield False
        return
    try:
        yield True
    finally:
        with contextlib.suppress(OSError):
            os.unlink(lock)
        os.close(handle)
