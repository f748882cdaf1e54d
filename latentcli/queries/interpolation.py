"""Points on the way from one direction to another, and the words nearest to them.

Spherical linear interpolation (Shoemake 1985): along the arc between two unit vectors, in equal
angles. A straight line would leave the sphere on which cosines compare. No NumPy.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from latentcli.errors import RequestError
from latentcli.queries.directions import combined, unit
from latentcli.queries.neighbours import nearest

if TYPE_CHECKING:
    from latentcli.models.word_vectors import Asked

# Angles that float32 cannot tell from none, or from two right angles.
_NO_ANGLE = 1e-6


class Step(NamedTuple):
    """A step on the way, ``t`` of it done; ``but`` are the rows of ends that are not shown here."""

    number: int
    t: float
    but: Collection[int]


class StepWord(NamedTuple):
    """A word near a step, with the cosine between them."""

    step: int
    word: str
    similarity: float
    t: float


def steps(n_steps: int, first: int, last: int) -> list[Step]:
    """Return the steps from row ``first`` to row ``last``, both counted in; a row may be -1.

    Each end is shown at its own end of the way alone: else both would be nearest nearly everywhere.

    >>> [(step.t, sorted(step.but)) for step in steps(3, 7, 8)]
    [(0.0, [8]), (0.5, [7, 8]), (1.0, [7])]
    """
    end = n_steps - 1
    return [
        Step(i, i / end, {first, last} - ({first} if i == 0 else {last} if i == end else set()))
        for i in range(n_steps)
    ]


class Arc(NamedTuple):
    """The shorter arc between two unit vectors, ``angle`` in radians."""

    a: list[float]
    b: list[float]
    angle: float

    def at(self, t: float) -> list[float]:
        """Return the unit vector that ``t`` of the way leads to: float (dim,)."""
        if self.angle <= _NO_ANGLE:
            return self.a
        weights = (math.sin((1 - t) * self.angle), math.sin(t * self.angle))
        return unit(combined(zip(weights, (self.a, self.b), strict=True)))


def arc(a: Iterable[float], b: Iterable[float]) -> Arc:
    """Return the arc between the directions of two vectors.

    Raises RequestError where one is all zero, or where they point opposite ways: all ways from one
    to the other are equally long then.
    """
    first, second = unit(a), unit(b)
    if not any(first) or not any(second):
        raise RequestError("one end has a vector of zeros, which has no direction")
    apart = math.hypot(*combined([(1, first), (-1, second)]))
    together = math.hypot(*combined([(1, first), (1, second)]))
    angle = 2 * math.atan2(apart, together)  # exact for small angles, too (Kahan)
    if angle >= math.pi - _NO_ANGLE:
        raise RequestError(
            "the two ends point opposite ways: no way from one to the other is the shortest",
            "choose another end, or go by a word between them",
        )
    return Arc(first, second, angle)


def words_between(
    model: Asked, way: Arc, path: Iterable[Step], n: int, index: memoryview | None = None
) -> Iterator[StepWord]:
    """Yield the ``n`` words nearest to each step, nearest first.

    ``index`` is the scan index of the vectors; it saves time.
    """
    for step in path:
        [near] = nearest(model, [way.at(step.t)], n + len(step.but), index=index)
        for row, cosine in [pair for pair in near if pair[0] not in step.but][:n]:
            yield StepWord(step.number, model.words[row], cosine, step.t)
