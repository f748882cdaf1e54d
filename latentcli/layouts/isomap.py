"""Isomap (Tenenbaum, de Silva and Langford 2000): distances along neighbourhoods, on a plane.

SciPy finds the shortest ways, some points at a time, and scikit-learn the axes of their distances,
as its own Isomap does in one go, which no Ctrl-C could end.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra
from sklearn.decomposition import KernelPCA

from latentcli.layouts.neighbourhoods import distinct, linked
from latentcli.layouts.settings import Floats, Laid, LayoutSettings
from latentcli.layouts.waiting import waited_for
from latentcli.observer import Observer
from latentcli.queries.nearest_points import Nearest
from latentcli.queries.principal_components import Doubles, signs

NEIGHBOURS = 12
_BLOCK = 100


def lay_out(vectors: Floats, settings: LayoutSettings, threads: int, observer: Observer) -> Laid:
    """Place points so that distances are the ways from neighbour to neighbour."""
    points = distinct(vectors)
    near = linked(points.vectors, settings.neighbors, NEIGHBOURS, 1, threads)
    ways = _ways(near, observer)
    np.square(ways, out=ways)
    ways *= -0.5
    axes = KernelPCA(settings.dims, kernel="precomputed", random_state=settings.seed)
    found: Doubles = waited_for(partial(axes.fit_transform, ways), "Isomap", observer)
    positions = np.zeros((len(vectors), settings.dims), np.float32)
    positions[:, : found.shape[1]] = (found * signs(found))[points.places]
    return Laid(positions, {"neighbors": near.rows.shape[1]})


def _ways(near: Nearest, observer: Observer) -> Doubles:
    """Return the length of the shortest way between any two points: float64 (n, n)."""
    n, k = near.rows.shape
    starts = np.arange(0, n * k + 1, k)
    graph = csr_matrix((near.distances.ravel(), near.rows.ravel(), starts), shape=(n, n))
    ways = np.empty((n, n))
    for start in range(0, n, _BLOCK):
        rows = np.arange(start, min(start + _BLOCK, n))
        ways[rows] = dijkstra(graph, directed=False, indices=rows)
        observer.progress("ways, points", int(rows[-1]) + 1, n)
    return ways
