"""New points on an existing map: where the map has their nearest points.

A point lies at the mean of the positions of its five nearest, weighted by the inverse squares of
its distances to them (Shepard 1968): exactly on one that it does not differ from. The map stays as
it is, whatever method made it.
"""

from __future__ import annotations

import numpy as np

from latentcli.layouts import NEAREST
from latentcli.layouts.settings import Floats
from latentcli.queries.nearest_points import nearest_points

_SAME = 1e-6  # of the distance to the farthest: rounding


def among_neighbours(vectors: Floats, positions: Floats, new: Floats, threads: int = 1) -> Floats:
    """Return the places of ``new``, float32 (m, dim), on a map: float32 (m, dims)."""
    near = nearest_points(vectors, min(NEAREST, len(vectors)), new, threads)
    least = np.maximum(near.distances[:, -1:] * _SAME, 1e-300)
    weights = np.square(least / np.maximum(near.distances, least))
    weights /= weights.sum(axis=1, keepdims=True)
    places: Floats = np.einsum("ij,ijk->ik", weights, positions[near.rows]).astype(np.float32)
    return places
