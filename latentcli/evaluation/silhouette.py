"""How well points lie in their clusters: the silhouette (Rousseeuw 1987), by scikit-learn."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn import config_context
from sklearn.metrics import silhouette_samples
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

_SAMPLE = 5_000  # points: all pairs are compared
_MEGABYTES = 64


class Silhouette(NamedTuple):
    """The mean over ``n_points``, from -1 to 1; and that of each cluster, None where none is known.

    A point has (b - a) / max(a, b): a is its mean distance to its own cluster, b to the next one.
    """

    mean: float
    of_clusters: list[float | None]
    n_points: int


def silhouette(
    vectors: npt.NDArray[np.floating[Any]], labels: npt.NDArray[np.int64], seed: int = 1
) -> Silhouette | None:
    """Judge clusters by Euclidean distance; None where there is no second one.

    ``labels`` int64 (n_points,) are from 0 up; points below 0 are in no cluster, and left out. Of
    more than 5,000 points so many are drawn, which need not have some of every cluster.
    """
    rows = np.flatnonzero(labels >= 0)
    if len(rows) > _SAMPLE:
        rows = np.sort(np.random.default_rng(seed).permutation(rows)[:_SAMPLE])
    drawn = labels[rows]
    if not 1 < len(np.unique(drawn)) < len(drawn):
        return None
    with threadpool_limits(1), config_context(working_memory=_MEGABYTES):
        values = silhouette_samples(vectors[rows], drawn)
    of_clusters = [
        float(values[drawn == number].mean()) if (drawn == number).any() else None
        for number in range(int(labels.max()) + 1)
    ]
    return Silhouette(float(values.mean()), of_clusters, len(rows))
