"""How the variance of points is spread over the dimensions of their space: principal components."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.queries.principal_components import scatter

Doubles = npt.NDArray[np.float64]

_ROUNDING = 1e-12


class Spectrum(NamedTuple):
    """``singular_values`` float64 (min(n_points, dim),) of the points around their mean, falling.

    Their squares over the number of points are the variances along the principal components.
    """

    singular_values: Doubles

    @property
    def shares(self) -> Doubles:
        """The share of the variance along each component."""
        squares = self.singular_values**2
        shares: Doubles = squares / squares.sum()
        return shares

    @property
    def left(self) -> Doubles:
        """The share of the variance that the first 1, 2, ... components leave unexplained.

        It is the mean squared error of points that these components rebuild, over the variance.
        """
        left: Doubles = np.maximum(1 - np.cumsum(self.shares), 0)
        return left

    @property
    def participation_ratio(self) -> float:
        """(sum of variances)^2 / sum of their squares: n where n are equal and the others 0."""
        return float(1 / (self.shares**2).sum())

    def components_for(self, share: float) -> int:
        """Return how many components hold a share of the variance, below 1."""
        return int(np.argmax(self.left <= 1 - share + _ROUNDING)) + 1


def spectrum(vectors: npt.NDArray[np.floating[Any]]) -> Spectrum:
    """Return the spectrum of points (n_points, dim), which are not all the same."""
    variances = np.linalg.eigvalsh(scatter(vectors).products)[::-1]
    variances[variances < len(variances) * np.finfo(float).eps * variances[0]] = 0
    return Spectrum(np.sqrt(variances))
