"""Principal components (Pearson 1901): the directions along which the points differ most.

Of the sums of products of the shorter side, in float64 and, where there are many points, in blocks
of them. An axis points to where its largest weight is positive, as scikit-learn has it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]
Vectors = npt.NDArray[np.floating[Any]]

_BLOCK_ROWS = 1 << 14
_RANK = 1e-12  # of the whole variance: below is rounding


class Scatter(NamedTuple):
    """The points' ``mean``, float64 (dim,), and the products of what is left of them.

    ``products``: float64 (dim, dim), summed over the points; where there are fewer points than
    dimensions (n, n), of the points with one another, which has the same eigenvalues but for zeros.
    """

    mean: Doubles
    products: Doubles


class Components(NamedTuple):
    """``mean`` float64 (dim,); ``axes`` float64 (dim, dims): columns of unit length, or zeros.

    ``explained`` float64 (dims,): the share of the variance that each has.
    """

    mean: Doubles
    axes: Doubles
    explained: Doubles

    def project(self, vectors: Vectors) -> Doubles:
        """Return the coordinates of points: float64 (n, dims)."""
        places = np.empty((len(vectors), self.axes.shape[1]))
        for start in range(0, len(vectors), _BLOCK_ROWS):
            rows = vectors[start : start + _BLOCK_ROWS]
            places[start : start + _BLOCK_ROWS] = (rows - self.mean) @ self.axes
        return places


def scatter(vectors: Vectors) -> Scatter:
    """Return the mean of points (n, dim), and the products of what is left of them."""
    mean = vectors.mean(axis=0, dtype=np.float64)
    n, dim = vectors.shape
    if n < dim:
        centred = vectors - mean
        return Scatter(mean, centred @ centred.T)
    products = np.zeros((dim, dim))
    for start in range(0, n, _BLOCK_ROWS):
        centred = vectors[start : start + _BLOCK_ROWS] - mean
        products += centred.T @ centred
    return Scatter(mean, products)


def components(vectors: Vectors, dims: int) -> Components:
    """Return the first components of points (n, dim), not all the same; zeros beyond the rank."""
    mean, products = scatter(vectors)
    values, turned = np.linalg.eigh(products)
    values, turned = values[::-1][:dims], turned[:, ::-1][:, :dims]
    kept = values > max(float(np.trace(products)), 0.0) * _RANK
    values, turned = values[kept], turned[:, kept]
    n, dim = vectors.shape
    found = (vectors - mean).T @ turned / np.sqrt(values) if n < dim else turned
    axes, explained = np.zeros((dim, dims)), np.zeros(dims)
    axes[:, : len(values)] = found * signs(found)
    explained[: len(values)] = values / np.trace(products)
    return Components(mean, axes, explained)


def signs(axes: Doubles) -> Doubles:
    """Return 1 or -1 for each column, by which its largest number becomes positive."""
    largest = np.abs(axes).argmax(axis=0)
    return np.where(axes[largest, np.arange(axes.shape[1])] < 0, -1.0, 1.0)
