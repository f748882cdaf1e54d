"""Writing a folder of files whole: until all of the new ones are there, the old ones stay."""

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

    A folder that is there is replaced where it holds no files but of these ``names``, by two
    renames: for a moment between them there is none. What fails or is interrupted there puts the
    old one back; a power cut there leaves it beside, as ``.old.*.tmp``. Raises RequestError where
    something else is there, MachineError where it cannot be written.
    """
    real = _checked(target, names)
    mark = f"{real.name[:40]}.{os.urandom(6).hex()}.tmp"
    made, aside = real.with_name(f".{mark}"), real.with_name(f".old.{mark}")
    _make(made, target)
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


def _make(folder: Path, target: Path) -> None:
    try:
        with naming_what_is_full(target):
            folder.mkdir()
    except PermissionError:
        raise MachineError(f"{target}: no permission to write there") from None
    except FileNotFoundError:
        raise RequestError(f"{target}: no folder can be made there", "choose another") from None


def _put_in_place(made: Path, real: Path, aside: Path) -> None:
    """Rename ``made``; the folder that is there goes ``aside``, and is removed after that."""
    try:
        if real.exists():
            os.replace(real, aside)
        os.replace(made, real)
        sync_directory(real.parent)
    finally:
        if aside.exists():
            if real.exists():
                shutil.rmtree(aside, ignore_errors=True)
            else:
                os.replace(aside, real)
