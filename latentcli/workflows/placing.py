"""New documents as points among those of a model: folded in as its own documents are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from latentcli.errors import NothingFound
from latentcli.formats.artefact import Artefact
from latentcli.formats.models import EMBEDDING
from latentcli.models.document_space import HELLINGER
from latentcli.models.points import Points
from latentcli.observer import Observer
from latentcli.store.cache import Cache
from latentcli.workflows.infer import document_rows
from latentcli.workflows.kept_documents import document_space
from latentcli.workflows.reading import CorpusRequest


def new_documents(
    cache: Cache, request: CorpusRequest, run: Artefact, points: Points, observer: Observer
) -> Points:
    """Return the documents that a request names, in the space of ``points``, a model's own.

    Those of which the model knows no word are left out and noted; raises NothingFound where no
    other is there.
    """
    rows = [(i, row) for i, row in document_rows(cache, request, run, observer) if row is not None]
    vectors = np.array([row for _, row in rows])
    space, _ = document_space(cache, run, observer)
    topics = None
    if space.similarity == HELLINGER:
        topics = vectors.argmax(axis=1)
        vectors = np.sqrt(vectors)
    elif run.kind == EMBEDDING and len(space.common):
        common = np.asarray(space.common, np.float64)
        vectors -= (vectors @ common)[:, None] * common
    known = np.flatnonzero(vectors.any(axis=1))
    if not len(known):
        raise NothingFound("the model knows nothing of these documents")
    found = replace(
        points,
        names=[name for name, _ in rows],
        vectors=vectors.astype(np.float32),
        rows=np.full(len(rows), -1),
        counts=None,
        labels=None,
        topics=topics,
    )
    return found.selected(known)
