"""Open what a model's documents are compared by; made and kept where it is missing. No NumPy."""

from __future__ import annotations

from collections.abc import Sequence

from latentcli.corpus.strings import Strings
from latentcli.errors import NothingFound
from latentcli.formats.artefact import Artefact
from latentcli.formats.document_space import REVISION, open_documents
from latentcli.models.document_space import DocumentSpace
from latentcli.observer import Observer
from latentcli.queries.words import shortened
from latentcli.store.cache import Cache
from latentcli.store.derived import keep_documents, kept_documents
from latentcli.wording import counted

_NAMED_UNKNOWN = 5


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


def unknown_documents(known: Strings, ids: Sequence[str]) -> NothingFound:
    """Return the error for documents that there are not, which names the nearest ids."""
    from latentcli.corpus.tokenizers import TokenizerSettings
    from latentcli.queries.spelling import nearest_spellings

    shown = ", ".join(f"'{shortened(document)}'" for document in ids[:_NAMED_UNKNOWN])
    whole = TokenizerSettings("whitespace", keep_case=True)
    near = nearest_spellings(known, whole, ids[0])
    hint = f"did you mean {', '.join(near)}?" if near else f"such as {known[0]}"
    what = "document" if len(ids) == 1 else "documents"
    return NothingFound(
        f"unknown {what} {shown} (the model has {counted(len(known), 'document')})", hint
    )


def nothing_known_of(document: str) -> NothingFound:
    """Return the error for a document without any word of the model."""
    return NothingFound(
        f"document '{shortened(document)}' has no words of the model: nothing is like it"
    )
