"""Garbage collection: what dead processes left and what can be made again; never a run."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from latentcli.errors import DamagedArtefact
from latentcli.store.cache import Cache
from latentcli.store.locks import try_lock
from latentcli.store.pointers import read_pointer

# The cache's own VERSION file takes milliseconds to write; one this old was left by a death.
_STALE_SECONDS = 60


class Collected(NamedTuple):
    """What was removed, by its place in the cache, and its size."""

    id: str
    bytes: int


def collect(cache: Cache) -> Iterator[Collected]:
    """Remove temporaries whose owner is gone, derived files, and locks that nobody holds.

    Raises MachineError, and removes nothing, where runs cannot be looked at.
    """
    if not cache.root.is_dir():
        return
    cache.ensure()
    cache.check_readable()
    entries = sorted(cache.tmp.iterdir())
    for path in entries:
        if path.is_dir() and not path.is_symlink():
            yield from _collect_folder(cache, path)
    for path in [*entries, *sorted((cache.root / "locks").iterdir())]:
        if not path.is_dir() or path.is_symlink():
            _collect_file(path)
    for path in sorted([*cache.root.glob(".*.tmp"), *cache.reports.glob(".*.tmp")]):
        if _age(path) > _STALE_SECONDS:
            yield from _remove(cache, path)
    for path in sorted((cache.root / "derived").iterdir()):
        yield from _remove(cache, path)
    for kind in ("latest", "names", "requests"):
        for path in sorted((cache.root / kind).iterdir()):
            if _leads_nowhere(cache, path):
                yield from _remove(cache, path)


def _leads_nowhere(cache: Cache, pointer: Path) -> bool:
    try:
        run_id = read_pointer(pointer)
    except (DamagedArtefact, OSError):
        return pointer.parent.name == "requests"  # it only saves work; a person names the others
    return run_id is not None and not (cache.runs / run_id).is_dir()


def _collect_folder(cache: Cache, folder: Path) -> Iterator[Collected]:
    lock = folder.with_name(folder.name + ".lock")
    handle = try_lock(lock)
    if handle is None:
        return  # its owner is alive
    try:
        yield from _remove(cache, folder)
        lock.unlink(missing_ok=True)
    finally:
        os.close(handle)


def _collect_file(path: Path) -> None:
    """Remove a lock or a pointer being written, unless somebody holds it."""
    if path.is_symlink():
        path.unlink(missing_ok=True)
    elif path.exists() and (handle := try_lock(path)) is not None:
        path.unlink(missing_ok=True)
        os.close(handle)


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0


def _remove(cache: Cache, path: Path) -> Iterator[Collected]:
    size = _size(path)
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
    yield Collected(str(path.relative_to(cache.root)), size)


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() and not path.is_symlink() else [path]
    total = 0
    for file in files:
        with contextlib.suppress(OSError):
            if file.is_file() and not file.is_symlink():
                total += file.stat().st_size
    return total
