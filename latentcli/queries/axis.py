"""Words on the axis between two poles, as *poor* and *rich*.

The axis is the difference of the poles, each the mean of the unit vectors of its words; a word's
projection is the cosine of its vector and the axis, from -1 at the first pole to 1 at the second.
So Kozlowski, Taddy and Evans (2019) measure cultural dimensions, and An, Kwak and Ahn (2018,
SemAxis) semantic ones.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from latentcli import kernels
from latentcli.corpus.strings import Strings
from latentcli.errors import RequestError
from latentcli.models.word_vectors import WordVectors
from latentcli.queries.directions import combined, mean_direction, unit
from latentcli.queries.neighbours import nearest
from latentcli.queries.words import Found

if TYPE_CHECKING:
    from latentcli.models.word_vectors import Asked

# Poles so near to each other that float32 leaves nothing of the way between them.
_NOTHING = 1e-6


class Projected(NamedTuple):
    """A word and where it lies on the axis: below 0 towards the first pole, above 0 the second."""

    word: str
    projection: float


def axis(model: Asked, first: Sequence[Found], second: Sequence[Found]) -> list[float]:
    """Return the unit vector that leads from the first pole to the second: float (dim,).

    Raises RequestError where both are the same.
    """
    poles = [mean_direction([word.vector(model) for word in pole]) for pole in (second, first)]
    between = combined(zip((1, -1), poles, strict=True))
    if math.hypot(*between) <= _NOTHING:
        raise RequestError("the two poles are the same: there is no axis between them")
    return unit(between)


def projected(model: Asked, along: Sequence[float], words: Sequence[Found]) -> list[Projected]:
    """Return the words' projections on an axis, by rising projection."""
    target = array("d", along)
    rows = [Projected(word.word, kernels.cosine(word.vector(model), target)) for word in words]
    return sorted(rows, key=lambda row: row.projection)


def ends(
    model: Asked, along: Sequence[float], n: int, first_words: int, but: Collection[int] = ()
) -> list[Projected]:
    """Return the ``n`` words at either end of an axis, by rising projection.

    They are among the ``first_words`` of the vocabulary, without the rows ``but``; where these are
    fewer than 2 ``n``, all are returned.
    """
    there = _first(model, first_words)
    opposite = [-x for x in along]
    low, high = nearest(there, [opposite, along], min(n + len(but), len(there.words)))
    found = {row: -cosine for row, cosine in _without(low, but)[:n]}
    found |= dict(_without(high, but)[:n])
    rows = sorted(found.items(), key=lambda pair: (pair[1], pair[0]))
    return [Projected(model.words[row], cosine) for row, cosine in rows]


def _first(model: Asked, n_words: int) -> WordVectors:
    """Return a view of the first words of a model."""
    given: Any = model.vectors
    words, vectors = model.words, memoryview(given).cast("B")
    n_words = min(n_words, len(words))
    return WordVectors(
        Strings(words.text, words.offsets[: n_words + 1], words.hashes, words.rows),
        vectors[: 4 * model.dim * n_words].cast("f", [n_words, model.dim]),
        {},
    )


def _without(near: Sequence[tuple[int, float]], but: Collection[int]) -> list[tuple[int, float]]:
    return [pair for pair in near if pair[0] not in but]
