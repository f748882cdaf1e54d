"""Locally linear embedding (Roweis and Saul 2000) by scikit-learn.

Also its modification by several weights a point (Zhang and Wang 2007), and local tangent space
alignment (Zhang and Zha 2004).
"""

from __future__ import annotations

import warnings
from functools import partial

import numpy as np
from sklearn.manifold import locally_linear_embedding

from latentcli.errors import InputError
from latentcli.layouts.neighbourhoods import distinct, linked
from latentcli.layouts.settings import Floats, Laid, LayoutSettings
from latentcli.layouts.waiting import waited_for
from latentcli.observer import Observer
from latentcli.queries.principal_components import Doubles, signs

NEIGHBOURS = 12
# Of more points the solver that always ends, the faster one where zeros are few, is too slow.
_MOST_DENSE = 2_000
_PASSES = 500


def lay_out(vectors: Floats, settings: LayoutSettings, threads: int, observer: Observer) -> Laid:
    """Place points so that each is the same mean of its neighbours as it is in the space."""
    method = settings.lle_method or "standard"
    points = distinct(vectors)
    near = linked(points.vectors, settings.neighbors, NEIGHBOURS, settings.dims + 1, threads)
    k = near.rows.shape[1]
    dims = min(settings.dims, vectors.shape[1])
    solve = partial(_solved, points.vectors.astype(np.float64), k, dims, method, settings.seed)
    found = waited_for(solve, "LLE", observer)
    positions = np.zeros((len(vectors), settings.dims), np.float32)
    positions[:, :dims] = (found * np.sqrt(len(found)))[points.places]  # of variance 1
    return Laid(positions, {"lle_method": method, "neighbors": k})


def _solved(points: Doubles, k: int, dims: int, method: str, seed: int) -> Doubles:
    """Return the coordinates: float64 (n, dims), the largest of each axis positive."""
    solvers = ["arpack", "dense"] if method == "standard" else ["dense", "arpack"]
    if len(points) > _MOST_DENSE:
        solvers = ["arpack"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for solver in solvers:
            try:
                found: Doubles = locally_linear_embedding(
                    points, n_neighbors=k, n_components=dims, method=method, eigen_solver=solver,
                    max_iter=_PASSES, random_state=seed,
                )[0]  # fmt: skip
            except (ValueError, np.linalg.LinAlgError):
                continue
            if np.isfinite(found).all():
                return found * signs(found)
    raise InputError(
        f"LLE ({method}) found no map: its equations have no clear solution for these points",
        "try other --neighbors, another --lle-method, or --method tsne",
    )
