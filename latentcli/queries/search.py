"""The documents nearest to a vector, and the words by which a document is shown."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import NamedTuple

from latentcli.models.document_space import COSINE, DocumentSpace
from latentcli.models.word_vectors import WordVectors
from latentcli.queries.neighbours import nearest
from latentcli.queries.questions import row_of

# Of a mixture, topics of less weight say nothing of where to look in a document.
_LEAST_TOPIC = 0.05


class NearDocument(NamedTuple):
    """The row of a document, and how similar it is."""

    row: int
    similarity: float


def nearest_documents(
    space: DocumentSpace, vector: Sequence[float], n: int, but: Collection[int] = ()
) -> list[NearDocument]:
    """Return the ``n`` documents most similar to a vector of the space, ties in their order.

    The cosine; of mixtures 1 less the Hellinger distance, from 0 to 1. Documents of which nothing
    is known, and the rows ``but``, are left out.
    """
    points = WordVectors(space.document_ids, space.vectors, {})
    metric = "cosine" if space.similarity == COSINE else "euclidean"
    n_docs, asked = len(space.document_ids), n + len(but) + 1
    while True:
        near = nearest(points, [vector], min(asked, n_docs), metric)[0]
        kept = [
            NearDocument(row, value if metric == "cosine" else 1 - value / math.sqrt(2))
            for row, value in near
            if row not in but and any(row_of(space.vectors, row))
        ]
        if len(kept) >= n or asked >= n_docs:
            return kept[:n]
        asked *= 4


def mixture_terms(space: DocumentSpace, vector: Sequence[float]) -> dict[int, float]:
    """Return the first terms of the topics of a mixture, each with the heaviest topic's weight."""
    n_shown = (space.topic_terms.shape or (0, 0))[1]
    weights: dict[int, float] = {}
    for topic, root in enumerate(vector):
        if root * root >= _LEAST_TOPIC:
            for place in range(n_shown):
                term = space.topic_terms[topic, place]
                if term >= 0:
                    weights[term] = max(weights.get(term, 0.0), root * root)
    return weights
