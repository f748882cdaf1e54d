"""Writing a folder of files so that a reader sees all of the old ones, or all of the new."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path

from latentcli.errors import MachineError, RequestError
from latentcli.formats.files import naming_what_is_full, sync_directory


@contextlib.contextmanager
def replacing_directory(target: Path, names: Collection[str]) -> Iterator[Path]:
    """Make a new folder that takes ``target``'s place when the block ends well.

    A folder that is there is replaced where it holds no files but of these ``names``. Raises
    RequestError where something else is there, MachineError where it cannot be written.
    """
    real = _checked(target, names)
    mark = f"{real.name[:40]}.{os.urandom(6).hex()}.tmp"
    made, aside = real.with_name(f".{mark}"), real.with_name(f".old.{mark}")
    try:
        made.mkdir()
    except PermissionError:
        raise MachineError(f"{target}: no permission to write there") from None
    try:
        with naming_what_is_full(target):
            yield made
            for path in made.iterdir():
                with open(path, "rb") as file:
                    os.fsync(file.fileno())
            sync_directory(made)
            _put_in_place(made, real, aside)
    finally:
        shutil.rmtree(made, ignore_errors=True)
        shutil.rmtree(aside, ignore_errors=True)


def _checked(target: Path, names: Collection[str]) -> Path:
    real = Path(os.path.realpath(target))
    if not real.parent.is_dir():
        raise RequestError(f"{target}: there is no folder '{target.parent}'", "make it first")
    if not real.exists():
        return real
    if not real.is_dir():
        raise RequestError(f"{target}: is a file", "give the path of a folder")
    if others := sorted({path.name for path in real.iterdir()} - set(names)):
        raise RequestError(
            f"{target}: holds other files, such as '{others[0]}', which would be lost",
            "choose another -o",
        )
    return real


def _put_in_place(made: Path, real: Path, aside: Path) -> None:
    """Rename ``made``; the folder that is there goes ``aside``, and comes back if that fails."""
    if not real.exists():
        os.replace(made, real)
    else:
        os.replace(real, aside)
        try:
            os.replace(made, real)
        except BaseException:
            os.replace(aside, real)
            raise
    sync_directory(real.parent)
