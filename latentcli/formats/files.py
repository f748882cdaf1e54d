"""Writing files so that a reader sees the old one or the new one, never a part."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from latentcli.errors import MachineError, RequestError


def sync_directory(path: Path) -> None:
    """Make renames in a directory durable, where its file system can."""
    with contextlib.suppress(OSError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def replacing(target: Path) -> Iterator[BinaryIO]:
    """Open a new file that takes ``target``'s place when the block ends well.

    A symbolic link is followed: the file that it names is replaced. Raises RequestError where
    the target is a directory or its folder is missing, MachineError where it cannot be written.
    """
    real = checked_target(target)
    temporary = real.with_name(f".{real.name[:40]}.{os.urandom(6).hex()}.tmp")
    try:
        out = open(temporary, "xb")
    except PermissionError:
        raise MachineError(f"{target}: no permission to write there") from None
    except FileNotFoundError:
        raise RequestError(f"{target}: no file can be made there", "choose another") from None
    try:
        with out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        os.replace(temporary, real)
        sync_directory(real.parent)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def checked_target(target: Path) -> Path:
    """Return the file that a path means; raise RequestError where none can be there."""
    real = Path(os.path.realpath(target))
    if real.is_dir():
        raise RequestError(f"{target}: is a directory", "give the path of a file")
    if not real.parent.is_dir():
        raise RequestError(f"{target}: there is no folder '{target.parent}'", "make it first")
    return real


def write_through(target: Path, write: Callable[[BinaryIO], None]) -> None:
    """Write ``target`` with ``write``: a regular file is replaced whole, a device written to."""
    if target.exists() and not target.is_file() and not target.is_dir():
        with open(target, "wb") as out:
            write(out)
        return
    with replacing(target) as out:
        write(out)


def write_content(target: Path, content: bytes) -> None:
    """Write bytes as ``write_through`` does."""

    def write(stream: BinaryIO) -> None:
        stream.write(content)

    write_through(target, write)
