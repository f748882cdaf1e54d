"""How many dimensions points fill in their neighbourhoods: Two-NN.

Facco, d'Errico, Rodriguez and Laio (2017): of the two points nearest to one, the second is mu times
as far as the first. Where density hardly changes over that distance F(mu) = 1 - mu^-d, whatever
the density is; so d is the slope of -log(1 - F) on log mu.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.queries.nearest_points import nearest_points

Doubles = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

_KEPT = 0.9  # of the ratios: the largest tenth is of points that stand alone
_NORMAL_95 = 1.959964


class TwoNearest(NamedTuple):
    """The dimension of ``n_points``, and where it is with 95 % certainty: ``low`` to ``high``.

    It is infinite where each point has its two nearest at one distance, as on a grid. ``misfit``:
    the largest difference of the ratios' distribution from the law, from 0 to 1 (the statistic of
    Kolmogorov and Smirnov).
    """

    dimension: float
    low: float
    high: float
    n_points: int
    misfit: float


def distinct(vectors: npt.NDArray[np.floating[Any]]) -> Doubles:
    """Return the points that differ, float64, and around their mean: Two-NN wants no duplicates."""
    points = np.unique(vectors.astype(np.float64), axis=0)
    points -= points.mean(axis=0)
    return points


def two_nearest(points: Doubles) -> TwoNearest:
    """Return the Two-NN dimension of points (n_points, dim) of which no two are the same.

    There must be three at least. Points that are each other's nearest count as one observation in
    the interval, for their ratios share a distance.
    """
    rows, distances = nearest_points(points, 2)
    ratios = np.log(distances[:, 1] / distances[:, 0])
    ordered = np.sort(ratios)
    kept = ordered[: max(1, int(_KEPT * len(ordered)))]
    if not kept[-1] > 0:
        return TwoNearest(np.inf, np.inf, np.inf, len(points), 1.0)
    survival = -np.log1p(-np.arange(1, len(kept) + 1) / len(ordered))
    dimension = float(kept @ survival / (kept @ kept))
    spread = _NORMAL_95 * _standard_error(ratios, kept, rows[:, 0])
    low, high = max(0.0, dimension - spread), dimension + spread
    return TwoNearest(dimension, low, high, len(points), _misfit(ordered, dimension))


def in_parts(points: Doubles, n_parts: int, seed: int) -> float:
    """Return the mean Two-NN dimension of so many random parts of the points.

    Neighbours in a part are further apart: it is the dimension on a larger scale.
    """
    order = np.random.default_rng(seed).permutation(len(points))
    parts = [two_nearest(points[np.sort(rows)]) for rows in np.array_split(order, n_parts)]
    return float(np.mean([part.dimension for part in parts]))


def _standard_error(ratios: Doubles, kept: Doubles, nearest: Rows) -> float:
    """Return the standard error of the likeliest dimension, the largest tenth being censored.

    By the scores of observations, summed over those that belong together (Huber 1967).
    """
    n, most = len(ratios), kept[-1]
    censored = np.minimum(ratios, most)
    likeliest = len(kept) / censored.sum()
    scores = (ratios <= most) - likeliest * censored
    rows = np.arange(n)
    together = np.where(nearest[nearest] == rows, np.minimum(rows, nearest), rows)
    sums = np.bincount(together, scores, n)
    return float(likeliest * np.sqrt(sums @ sums) / len(kept))


def _misfit(ordered: Doubles, dimension: float) -> float:
    n = len(ordered)
    law = -np.expm1(-dimension * ordered)
    below, above = np.arange(n) / n, np.arange(1, n + 1) / n
    return float(max(np.abs(law - below).max(), np.abs(law - above).max()))
