"""Principal components (Pearson 1901): the directions along which the points differ most.

Of the sums of products of the shorter side, in float64. An axis points to where its largest weight
is positive, as scikit-learn has it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.layouts.settings import Floats, Laid, LayoutSettings
from latentcli.observer import Observer

Doubles = npt.NDArray[np.float64]

_RANK = 1e-12  # of the largest variance: below is rounding


class Components(NamedTuple):
    """``mean`` float64 (dim,); ``axes`` float64 (dim, dims): columns of unit length, or zeros."""

    mean: Doubles
    axes: Doubles
    explained: list[float]

    def project(self, vectors: Floats) -> Doubles:
        """Return the coordinates of points: float64 (n, dims)."""
        projected: Doubles = (vectors.astype(np.float64) - self.mean) @ self.axes
        return projected


def lay_out(vectors: Floats, settings: LayoutSettings, threads: int, observer: Observer) -> Laid:
    """Place points by their first principal components."""
    found = components(vectors, settings.dims)
    positions = found.project(vectors).astype(np.float32)
    return Laid(positions, {"explained": found.explained})


def place(vectors: Floats, new: Floats, settings: LayoutSettings) -> Floats:
    """Project new points on the components of the old ones."""
    return components(vectors, settings.dims).project(new).astype(np.float32)


def components(vectors: Floats, dims: int) -> Components:
    """Return the first components; columns of zeros beyond the rank.

    ``explained`` is the share of the variance that each has.
    """
    doubles = vectors.astype(np.float64)
    mean = doubles.mean(axis=0)
    doubles -= mean
    tall = len(doubles) >= doubles.shape[1]
    products = doubles.T @ doubles if tall else doubles @ doubles.T
    values, turned = np.linalg.eigh(products)
    values, turned = values[::-1][:dims], turned[:, ::-1][:, :dims]
    kept = values > max(float(np.trace(products)), 0.0) * _RANK
    values, turned = values[kept], turned[:, kept]
    found = turned if tall else doubles.T @ turned / np.sqrt(values)
    axes = np.zeros((doubles.shape[1], dims))
    axes[:, : found.shape[1]] = found * signs(found)
    explained = np.zeros(dims)
    explained[: len(values)] = values / np.trace(products)
    return Components(mean, axes, [round(float(share), 4) for share in explained])


def signs(axes: Doubles) -> Doubles:
    """Return 1 or -1 for each column, by which its largest number becomes positive."""
    largest = np.abs(axes).argmax(axis=0)
    return np.where(axes[largest, np.arange(axes.shape[1])] < 0, -1.0, 1.0)
