"""How far the neighbours on a map are neighbours in the space: trustworthiness.

Venna and Kaski (2001), by scikit-learn. 1: no point has a neighbour on the map that it does not
have in the space; of a map without any likeness about 0.5.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.manifold import trustworthiness as measured

Floats = npt.NDArray[np.float32]

NEIGHBOURS = 5
_SAMPLE = 2_000


class Trust(NamedTuple):
    """The figure, of how many neighbours a point, and of how many points."""

    value: float
    neighbours: int
    points: int


def trustworthiness(vectors: Floats, positions: Floats, seed: int = 1) -> Trust:
    """Return the trustworthiness of a map by Euclidean distances in both.

    ``vectors`` float32 (n, dim), ``positions`` float32 (n, dims). Of more than 2,000 points it is
    that of so many, drawn by the seed, among themselves.
    """
    if len(vectors) > _SAMPLE:
        rows = np.random.default_rng(seed).choice(len(vectors), _SAMPLE, replace=False)
        rows.sort()
        vectors, positions = vectors[rows], positions[rows]
    k = min(NEIGHBOURS, (len(vectors) - 1) // 2)
    return Trust(float(measured(vectors, positions, n_neighbors=k)), k, len(vectors))
