"""t-SNE (van der Maaten and Hinton 2008) by openTSNE (Poličar, Stražar and Zupan 2024).

From the first principal components on, with the rate of Belkina et al. (2019): the map's large
shape is theirs (Kobak and Berens 2019). Neighbours are exact. Gradients are those of Barnes and
Hut, or interpolated (Linderman et al. 2019) of 10,000 points or more.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

# Said before OpenMP is loaded. Threads that wait in a loop take the core from the one that they
# wait for, where other programs want one, too: four times as long on two busy cores.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

from openTSNE import TSNEEmbedding
from openTSNE.affinity import PerplexityBasedNN
from openTSNE.nearest_neighbors import PrecomputedNeighbors

from latentcli.errors import RequestError
from latentcli.layouts.settings import Floats, Laid, LayoutSettings
from latentcli.observer import Observer
from latentcli.queries.nearest_points import nearest_points
from latentcli.queries.principal_components import components
from latentcli.wording import counted

PERPLEXITY = 30.0
_NEIGHBOURS_OF_PERPLEXITY = 3
_EARLY_PASSES, _PASSES = 250, 500
_EXAGGERATION = 12
_LEAST_RATE = 50.0  # of few points the rate that suits many would hardly move them
_TOLD_PASSES = 10
_INTERPOLATED = 10_000
_WORTH_THREADS = 2_000


def lay_out(vectors: Floats, settings: LayoutSettings, threads: int, observer: Observer) -> Laid:
    """Place points so that neighbours stay neighbours."""
    perplexity = _perplexity(len(vectors), settings.perplexity)
    k = min(len(vectors) - 1, round(_NEIGHBOURS_OF_PERPLEXITY * perplexity))
    near = nearest_points(
        vectors, k, None, threads, lambda *done: observer.progress("neighbours, points", *done)
    )
    threads = threads if len(vectors) >= _WORTH_THREADS else 1
    affinities = PerplexityBasedNN(
        knn_index=PrecomputedNeighbors(near.rows, near.distances),
        perplexity=perplexity,
        n_jobs=threads,
    )
    interpolated = settings.dims == 2 and len(vectors) >= _INTERPOLATED
    embedding = TSNEEmbedding(
        _start(vectors, settings),
        affinities,
        negative_gradient_method="fft" if interpolated else "bh",
        n_jobs=threads,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for done, passes, exaggeration, momentum in (
            (0, _EARLY_PASSES, _EXAGGERATION, 0.5),
            (_EARLY_PASSES, _PASSES, 1, 0.8),
        ):
            embedding = embedding.optimize(
                passes,
                inplace=True,
                exaggeration=exaggeration,
                momentum=momentum,
                learning_rate=max(_LEAST_RATE, len(vectors) / exaggeration),
                callbacks=_telling(observer, done),
                callbacks_every_iters=_TOLD_PASSES,
                propagate_exception=True,
            )
    return Laid(np.asarray(embedding, np.float32), {"perplexity": round(perplexity, 2)})


def _perplexity(n: int, wanted: float | None) -> float:
    most = (n - 1) / _NEIGHBOURS_OF_PERPLEXITY
    if wanted is not None and wanted > most:
        needed = int(_NEIGHBOURS_OF_PERPLEXITY * wanted) + 1
        raise RequestError(
            f"--perplexity {wanted:g}: takes {needed:,} points, and there are {n:,}",
            f"{most:.3g} at most of {counted(n, 'point')}",
        )
    return min(PERPLEXITY, most) if wanted is None else wanted


def _start(vectors: Floats, settings: LayoutSettings) -> Any:
    """Return the first principal components, very small, no two points quite at one place."""
    start = components(vectors, settings.dims).project(vectors)
    start *= 1e-4 / start[:, 0].std()
    noise = np.random.default_rng(settings.seed).normal(0, 1e-6, start.shape)
    return start + noise


def _telling(observer: Observer, before: int) -> Callable[[int, float, Any], bool]:
    def tell(passes: int, error: float, embedding: Any) -> bool:
        observer.progress("t-SNE, passes", before + passes, _EARLY_PASSES + _PASSES)
        return False

    return tell
