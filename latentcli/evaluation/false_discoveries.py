"""Many tests at once: the false discovery rate (Benjamini and Hochberg 1995)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]


def adjusted(p: Doubles) -> Doubles:
    """Return the least false discovery rate at which each test would pass: float64 (n,).

    The i-th smallest of n p-values, times n / i, or what a larger one has, if that is less.

    >>> adjusted(np.array([0.01, 0.5, 0.02])).round(3).tolist()
    [0.03, 0.5, 0.03]
    """
    n = len(p)
    falling = np.argsort(-p, kind="stable")
    scaled = p[falling] * n / np.arange(n, 0, -1)
    out = np.empty(n)
    out[falling] = np.minimum.accumulate(np.minimum(scaled, 1))
    return out
