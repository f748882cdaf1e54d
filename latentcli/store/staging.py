"""Scratch directories in the cache, reclaimed by ``gc`` once their owner is gone."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from latentcli.errors import MachineError
from latentcli.store.cache import Cache
from latentcli.store.locks import new_locked


@contextlib.contextmanager
def staging(cache: Cache) -> Iterator[Path]:
    """Make an empty directory in the cache's ``tmp``, removed at the end if still there.

    A lock beside it is held meanwhile, which is how ``collect`` knows it to be in use.
    """
    cache.ensure()
    lock, handle = new_locked(cache.tmp, ".lock")
    folder = lock.with_suffix("")
    try:
        folder.mkdir(mode=0o700)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        with contextlib.suppress(OSError):
            lock.unlink()
        os.close(handle)


@contextlib.contextmanager
def scratch(cache: Cache) -> Iterator[Path]:
    """Make a directory for what is read and not kept: in the cache, or elsewhere if read-only."""
    try:
        cache.ensure()
    except MachineError:
        with tempfile.TemporaryDirectory() as elsewhere:
            yield Path(elsewhere)
        return
    with staging(cache) as folder:
        yield folder
