"""The Pareto set: what no other beats in one respect without losing in another."""

from __future__ import annotations

from collections.abc import Sequence


def pareto_set(rows: Sequence[Sequence[float | None]], better: Sequence[int]) -> list[bool]:
    """Tell of each row of figures whether no other row dominates it.

    One row dominates another where it is as good in every figure and better in one. ``better`` is 1
    for a figure of which more is better, -1 for one of which less is. A missing figure is worse
    than any, and no figure at all is in no Pareto set.

    >>> pareto_set([(0.3, 900.0), (0.2, 800.0), (0.2, 950.0)], (1, -1))
    [True, True, False]
    """
    scores = [
        [float("-inf") if v is None else sign * v for v, sign in zip(row, better, strict=True)]
        for row in rows
    ]
    return [
        any(value is not None for value in row)
        and not any(_dominates(other, own) for other in scores)
        for row, own in zip(rows, scores, strict=True)
    ]


def _dominates(a: Sequence[float], b: Sequence[float]) -> bool:
    pairs = list(zip(a, b, strict=True))
    return all(x >= y for x, y in pairs) and any(x > y for x, y in pairs)
