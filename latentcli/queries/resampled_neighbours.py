"""Nearest neighbours, and how far they would be the same had other documents been read.

The same model is trained on resamples of the corpus; each neighbour is given what they say of it
(Antoniak and Mimno, "Evaluating the Stability of Embedding-based Word Similarities", 2018).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from latentcli.queries.neighbours import neighbours
from latentcli.queries.similarity import similarity
from latentcli.queries.words import Found

if TYPE_CHECKING:
    from latentcli.models.word_vectors import Asked, Space

# From so many resamples on, one at least lies beyond either end of 95 of 100.
ENOUGH_FOR_PERCENTILES = 40
_PERCENTILES = (2.5, 97.5)
# What this share of the resamples names is told, though the model itself does not name it.
_OFTEN = 0.5


class ResampledNeighbor(NamedTuple):
    """A word near the query word: its ``similarity`` in the model, and in models of resamples.

    ``mean``, and ``low`` and ``high``, between which it lies, are of the ``resamples`` that know
    both words; ``share`` is the part of those that know the query word whose n nearest name it.
    None: nothing is known.
    """

    query: str
    word: str
    similarity: float | None
    mean: float | None
    low: float | None
    high: float | None
    share: float | None
    resamples: int


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Return the 2.5th and 97.5th percentile; of fewer than 40 values the least and the largest.

    >>> interval([0.5, 0.25, 0.75])
    (0.25, 0.75)
    """
    if len(values) < ENOUGH_FOR_PERCENTILES:
        return min(values), max(values)
    low, high = np.percentile(values, _PERCENTILES)
    return float(low), float(high)


def resampled_neighbours(
    base: Space, resamples: Sequence[Space], query: Found, n: int
) -> list[ResampledNeighbor]:
    """Return the ``n`` nearest words, and those that half of the resamples or more name.

    The largest share comes first; of equal shares, the largest mean.
    """
    lists = [_nearest(space, query.word, n) for space in resamples]
    told = [words for words in lists if words is not None]
    own = _nearest(base, query.word, n) or []
    often = dict.fromkeys(word for words in told for word in words)
    words = dict.fromkeys(own)
    words |= {
        word: None for word in often if sum(word in words for words in told) >= _OFTEN * len(told)
    }
    rows = [_judged(base, resamples, told, query.word, word) for word in words]
    return sorted(rows, key=lambda row: (-(row.share or 0), -(row.mean or -1)))


def _nearest(space: Space, query: str, n: int) -> list[str] | None:
    """Return a model's nearest words; None where it does not know the query word."""
    row = space.model.words.find(query)
    if row is None:
        return None
    found = neighbours(space.model, [Found(query, row)], n, index=space.scan_index)
    return [neighbour.word for neighbour in found]


def _judged(
    base: Space, resamples: Sequence[Space], told: Sequence[list[str]], query: str, word: str
) -> ResampledNeighbor:
    measured = [_similarity(space.model, query, word) for space in resamples]
    values = [value for value in measured if value is not None]
    low, high = interval(values) if values else (None, None)
    return ResampledNeighbor(
        query,
        word,
        _similarity(base.model, query, word),
        sum(values) / len(values) if values else None,
        low,
        high,
        sum(word in words for words in told) / len(told) if told else None,
        len(values),
    )


def _similarity(model: Asked, query: str, word: str) -> float | None:
    rows = [(each, model.words.find(each)) for each in (query, word)]
    found = [Found(each, row) for each, row in rows if row is not None]
    return similarity(model, *found).similarity if len(found) == 2 else None
