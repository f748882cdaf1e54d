"""Points in groups: k-means (Lloyd 1982) and HDBSCAN (Campello, Moulavi and Sander 2013).

By scikit-learn, on one thread: several would add in another order each time, and the last bits of
a sum can move a point to another cluster. Clusters are numbered by falling size from 0, of equal
ones the one first whose first point comes first.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.cluster import HDBSCAN, KMeans, MiniBatchKMeans
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

Labels = npt.NDArray[np.int64]
Floats = npt.NDArray[np.floating[Any]]

NOISE = -1
_MOST_STARTS, _STARTS = 10, 3
# Numbers in points times clusters, what a pass of k-means takes: up to so many it has the most
# starts, the best of which is kept; beyond the other a pass is over a batch of the points.
_FEW = 50_000_000
_MANY = 500_000_000
_BATCH = 8_192


def kmeans(vectors: Floats, n: int, seed: int = 1) -> Labels:
    """Return the cluster of each point by k-means: int64 (n_points,), from 0 to ``n`` - 1.

    ``vectors`` is (n_points, dim); points are near by Euclidean distance. There are fewer clusters
    than ``n`` where fewer points differ. Of unit vectors the clusters are nearly those by cosine.
    """
    n = min(n, len(vectors))
    if n == 1:
        return np.zeros(len(vectors), np.int64)
    cost = vectors.size * n
    settings: dict[str, Any] = {"n_clusters": n, "random_state": seed}
    if cost > _MANY:
        found: Any = MiniBatchKMeans(batch_size=_BATCH, n_init=_STARTS, **settings)
    else:
        found = KMeans(n_init=_MOST_STARTS if cost <= _FEW else _STARTS, **settings)
    with threadpool_limits(1), _fewer_clusters_allowed():
        return by_size(found.fit_predict(np.ascontiguousarray(vectors)))


@contextmanager
def _fewer_clusters_allowed() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield


def hdbscan(vectors: Floats, min_size: int) -> Labels:
    """Return the cluster of each point by HDBSCAN: int64 (n_points,), ``NOISE`` for those of none.

    ``vectors`` is (n_points, dim); ``min_size``: the fewest points that are a cluster. The time is
    that of all pairs of points.
    """
    if len(vectors) < min_size:
        return np.full(len(vectors), NOISE)
    with threadpool_limits(1):
        found = HDBSCAN(min_cluster_size=min_size, copy=True).fit(vectors)
    return by_size(found.labels_)


def by_size(labels: npt.NDArray[np.integer[Any]]) -> Labels:
    """Number clusters by falling size; ``NOISE`` stays.

    >>> by_size(np.array([7, 3, -1, 3]))
    array([ 1,  0, -1,  0])
    """
    known = labels != NOISE
    _, first, place, sizes = np.unique(
        labels[known], return_index=True, return_inverse=True, return_counts=True
    )
    order = np.lexsort((first, -sizes))
    numbers = np.empty(len(order), np.int64)
    numbers[order] = np.arange(len(order))
    found = np.full(len(labels), NOISE)
    found[known] = numbers[place]
    return found


def most_central(vectors: Floats, labels: Labels, n: int) -> list[Labels]:
    """Return of each cluster the ``n`` points nearest to its mean, the nearest first."""
    central = []
    for number in range(labels.max(initial=NOISE) + 1):
        members = np.flatnonzero(labels == number)
        away = vectors[members] - vectors[members].mean(axis=0, dtype=np.float64)
        distances = np.einsum("ij,ij->i", away, away)
        central.append(members[np.argsort(distances, kind="stable")[:n]])
    return central
