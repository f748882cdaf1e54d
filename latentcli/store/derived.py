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
MAP = "map"
_MAP_DIGITS = 16  # of the digest of its request, in its name

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


def derived_path(cache: Cache, run_id: str, name: str) -> Path:
    """Return where an artefact that was made from a run lies: its documents, or a map."""
    return cache.root / "derived" / run_id / name


def kept_documents(cache: Cache, run: Artefact, revision: int) -> Artefact | None:
    """Return what the run's documents are compared by, if it is kept and of this revision."""
    kept = _kept(cache, run, DOCUMENTS)
    return kept if kept is not None and kept.manifest.get("revision") == revision else None


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
    _keep(cache, run, DOCUMENTS, description, arrays, strings)
    return kept_documents(cache, run, description["revision"])


def kept_map(cache: Cache, run: Artefact, digest: str) -> Artefact | None:
    """Return the map of the run's points that answers the request of that digest, if it is kept."""
    kept = _kept(cache, run, f"{MAP}-{digest[:_MAP_DIGITS]}")
    return kept if kept is not None and kept.manifest.get("request") == digest else None


def keep_map(
    cache: Cache,
    run: Artefact,
    digest: str,
    description: Mapping[str, Any],
    arrays: Mapping[str, Array],
) -> None:
    """Keep a map of the run's points, where that can be done."""
    name = f"{MAP}-{digest[:_MAP_DIGITS]}"
    _keep(cache, run, name, {**description, "request": digest}, arrays, {})


def damaged_artefacts(cache: Cache) -> Iterator[tuple[str, str]]:
    """Yield the runs of which something is not what was written, and its name; reads all of it."""
    folder = cache.root / "derived"
    for run_id in sorted(os.listdir(folder)) if folder.is_dir() else []:
        for path in sorted((folder / run_id).glob("*")):
            if not path.name.startswith((DOCUMENTS, f"{MAP}-")):
                continue
            try:
                problems = Artefact(path).problems()
            except (LatentError, OSError):
                problems = ["it cannot be opened"]
            if problems and path.exists():
                yield run_id, path.name


def _kept(cache: Cache, run: Artefact, name: str) -> Artefact | None:
    try:
        kept = Artefact(derived_path(cache, run.id, name))
    except (LatentError, OSError):
        return None
    return kept if kept.manifest.get("of") == run.id else None


def _keep(
    cache: Cache,
    run: Artefact,
    name: str,
    description: Mapping[str, Any],
    arrays: Mapping[str, Array],
    strings: Mapping[str, Strings],
) -> None:
    """Keep an artefact that is made from a run of this cache; no room for it is no fault."""
    if run.folder.parent != cache.runs:
        return
    from latentcli.formats.writing import write_artefact

    path = derived_path(cache, run.id, name)
    with contextlib.suppress(OSError, MachineError), _locked(cache, run.id, name) as mine:
        # Another process may have made the same meanwhile, and be reading it.
        if not mine or _same(_kept(cache, run, name), description):
            return
        with staging(cache) as folder:
            write_artefact(folder, {**description, "of": run.id}, {}, arrays, strings)
            path.parent.mkdir(mode=0o700, exist_ok=True)
            shutil.rmtree(path, ignore_errors=True)
            os.rename(folder, path)


def _same(kept: Artefact | None, description: Mapping[str, Any]) -> bool:
    answers = ("request", "revision")
    return kept is not None and all(kept.manifest.get(a) == description.get(a) for a in answers)


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
