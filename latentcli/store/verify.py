"""Verification: every byte of every run, what was derived from it, and every pointer."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from latentcli.errors import LatentError
from latentcli.store.cache import Cache
from latentcli.store.derived import SCAN_INDEX, damaged_artefacts, damaged_indexes
from latentcli.store.pointers import read_pointer
from latentcli.store.runs import open_run, run_ids


class Problem(NamedTuple):
    """Something wrong in the cache: the run's id, or the pointer's path, and what it is."""

    id: str
    problem: str


def verify(cache: Cache) -> Iterator[Problem]:
    """Yield all problems; none means that the cache is sound."""
    for run_id in run_ids(cache):
        yield from (Problem(run_id, problem) for problem in _run_problems(cache, run_id))
    for kind in ("latest", "names", "requests"):
        folder = cache.root / kind
        for path in sorted(folder.iterdir()) if folder.is_dir() else []:
            problem = _pointer_problem(cache, path)
            if problem:
                yield Problem(f"{kind}/{path.name}", problem)
    damaged = chain(((run, SCAN_INDEX) for run in damaged_indexes(cache)), damaged_artefacts(cache))
    for run_id, what in damaged:
        yield Problem(f"derived/{run_id}/{what}", "its bytes changed; 'latent cache gc' removes it")


def _run_problems(cache: Cache, run_id: str) -> list[str]:
    try:
        return open_run(cache, run_id).problems()
    except LatentError as error:
        problem = error.message
    except OSError as error:
        problem = f"cannot be read: {error.strerror or error}"
    # Gone: another process has removed it since.
    return [problem] if os.path.lexists(cache.runs / run_id) else []


def _pointer_problem(cache: Cache, path: Path) -> str:
    try:
        held = read_pointer(path)
        if held is None or (cache.runs / held).is_dir() or read_pointer(path) != held:
            return ""  # sound, or another process has removed or replaced it since
    except LatentError as error:
        return error.message
    return f"points to {held[:12]}, which is not there"
