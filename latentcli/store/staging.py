"""Scratch directories in the cache, reclaimed by ``gc`` once their owner is gone."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from latentcli.store.cache import Cache
from latentcli.store.locks import try_lock


@contextlib.contextmanager
def staging(cache: Cache) -> Iterator[Path]:
    """Make an empty directory in the cache's ``tmp``, removed at the end if still there.

    A lock beside it is held meanwhile, which is how ``collect`` knows it to be in use.
    """
    cache.ensure()
    name = os.urandom(8).hex()
    lock = cache.tmp / f"{name}.lock"
    handle = try_lock(lock)
    folder = cache.tmp / name
    try:
        folder.mkdir(mode=0o700)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        with contextlib.suppress(OSError):
            lock.unlink()
        if handle is not None:
            os.close(handle)
