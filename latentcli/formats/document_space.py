"""The document space of a model as an artefact, mapped for questions without NumPy."""

from __future__ import annotations

from latentcli.errors import DamagedArtefact
from latentcli.formats.artefact import Artefact
from latentcli.models.document_space import DocumentSpace

KIND = "document-space"
# Changes where the same model would get other vectors.
REVISION = 1


def open_documents(artefact: Artefact) -> DocumentSpace:
    """Map the documents of a model."""
    space = DocumentSpace(
        document_ids=artefact.strings("documents"),
        labels=artefact.strings("labels") if artefact.has_strings("labels") else None,
        vectors=artefact.buffer("vectors"),
        totals=artefact.buffer("totals"),
        common=artefact.buffer("common"),
        topic_terms=artefact.buffer("topic_terms"),
        similarity=str(artefact.manifest["similarity"]),
    )
    if len(space.vectors) != len(space.document_ids):
        raise DamagedArtefact("a document space is damaged", "'latent cache gc' removes it")
    return space
