"""Files of other programs given as models: read once, then remembered by what the system says.

A file is known by its real path, device, inode, size and time of change: as long as these are the
same it is not opened again. What is remembered is a pointer among those of requests.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from latentcli.errors import InputError
from latentcli.formats.artefact import Artefact
from latentcli.formats.word_vectors import EMBEDDING, IMPORTED
from latentcli.store.cache import Cache
from latentcli.store.runs import answer, is_known

# Of the readers: another number means that files are read anew.
REVISION = 1


def is_foreign(cache: Cache, ref: str) -> bool:
    """Tell whether ``ref`` means a file: neither ``latest`` nor what the cache has, but a path."""
    return ref != "latest" and not is_known(cache, ref) and os.path.isfile(ref)


def identity(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return what a file is remembered by; raise InputError where there is no such file."""
    try:
        found = os.stat(path)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise InputError(f"{os.fspath(path)}: {(reason or '').lower()}", "check the path") from None
    return {
        "path": os.fsencode(os.path.realpath(path)).decode("utf-8", "surrogateescape"),
        "device": found.st_dev,
        "inode": found.st_ino,
        "bytes": found.st_size,
        "changed": found.st_mtime_ns,
    }


def request_of(file: Mapping[str, Any], options: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the request for a file, as it was last read (no options) or is to be read."""
    asked = {} if options is None else {"options": dict(options)}
    return {
        "kind": EMBEDDING,
        "algorithm": IMPORTED,
        "reader": REVISION,
        "file": dict(file),
    } | asked


def remembered(cache: Cache, path: str) -> Artefact | None:
    """Return the run that a file was read as, if it is the same file and the run is sound."""
    return answer(cache, request_of(identity(path)))
