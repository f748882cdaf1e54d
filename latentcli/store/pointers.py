"""Pointers: small files that hold a run's id and are replaced in one step."""

from __future__ import annotations

import os
import re
from pathlib import Path

from latentcli.errors import DamagedArtefact, MachineError, RequestError
from latentcli.formats.files import sync_directory
from latentcli.store.cache import Cache
from latentcli.store.locks import new_locked

_ID = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"\w[\w.+-]{0,99}")
_MAX_NAME_BYTES = 255  # what file systems hold


def read_pointer(path: Path) -> str | None:
    """Return the id that a pointer holds, or None where there is no such pointer.

    Raises DamagedArtefact where it holds anything but an id; it is never followed elsewhere.
    """
    try:
        if path.is_symlink():
            raise DamagedArtefact(f"pointer {path.parent.name}/{path.name} is a symbolic link")
        text = path.read_bytes().decode("ascii", "replace").strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except IsADirectoryError:
        text = ""
    if not _ID.fullmatch(text):
        raise DamagedArtefact(
            f"pointer {path.parent.name}/{path.name} is damaged: it holds no run id",
            f"delete {path}, or train again",
        )
    return text


def write_pointer(cache: Cache, path: Path, run_id: str) -> None:
    """Make a pointer hold ``run_id``, durably: a reader sees the old id or the new one.

    Raises MachineError, and leaves no pointer, where the run was removed in the meantime.
    """
    temporary, handle = new_locked(cache.tmp, ".pointer")
    try:
        with open(handle, "w", encoding="ascii") as out:
            out.write(run_id + "\n")
            out.flush()
            os.fsync(handle)
            os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)
    if not (cache.runs / run_id).is_dir():
        path.unlink(missing_ok=True)
        raise MachineError(f"run {run_id[:12]} was removed by another process", "make it again")


def is_name(name: str) -> bool:
    """Tell whether a run may be called so."""
    reserved = name == "latest" or _ID.fullmatch(name)
    return bool(_NAME.fullmatch(name)) and not reserved and len(name.encode()) <= _MAX_NAME_BYTES


def checked_name(name: str) -> str:
    """Return the name if a run may be called so; raise RequestError if not."""
    if not is_name(name):
        raise RequestError(
            f"'{name}' cannot be a name",
            "use letters, digits, '_', '-', '+' and '.', up to 100, but not 'latest'",
        )
    return name


def names(cache: Cache) -> dict[str, str]:
    """Return all names with the ids of the runs that they name."""
    return _pointers(cache.root / "names")


def name_of(cache: Cache, run_id: str) -> str:
    """Return the names of a run, joined by commas; empty where it has none."""
    return ",".join(name for name, held in names(cache).items() if held == run_id)


def _pointers(folder: Path) -> dict[str, str]:
    found = {}
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        try:
            run_id = read_pointer(path)
        except DamagedArtefact:
            continue  # ``verify`` reports it
        if run_id is not None:
            found[path.name] = run_id
    return found


def pointers_to(cache: Cache, run_id: str) -> list[Path]:
    """Return every pointer (request, name, latest) that holds ``run_id``."""
    return [
        cache.root / kind / name
        for kind in ("latest", "names", "requests")
        for name, held in _pointers(cache.root / kind).items()
        if held == run_id
    ]
