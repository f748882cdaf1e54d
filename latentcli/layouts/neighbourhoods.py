"""Neighbourhoods that hang together, which LLE and Isomap are made of.

Points that do not differ are one; and where the nearest neighbours leave the points in groups that
nothing links, there is no one map of them, so more neighbours are taken, or the person is told.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from latentcli.errors import InputError, RequestError
from latentcli.layouts.settings import Floats
from latentcli.queries.nearest_points import Nearest, nearest_points
from latentcli.wording import counted

Rows = npt.NDArray[np.int64]

_STEPS = 4  # by how many neighbours more are tried, as a part of those before
_MOST = 160


class Distinct(NamedTuple):
    """Points without copies, and which of them each point is: int64 (n,)."""

    vectors: Floats
    places: Rows


def distinct(vectors: Floats) -> Distinct:
    """Return the points that differ, in the order in which they come first."""
    _, first, inverse = np.unique(vectors, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return Distinct(vectors[first[order]], rank[inverse.reshape(-1)])


def linked(vectors: Floats, wanted: int | None, default: int, least: int, threads: int) -> Nearest:
    """Return as many neighbours as link all points; ``wanted`` None: ``default``, or more.

    Raises RequestError where so many as are wanted do not, or are not there, InputError where none
    of the numbers that are tried do.
    """
    n = len(vectors)
    if n <= least + 1:
        raise InputError(
            f"{counted(n, 'point')} that differ: this map needs {least + 2} at least",
            "choose --method pca or tsne",
        )
    if wanted is not None and not least <= wanted < n:
        raise RequestError(
            f"--neighbors {wanted}: not so with {counted(n, 'point')} that differ",
            f"from {least} to {n - 1}",
        )
    most = min(n - 1, _MOST) if wanted is None else wanted
    near = nearest_points(vectors.astype(np.float64), most, None, threads)
    tried = [wanted] if wanted is not None else _numbers(min(max(default, least), most), most)
    for k in tried:
        groups = _groups(near, k)
        if groups == 1:
            return Nearest(near.rows[:, :k], near.distances[:, :k])
    raise (RequestError if wanted is not None else InputError)(
        f"the {tried[-1]} nearest neighbours of each point leave {counted(groups, 'group')} of "
        "points that nothing links: no one map has them all",
        "more --neighbors may link them; --method tsne does not need it",
    )


def _numbers(first: int, most: int) -> list[int]:
    numbers = [first]
    while numbers[-1] < most:
        numbers.append(min(most, numbers[-1] + max(1, numbers[-1] // _STEPS)))
    return numbers


def _groups(near: Nearest, k: int) -> int:
    n = len(near.rows)
    starts = np.arange(0, n * k + 1, k)
    links = csr_matrix((np.ones(n * k), near.rows[:, :k].ravel(), starts), shape=(n, n))
    groups, _ = connected_components(links, directed=False)
    return int(groups)
