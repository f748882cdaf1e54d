"""The similarity of two words."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, NamedTuple

from latentcli import kernels
from latentcli.queries.words import Found

if TYPE_CHECKING:
    from latentcli.models.word_vectors import Asked


class Similarity(NamedTuple):
    """Two words and the cosine of the angle between their vectors."""

    a: str
    b: str
    similarity: float


def similarity(model: Asked, a: Found, b: Found) -> Similarity:
    """Return the cosine similarity of two words, from -1 to 1; 0 where a vector is all zero."""
    cosine = kernels.cosine(a.vector(model), array("d", b.vector(model)))
    return Similarity(a.word, b.word, cosine)
