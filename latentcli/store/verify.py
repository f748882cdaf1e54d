"""Verification: every byte of every run against its manifest, and every pointer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from latentcli.errors import LatentError
from latentcli.formats.artefact import Artefact
from latentcli.store.cache import Cache
from latentcli.store.pointers import read_pointer
from latentcli.store.runs import run_ids


class Problem(NamedTuple):
    """Something wrong in the cache: the run's id, or the pointer's path, and what it is."""

    id: str
    problem: str


def verify(cache: Cache) -> Iterator[Problem]:
    """Yield all problems; none means that the cache is sound."""
    ids = run_ids(cache)
    for run_id in ids:
        try:
            run = Artefact(cache.runs / run_id)
            if run.id != run_id:
                yield Problem(run_id, f"its manifest says that it is {run.id}")
            for problem in run.problems():
                yield Problem(run_id, problem)
        except LatentError as error:
            yield Problem(run_id, error.message)
        except OSError as error:
            yield Problem(run_id, f"cannot be read: {error.strerror or error}")
    known = set(ids)
    for kind in ("latest", "names", "requests"):
        folder = cache.root / kind
        for path in sorted(folder.iterdir()) if folder.is_dir() else []:
            try:
                held = read_pointer(path)
            except LatentError as error:
                yield Problem(f"{kind}/{path.name}", error.message)
                continue
            if held is not None and held not in known:
                yield Problem(f"{kind}/{path.name}", f"points to {held[:12]}, which is not there")
