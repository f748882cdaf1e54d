"""Open what a model's documents are compared by; made and kept where it is missing. No NumPy."""

from __future__ import annotations

from latentcli.formats.artefact import Artefact
from latentcli.formats.document_space import REVISION, open_documents
from latentcli.models.document_space import DocumentSpace
from latentcli.observer import Observer
from latentcli.store.cache import Cache
from latentcli.store.derived import keep_documents, kept_documents
from latentcli.wording import counted


def document_space(
    cache: Cache, run: Artefact, observer: Observer
) -> tuple[DocumentSpace, list[str]]:
    """Return the space, and the ids of the runs of the corpus and its text.

    Raises InputError where an embedding's corpus is not in the cache.
    """
    kept = kept_documents(cache, run, REVISION)
    if kept is None:
        from latentcli.workflows.document_space import document_space_parts

        parts = document_space_parts(cache, run)
        n_docs = counted(len(parts.strings["documents"]), "document")
        kept = keep_documents(cache, run, *parts)
        if kept is None:
            return parts.in_memory(), parts.description["corpora"]
        observer.note(f"made vectors of {n_docs}, kept for the next search")
    return open_documents(kept), kept.manifest["corpora"]
