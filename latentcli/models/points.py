"""Words, documents or topics as points of a latent space, to be looked at together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from latentcli.models.document_space import COSINE, HELLINGER

WORDS, DOCUMENTS, TOPICS = KINDS = ("words", "documents", "topics")
EUCLIDEAN = "euclidean"
METRICS = (COSINE, HELLINGER, EUCLIDEAN)
_BLOCK = 4_096  # points whose lengths become 1 at once


@dataclass(frozen=True)
class Points:
    """``names``: n strings; ``vectors``: float32 (n, dim).

    ``rows`` int64 (n,) says which row of the model each point is. ``counts`` int64 (n,): how often
    a word occurs, or the tokens of a document or topic. ``labels``: the documents' own, "" for
    none. ``topics`` int64 (n,): the leading topic of each. Each is None where it is not known.

    Under ``metric`` "hellinger" vectors are square roots of distributions, whose Euclidean
    distance is the square root of 2 times Hellinger's.
    """

    kind: str
    names: Sequence[str]
    vectors: npt.NDArray[np.float32]
    metric: str
    rows: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64] | None = None
    labels: Sequence[str] | None = None
    topics: npt.NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.names)

    @property
    def noun(self) -> str:
        """What one of the points is: a word, a document or a topic."""
        return self.kind.removesuffix("s")

    def placed(self) -> npt.NDArray[np.float32]:
        """Return vectors whose Euclidean distance orders pairs as the metric does: (n, dim).

        Unit vectors for cosine, made once, else the vectors themselves.
        """
        if self.metric != COSINE:
            return self.vectors
        return self._units

    @cached_property
    def _units(self) -> npt.NDArray[np.float32]:
        units = np.empty(self.vectors.shape, np.float32)
        for start in range(0, len(units), _BLOCK):
            part = self.vectors[start : start + _BLOCK]
            norms = np.sqrt(np.einsum("ij,ij->i", part, part, dtype=np.float64))
            units[start : start + _BLOCK] = part / norms[:, None]
        return units

    def selected(self, chosen: npt.NDArray[np.int64]) -> Points:
        """Return the points at some places, int64 (m,), in that order."""
        return replace(
            self,
            names=[self.names[int(i)] for i in chosen],
            vectors=self.vectors[chosen],
            rows=self.rows[chosen],
            counts=None if self.counts is None else self.counts[chosen],
            labels=None if self.labels is None else [self.labels[int(i)] for i in chosen],
            topics=None if self.topics is None else self.topics[chosen],
        )
