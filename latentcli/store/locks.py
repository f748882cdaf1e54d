"""Advisory locks that the kernel frees when their holder dies, however it dies.

They only save work or mark what is in use; nothing published depends on them, so a file system
without working locks loses no data.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path


def try_lock(path: Path) -> int | None:
    """Open and lock a file without waiting; return its descriptor, or None if it is held."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return None
        except OSError:  # no locks on this file system: go on without
            return handle
        if _is_same_file(handle, path):
            return handle
        os.close(handle)  # a collector removed the file in between


def _is_same_file(handle: int, path: Path) -> bool:
    try:
        there = os.stat(path)
    except FileNotFoundError:
        return False
    mine = os.fstat(handle)
    return (mine.st_dev, mine.st_ino) == (there.st_dev, there.st_ino)


@contextlib.contextmanager
def waiting_lock(path: Path, on_wait: Callable[[], None]) -> Iterator[None]:
    """Hold a lock, waiting for another holder if need be (``on_wait`` is told once)."""
    handle = try_lock(path)
    if handle is None:
        on_wait()
        while handle is None:
            waiting = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(waiting, fcntl.LOCK_EX)
            finally:
                os.close(waiting)
            handle = try_lock(path)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            os.unlink(path)
        os.close(handle)
