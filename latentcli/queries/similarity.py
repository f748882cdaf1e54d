"""The similarity of two words."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from latentcli.models.embedding import Embedding
from latentcli.queries.words import Found


class Similarity(NamedTuple):
    """Two words and the cosine of the angle between their vectors."""

    a: str
    b: str
    similarity: float


def similarity(model: Embedding, a: Found, b: Found) -> Similarity:
    """Return the cosine similarity of two words, from -1 to 1; 0 where a vector is all zero."""
    first, second = model.vectors[[a.row, b.row]].astype(np.float64)
    scale = float(np.linalg.norm(first) * np.linalg.norm(second))
    cosine = float(first @ second) / scale if scale else 0.0
    return Similarity(a.word, b.word, min(1.0, max(-1.0, cosine)))
