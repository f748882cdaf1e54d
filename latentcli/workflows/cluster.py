"""Put the words, documents or topics of a model into clusters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import isqrt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from latentcli.errors import InputError, NothingFound, RequestError
from latentcli.evaluation.labels import agreement
from latentcli.models.points import KINDS, Points
from latentcli.observer import SILENT, Observer
from latentcli.store.cache import Cache
from latentcli.wording import counted, there_are
from latentcli.workflows.points import Wanted, check_apart, check_clusters, open_points

if TYPE_CHECKING:
    from latentcli.evaluation.silhouette import Silhouette

Labels = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

KMEANS, HDBSCAN = ALGORITHMS = ("kmeans", "hdbscan")
_CLUSTERS = 50
_SMALLEST = 10
# HDBSCAN compares all pairs of points, and in many dimensions all are about as far apart.
_MOST_POINTS = 20_000
_MOST_DIMENSIONS = 50


@dataclass(frozen=True)
class ClusterRequest:
    """Which ``wanted`` points, and how they are put into clusters.

    ``n``: how many by k-means; None: 50, or the root of the number of points where that is less.
    ``min_size``: the fewest points of a cluster by HDBSCAN; None: 10. ``members``: how many of each
    cluster are named.
    """

    wanted: Wanted = Wanted()
    algorithm: str = KMEANS
    n: int | None = None
    min_size: int | None = None
    members: int = 10
    seed: int = 1


class Cluster(NamedTuple):
    """A cluster, the largest first, and its most central members.

    ``silhouette``: the mean of those of its points that were drawn. ``label``: the commonest of its
    documents' own, and the share of them that have it.
    """

    cluster: int
    size: int
    members: list[str]
    silhouette: float | None
    label: str | None
    label_share: float | None


class Assignment(NamedTuple):
    """A point and its cluster; None: it is noise."""

    name: str
    cluster: int | None


class Clustered(NamedTuple):
    """All clusters, and the cluster of every point."""

    clusters: list[Cluster]
    assignments: list[Assignment]


def cluster(
    cache: Cache, ref: str | None, request: ClusterRequest, observer: Observer = SILENT
) -> Clustered:
    """Put points into clusters, and note how well they fit and agree with labels.

    Raises RequestError for more clusters than points and for what is of the other algorithm,
    InputError where there is one point, NothingFound where all is noise.
    """
    _check(request)
    wanted = request.wanted
    if request.algorithm == HDBSCAN:
        wanted = wanted._replace(most=dict.fromkeys(KINDS, _MOST_POINTS))
    _, points = open_points(cache, ref, wanted, observer)
    if len(points) < 2:
        raise InputError(
            f"there is only 1 of the {points.kind}: it is a cluster already",
            "--of chooses other points of the model",
        )
    labels, vectors = _labels(points, request, observer)
    from latentcli.evaluation.silhouette import silhouette
    from latentcli.queries.clusters import most_central

    judged = silhouette(vectors, labels, request.seed)
    _note_fit(judged, labels, observer)
    _note_agreement(points, labels, observer)
    central = most_central(vectors, labels, request.members)
    found = [
        _described(number, rows, points, labels, judged) for number, rows in enumerate(central)
    ]
    assigned = [
        Assignment(name, number if number >= 0 else None)
        for name, number in zip(points.names, labels.tolist(), strict=True)
    ]
    return Clustered(found, assigned)


def _check(request: ClusterRequest) -> None:
    if request.algorithm not in ALGORITHMS:
        raise RequestError(f"no algorithm '{request.algorithm}'", there_are(ALGORITHMS))
    if request.algorithm == HDBSCAN and request.n is not None:
        raise RequestError(
            "-n is for kmeans: HDBSCAN finds by itself how many clusters there are",
            "--min-size N, the fewest points of a cluster, makes them fewer or more",
        )
    if request.algorithm == KMEANS and request.min_size is not None:
        raise RequestError("--min-size is for -a hdbscan", "-n says how many clusters there are")


def _labels(points: Points, request: ClusterRequest, observer: Observer) -> tuple[Labels, Floats]:
    """Return the cluster of each point, and the vectors by which that was found."""
    from latentcli.queries.clusters import kmeans

    vectors = points.placed()
    if request.algorithm == HDBSCAN:
        return _by_density(points, vectors, request, observer)
    n = request.n or min(_CLUSTERS, isqrt(len(points)))
    check_clusters("-n", n, points)
    if request.n is None and n < _CLUSTERS:
        few = counted(len(points), points.noun)
        observer.note(f"{counted(n, 'cluster')}, the root of {few} (choose with -n)")
    labels = kmeans(vectors, n, request.seed)
    if (found := int(labels.max()) + 1) < n:
        observer.note(f"{counted(found, 'cluster')}, not {n:,}: too many points are the same")
    return labels, vectors


def _by_density(
    points: Points, vectors: Floats, request: ClusterRequest, observer: Observer
) -> tuple[Labels, Floats]:
    from latentcli.queries.clusters import hdbscan
    from latentcli.queries.principal_components import components

    check_apart(points)
    if vectors.shape[1] > _MOST_DIMENSIONS:
        with threadpool_limits(1):
            found = components(vectors, _MOST_DIMENSIONS)
            vectors = found.project(vectors).astype(np.float32)
        observer.note(
            f"HDBSCAN in the first {_MOST_DIMENSIONS} principal components, which hold "
            f"{found.explained.sum():.0%} of the variance"
        )
    labels = hdbscan(vectors, request.min_size or _SMALLEST)
    noise = int((labels < 0).sum())
    if noise == len(points):
        raise NothingFound(
            f"HDBSCAN finds no cluster among {counted(noise, points.noun)}: all are noise",
            f"try another --min-size than {request.min_size or _SMALLEST}, or -a kmeans",
        )
    observer.note(
        f"noise: {noise:,} of {counted(len(points), points.noun)} "
        f"({noise / len(points):.1%}) are in no cluster"
    )
    return labels, vectors


def _note_fit(judged: Silhouette | None, labels: Labels, observer: Observer) -> None:
    if judged is None:
        observer.note("no silhouette, for which there must be two clusters, and one of two points")
        return
    clustered = int((labels >= 0).sum())
    sample = "" if judged.n_points == clustered else f", of {judged.n_points:,} points at random"
    observer.note(
        f"silhouette {judged.mean:.3f}{sample} (1: clusters stand apart, 0: they touch, "
        "below: points are in the wrong one)"
    )


def _note_agreement(points: Points, labels: Labels, observer: Observer) -> None:
    """Tell how far clusters are the labels of documents; noise and those without one left out."""
    if points.labels is None:
        return
    names = np.array(points.labels, dtype=object)
    known = np.flatnonzero((names != "") & (labels >= 0))
    if not len(known):
        return
    _, own = np.unique(names[known].astype(str), return_inverse=True)
    found = agreement(labels[known], own)
    observer.note(
        f"agreement with labels, {counted(len(known), 'document')}: normalised mutual information "
        f"{found.nmi:.3f}, purity {found.purity:.3f}"
    )


def _described(
    number: int, central: Labels, points: Points, labels: Labels, judged: Silhouette | None
) -> Cluster:
    rows = np.flatnonzero(labels == number)
    label, share = _commonest_label(points.labels, rows)
    return Cluster(
        number,
        len(rows),
        [points.names[int(row)] for row in central],
        None if judged is None else judged.of_clusters[number],
        label,
        share,
    )


def _commonest_label(labels: Sequence[str] | None, rows: Labels) -> tuple[str | None, float | None]:
    """Return the label that most of the points have, the first of equal ones, and their share."""
    if labels is None:
        return None, None
    counts = Counter(labels[int(row)] for row in rows)
    del counts[""]
    if not counts:
        return None, None
    label, count = max(sorted(counts.items()), key=lambda pair: pair[1])
    return label, count / len(rows)
