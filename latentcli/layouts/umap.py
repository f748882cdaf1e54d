"""UMAP (McInnes, Healy and Melville 2018) by umap-learn, from exact neighbours.

With a seed it works on one thread, and the same seed gives the same map.
"""

from __future__ import annotations

import warnings

import numpy as np

from latentcli.errors import RequestError
from latentcli.layouts.settings import Floats, Laid, LayoutSettings
from latentcli.layouts.waiting import waited_for
from latentcli.observer import Observer
from latentcli.queries.nearest_points import nearest_points
from latentcli.wording import counted

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of TensorFlow, which a part that is not used here would want
    from umap import UMAP

NEIGHBOURS = 15


def lay_out(vectors: Floats, settings: LayoutSettings, threads: int, observer: Observer) -> Laid:
    """Place points so that the fuzzy graphs of their neighbours are alike."""
    n = len(vectors)
    k = min(NEIGHBOURS, n - 1) if settings.neighbors is None else settings.neighbors
    if not 2 <= k < n:
        raise RequestError(
            f"--neighbors {k}: not so with {counted(n, 'point')}", f"from 2 to {n - 1}"
        )
    near = nearest_points(
        vectors, k - 1, None, threads, lambda *done: observer.progress("neighbours, points", *done)
    )
    # A point is the first of its own neighbours here.
    rows = np.column_stack([np.arange(n), near.rows])
    distances = np.column_stack([np.zeros(n), near.distances]).astype(np.float32)

    def solve() -> Floats:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found: Floats = UMAP(
                n_neighbors=k,
                n_components=settings.dims,
                random_state=settings.seed,
                n_jobs=1,
                init="spectral" if n > 10 * settings.dims else "random",
                precomputed_knn=(rows, distances),
                force_approximation_algorithm=True,
            ).fit_transform(vectors)
        return found.astype(np.float32)

    positions = waited_for(solve, "UMAP", observer)
    return Laid(positions, {"neighbors": k})
