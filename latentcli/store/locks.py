"""Advisory locks that the kernel frees when their holder dies, however it dies.

They only save work or mark what is in use; nothing published depends on them, so a file system
without working locks loses no data.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
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


def new_locked(folder: Path, suffix: str) -> tuple[Path, int]:
    """Make a file with a name of its own and lock it; return its path and descriptor."""
    while True:
        path = folder / f"{os.urandom(8).hex()}{suffix}"
        handle = try_lock(path)
        if handle is not None:
            return path, handle
        # A collector came between its making and its locking, and removes it.


def _is_same_file(handle: int, path: Path) -> bool:
    try:
        there = os.stat(path)
    except FileNotFoundError:
        return False
    mine = os.fstat(handle)
    return (mine.st_dev, mine.st_ino) == (there.st_dev, there.st_ino)


@contextlib.contextmanager
def waiting_lock(path: Path, on_wait: Callable[[str], None]) -> Iterator[None]:
    """Hold a lock, waiting for another holder if need be (``on_wait`` is told once who it is)."""
    handle = try_lock(path)
    if handle is None:
        on_wait(_holder(path))
        while handle is None:
            waiting = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(waiting, fcntl.LOCK_EX)
            finally:
                os.close(waiting)
            handle = try_lock(path)
    try:
        _sign(handle)
        yield
    finally:
        with contextlib.suppress(OSError):
            os.unlink(path)
        os.close(handle)


def _sign(handle: int) -> None:
    text = f"process {os.getpid()} on {os.uname().nodename}, {time.strftime('%Y-%m-%d %H:%M:%S')}"
    with contextlib.suppress(OSError):
        os.truncate(handle, 0)
        os.pwrite(handle, text.encode(), 0)


def _holder(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")[:200] or "unknown"
    except OSError:
        return "unknown"
