"""Directions of vectors in plain Python: their unit vectors, weighted sums, and means of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence


def unit(vector: Iterable[float]) -> list[float]:
    """Return a vector at unit length; one that is all zero stays so."""
    given = list(vector)
    length = math.hypot(*given) or 1.0
    return [x / length for x in given]


def combined(weighted: Iterable[tuple[float, Sequence[float]]]) -> list[float]:
    """Return the sum of vectors, each times its weight, added up in their order."""
    (weight, first), *others = weighted
    total = [weight * x for x in first]
    for weight, vector in others:
        total = [sum_ + weight * x for sum_, x in zip(total, vector, strict=True)]
    return total


def mean_direction(vectors: Sequence[Iterable[float]]) -> list[float]:
    """Return the mean of the unit vectors of vectors; it is shorter than they unless all agree."""
    return combined([(1 / len(vectors), unit(vector)) for vector in vectors])
