"""Which stored run a command works on."""

from __future__ import annotations

import os

from latentcli.errors import RequestError
from latentcli.formats.artefact import Artefact
from latentcli.observer import Observer
from latentcli.store.cache import Cache
from latentcli.store.runs import find, wrong_kind
from latentcli.workflows.foreign import is_foreign, remembered


def chosen_run(cache: Cache, ref: str | None, kind: str | None, observer: Observer) -> Artefact:
    """Open the run that ``ref``, or LATENT_MODEL, or the latest of the kind, means.

    The observer is told where no ``ref`` was given. An empty one is an error: it is what is left of
    ``-m "$(latent embed ...)"`` where training failed, and the latest would be another model.
    """
    if ref is not None:
        if not ref.strip():
            raise RequestError("the model's name is empty", "did the command that gives it fail?")
        return _opened(cache, ref, kind, observer)
    variable = os.environ.get("LATENT_MODEL", "").strip()
    run = _opened(cache, variable or "latest", kind, observer)
    corpus = run.manifest["invocation"].get("corpus_name", "")
    trained = f" of {corpus}" if corpus else ""
    whence = "LATENT_MODEL" if variable else "the latest"
    observer.note(f"model: {run.id[:12]}, {run.manifest['algorithm']}{trained} ({whence})")
    return run


def _opened(cache: Cache, ref: str, kind: str | None, observer: Observer) -> Artefact:
    """Open a run of the cache, a run's directory, or a file of another program's vectors.

    Such a file is imported where it has not been, or has changed since.
    """
    if not is_foreign(cache, ref):
        return find(cache, ref, kind)
    run = remembered(cache, ref)
    if run is None:
        from latentcli.workflows.importing import ImportRequest, imported

        run = imported(cache, ImportRequest(ref), observer)
    if kind is not None and run.kind != kind:
        raise wrong_kind(ref, run, kind)
    return run
