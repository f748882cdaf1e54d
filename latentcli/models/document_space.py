"""The documents of a model as vectors that are compared, and what folds a question in among them.

Under latent semantic indexing and embeddings documents are near by the cosine of their vectors. A
mixture of topics stands as the square roots of its shares, whose Euclidean distance is the square
root of 2 times the Hellinger distance of the mixtures (Hellinger 1909). No NumPy here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from latentcli.corpus.strings import Strings

COSINE, HELLINGER = "cosine", "hellinger"


class DocumentSpace(NamedTuple):
    """``vectors`` float32 (n_docs, dim); zeros where nothing is known of a document.

    ``totals`` float64: of each topic its weights' sum; of an embedding the sum of its term counts.
    ``common`` float32 (dim,): of an embedding the direction that all documents share and that is
    taken out of them; empty where none is.
    ``topic_terms`` int32 (n_topics, n): the first terms of each topic of a mixture model.
    ``labels`` is None where the documents have none.
    """

    document_ids: Strings
    labels: Strings | None
    vectors: memoryview[float]
    totals: memoryview[float]
    common: memoryview[float]
    topic_terms: memoryview[int]
    similarity: str

    @property
    def dim(self) -> int:
        """The number of dimensions."""
        return (self.vectors.shape or ())[1]
