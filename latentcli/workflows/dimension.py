"""How many dimensions a space really uses: the spectrum of its points, and Two-NN among them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from latentcli.errors import InputError
from latentcli.evaluation.intrinsic_dimension import Doubles, distinct, in_parts, two_nearest
from latentcli.evaluation.spectrum import Spectrum, spectrum
from latentcli.formats.artefact import Artefact
from latentcli.formats.models import EMBEDDING
from latentcli.models.document_space import COSINE
from latentcli.models.points import EUCLIDEAN, Points
from latentcli.observer import SILENT, Observer
from latentcli.store.cache import Cache
from latentcli.wording import counted
from latentcli.workflows.evaluation_request import Measure
from latentcli.workflows.points import Wanted, open_points

Floats = npt.NDArray[np.float32]

_TWO_NN = "Two-NN (Facco et al. 2017)"
_FEWEST = 3
_SAMPLE = 10_000  # points of Two-NN: all pairs are compared
_PARTS = (2, 4, 8, 16)
_SMALLEST_PART = 100
_SHARES = (50, 90, 99)
_STEPS = (1, 2, 5)


class Component(NamedTuple):
    """A principal component: its singular value, its share of the variance, what is left then."""

    component: int
    singular_value: float
    share: float
    left: float


class Dimension(NamedTuple):
    """What was measured, and the principal components, the largest first."""

    measures: list[Measure]
    components: list[Component]


def dimension(
    cache: Cache,
    ref: str | None = None,
    wanted: Wanted | None = None,
    seed: int = 1,
    observer: Observer = SILENT,
) -> Dimension:
    """Measure the points of a model, vectors as they are unless ``wanted`` has a metric.

    ``seed``: of the points that Two-NN is told from, where there are many. Sums are made on one
    thread, to the same bits each time. Raises InputError where all points are the same.
    """
    wanted = wanted or Wanted()
    wanted = wanted._replace(metric=wanted.metric or EUCLIDEAN)
    run, points = open_points(cache, ref, wanted, observer)
    vectors = points.placed()
    if len(points) < 2 or (vectors == vectors[0]).all():
        raise InputError(
            f"{counted(len(points), points.noun)} in one place: there is nothing to measure",
            "a model of more text has more of them",
        )
    with threadpool_limits(1):
        found = spectrum(vectors)
        measures = [
            Measure("points", len(points), _described(run, points)),
            Measure("dimensions", vectors.shape[1], "numbers of each vector"),
            *_of_spectrum(found),
            *_of_neighbours(vectors, seed),
            *_left(found),
        ]
    return Dimension(measures, _components(found))


def _described(run: Artefact, points: Points) -> str:
    """Say what the vectors are of which the figures are."""
    if run.kind == EMBEDDING:
        what = "vectors of words" if points.kind == "words" else "mean vectors of their words"
    elif run.manifest["algorithm"] == "lsi":
        what = "coordinates on LSI's axes, weighed by the singular values"
    else:
        shares = {
            "words": "p(topic | word)",
            "documents": "p(topic | document)",
            "topics": "p(word | topic)",
        }[points.kind]
        what = f"square roots of {shares}, whose distance is Hellinger's times the root of 2"
    scaled = ", scaled to length 1" if points.metric == COSINE else ""
    return f"{points.kind}: {what}{scaled}"


def _of_spectrum(found: Spectrum) -> Iterator[Measure]:
    ratio = "(sum of variances)^2 / sum of their squares, along the principal components"
    yield Measure("participation_ratio", found.participation_ratio, ratio)
    for share in _SHARES:
        detail = f"principal components that hold {share} % of the variance"
        yield Measure(f"components_{share}", found.components_for(share / 100), detail)


def _of_neighbours(vectors: Floats, seed: int) -> Iterator[Measure]:
    """Yield Two-NN of all points and of random parts, in which neighbours are further apart."""
    drawn = vectors
    if len(vectors) > _SAMPLE:
        rows = np.random.default_rng(seed).permutation(len(vectors))[:_SAMPLE]
        drawn = vectors[np.sort(rows)]
    points = distinct(drawn)
    if len(points) < _FEWEST:
        yield Measure("two_nn", None, f"Two-NN wants {_FEWEST} points that differ")
        return
    parts = {n: in_parts(points, n, seed) for n in _PARTS if len(points) >= n * _SMALLEST_PART}
    found = _two_nn(points, parts)
    sample = ", drawn at random" if len(drawn) < len(vectors) else ""
    detail = f"{found.detail}; {counted(len(points), 'point')}{sample}"
    if missing := len(drawn) - len(points):
        detail += f", {counted(missing, 'duplicate')} left out"
    yield found._replace(detail=detail)
    for n, value in parts.items():
        detail = f"{n} random parts of {len(points) // n:,}, whose neighbours are further apart"
        yield Measure(f"two_nn_{n}", value if np.isfinite(value) else None, detail)


def _two_nn(points: Doubles, parts: dict[int, float]) -> Measure:
    """Return the estimate; of parts, where that of all points is more than can be.

    On a grid, or at equal steps of a curve, the second neighbour is as near as the first, which
    looks like many dimensions. Points of a part stand at random.
    """
    found = two_nearest(points)
    name = "two_nn"
    most = min(points.shape[1], len(points) - 1)
    if found.dimension <= most:
        certain = f"95 % from {found.low:.2f} to {found.high:.2f}, misfit {found.misfit:.3f}"
        return Measure(name, found.dimension, f"{_TWO_NN}: {certain}")
    given = f"{found.dimension:,.0f}" if np.isfinite(found.dimension) else "no bound"
    even = f"all together give {given}, more than can be, for they lie more evenly than at random"
    for n, value in reversed(parts.items()):
        if value <= most:
            return Measure(name, value, f"{_TWO_NN} of {n} random parts: {even}")
    return Measure(name, None, f"{_TWO_NN}: {even}")


def _left(found: Spectrum) -> Iterator[Measure]:
    left = found.left
    steps = (step * 10**power for power in range(9) for step in _STEPS)
    for n in steps:
        if n >= len(left):
            return
        detail = f"share of the variance that {counted(n, 'component')} cannot rebuild"
        yield Measure(f"error_{n}", float(left[n - 1]), detail)


def _components(found: Spectrum) -> list[Component]:
    columns = (found.singular_values, found.shares, found.left)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [Component(number, *row) for number, row in enumerate(rows, 1)]
