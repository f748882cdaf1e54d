"""The nearest of many points to each of many: exact, by matrix products in blocks.

The products are of points about their mean, in the points' own precision, and only find who may be
near: some more than are wanted, of which the nearest by distances of the differences, in float64,
are kept. Each block is one thread's, its products made by one thread of BLAS, so that the result
does not depend on how many there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]
Doubles = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

_BLOCK_NUMBERS = 1 << 23
_MOST_ROWS = 512
_MORE = 8  # candidates than are wanted, since products round


class Nearest(NamedTuple):
    """``rows`` int64 (n, k): the nearest points, nearest first, ties in the points' order.

    ``distances`` float64 (n, k): Euclidean.
    """

    rows: Rows
    distances: Doubles


def nearest_points(
    points: Floats,
    k: int,
    queries: Floats | None = None,
    threads: int = 1,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Nearest:
    """Return the ``k`` points that are nearest to each of ``queries``, both (n, dim).

    In float32 for many dimensions; points that crowd together in few of them want float64.

    ``queries`` None: to each of the points themselves, which is none of its own neighbours; ``k``
    is less than the number of points then, and at most that number else.
    """
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    asked = points if queries is None else queries
    mean = points.mean(axis=0, dtype=np.float64)
    centred = _about(points, mean)
    squares = np.einsum("ij,ij->i", centred, centred)
    most = min(k + _MORE, len(points) - (queries is None))
    size = max(1, min(_MOST_ROWS, _BLOCK_NUMBERS // len(points)))
    starts = range(0, len(asked), size)

    def block(start: int) -> Nearest:
        part = asked[start : start + size]
        near = squares - 2 * (_about(part, mean) @ centred.T)
        if queries is None:
            near[np.arange(len(part)), np.arange(start, start + len(part))] = np.inf
        few = most < near.shape[1]
        rows = np.argpartition(near, most - 1, axis=1)[:, :most] if few else _all(near)
        return _nearest(points, part, np.sort(rows, axis=1), k)

    with threadpool_limits(1, "blas"), ThreadPoolExecutor(max(1, threads), "nearest") as pool:
        try:
            found = list(_told(pool.map(block, starts), size, len(asked), progress))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    if not found:
        return Nearest(np.zeros((0, k), np.int64), np.zeros((0, k)))
    return Nearest(*(np.concatenate(part) for part in zip(*found, strict=True)))


def _about(points: Floats, mean: Doubles) -> Floats:
    """Return points less a mean, the difference taken in float64."""
    centred = np.empty_like(points, order="C")
    return np.subtract(points, mean, out=centred, dtype=np.float64, casting="same_kind")


def _all(near: Floats) -> Rows:
    return np.broadcast_to(np.arange(near.shape[1]), near.shape)


def _nearest(points: Floats, part: Floats, rows: Rows, k: int) -> Nearest:
    """Return the nearest ``k`` of the candidates, whose rows ascend, by their distances."""
    differences = points[rows].astype(np.float64) - part[:, None].astype(np.float64)
    distances = np.sqrt(np.einsum("ijk,ijk->ij", differences, differences))
    order = np.argsort(distances, axis=1, kind="stable")[:, :k]
    chosen = np.take_along_axis(rows, order, axis=1).astype(np.int64)
    return Nearest(chosen, np.take_along_axis(distances, order, axis=1))


def _told(
    blocks: Iterator[Nearest], size: int, total: int, progress: Callable[[int, int], None]
) -> Iterator[Nearest]:
    for number, block in enumerate(blocks, 1):
        progress(min(number * size, total), total)
        yield block
