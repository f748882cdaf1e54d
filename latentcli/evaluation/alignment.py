"""Two topic models side by side: how similar each topic is to each, and which belong together.

Topics are compared by 1 minus the Jensen-Shannon distance (the root of the divergence, in bits;
Endres and Schindelin 2003) and paired by the assignment method (Kuhn 1955).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from latentcli.corpus.strings import Strings
from latentcli.errors import RequestError
from latentcli.models.topic_model import Doubles, LsiModel, MixtureModel, TopicModel

Rows = npt.NDArray[np.int64]


class Alignment(NamedTuple):
    """Topic ``first[i]`` of one model goes with ``second[i]`` of the other: int64 (n_pairs,).

    ``similarity`` float64 (n_pairs,); pairs stand in the order of ``first``.
    """

    first: Rows
    second: Rows
    similarity: Doubles


def topic_similarities(a: TopicModel, b: TopicModel) -> Doubles:
    """Return how similar each topic of ``a`` is to each of ``b``: float64 (k_a, k_b), from 0 to 1.

    Vocabularies may differ: a word that a model does not have has no weight in its topics. For LSI
    it is the cosine of the topics' word vectors, whatever its sign. Raises RequestError where one
    model is LSI and the other is not.
    """
    places = _union_places(a.words, b.words)
    if isinstance(a, LsiModel) and isinstance(b, LsiModel):
        return _cosines(_spread(a.term_topic.T, b.term_topic.T, places))
    if isinstance(a, MixtureModel) and isinstance(b, MixtureModel):
        parts = (a.topic_word_probabilities(), b.topic_word_probabilities())
        return 1 - _jensen_shannon_distances(*_spread(*parts, places))
    raise RequestError(
        "LSI's topics are axes, those of the other model distributions: they do not compare",
        "compare LSI with LSI, or two models of the other algorithms",
    )


def aligned(similarities: Doubles) -> Alignment:
    """Return the pairs, each topic in one at most, whose similarities have the largest sum."""
    first, second = linear_sum_assignment(similarities, maximize=True)
    return Alignment(first, second, similarities[first, second])


def stability(similarities: Doubles) -> float:
    """Return the mean similarity of the aligned topics of two models."""
    return float(aligned(similarities).similarity.mean())


def _union_places(a: Strings, b: Strings) -> tuple[Rows, Rows, int]:
    """Return the columns of the words of each in their union, and how many there are."""
    known = {word: row for row, word in enumerate(a)}
    places = np.empty(len(b), np.int64)
    for row, word in enumerate(b):
        places[row] = known.setdefault(word, len(known))
    return np.arange(len(a)), places, len(known)


def _spread(
    a: npt.NDArray[np.floating], b: npt.NDArray[np.floating], places: tuple[Rows, Rows, int]
) -> tuple[Doubles, Doubles]:
    first, second, n_terms = places
    spread = np.zeros((len(a), n_terms)), np.zeros((len(b), n_terms))
    spread[0][:, first] = a
    spread[1][:, second] = b
    return spread


def _cosines(parts: tuple[Doubles, Doubles]) -> Doubles:
    a, b = (part / np.linalg.norm(part, axis=1, keepdims=True) for part in parts)
    cosines: Doubles = np.minimum(np.abs(a @ b.T), 1)
    return cosines


def _jensen_shannon_distances(p: Doubles, q: Doubles) -> Doubles:
    """Return the root of H((p + q) / 2) - (H(p) + H(q)) / 2 for each pair of rows."""
    own_p, own_q = _entropies(p), _entropies(q)
    divergence = np.array(
        [_entropies((row + q) / 2) - (h + own_q) / 2 for row, h in zip(p, own_p, strict=True)]
    )
    # Equal rows differ in the last bits of their entropies, whose root would be 1e-8.
    divergence[divergence < _ROUNDING] = 0
    distances: Doubles = np.sqrt(np.minimum(divergence, 1))
    return distances


_ROUNDING = 1e-13


def _entropies(rows: Doubles) -> Doubles:
    """Return the entropy of each row in bits."""
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = rows * np.log2(rows)
    entropies: Doubles = -np.nansum(terms, axis=1)
    return entropies
