"""A question folded in among a model's documents: what ``inference`` does, for one short text.

On mapped memory and without NumPy, so that a cold search does not wait for it. A question is
``Counts``: how often each term of the model occurs in it.
"""

from __future__ import annotations

import math
import mmap
from array import array
from collections.abc import Mapping, Sequence
from typing import Any

from latentcli.kernels import lda_infer

Counts = Mapping[int, int]

# Arora, Liang and Ma (2017), the weight's parameter a.
SIF_A = 1e-3
_LANES = 16


def lda_mixture(
    topic_word: memoryview[float],
    totals: Sequence[float],
    alpha: memoryview[float],
    counts: Counts,
    tolerance: float = 1e-3,
    max_sweeps: int = 500,
) -> list[float]:
    """Return the topic proportions of a question under latent Dirichlet allocation.

    ``topic_word`` float32 (n_topics, n_terms), ``totals`` the sums of its rows. As ``infer_lda``,
    on a table of the question's terms alone.
    """
    k = len(totals)
    if k == 1:
        return [1.0]
    terms = sorted(counts)
    table = _padded(len(terms), k)
    width = len(table) // len(terms)
    for i, term in enumerate(terms):
        for topic in range(k):
            table[i * width + topic] = topic_word[topic, term]
    weights = _padded(1, k)
    infer: Any = lda_infer  # which takes any typed memory
    infer(
        array("q", [0, len(terms)]), array("i", range(len(terms))),
        array("i", [counts[term] for term in terms]), _rows(table, width), 0.0,
        array("d", [1 / total for total in totals]), alpha, tolerance, max_sweeps,
        _rows(weights, width), array("i", [0]),
    )  # fmt: skip
    found = weights[:k].tolist()
    whole = math.fsum(found)
    return [weight / whole for weight in found]


def lsi_coordinates(
    term_topic: memoryview[float], idf: memoryview[float], unit: bool, counts: Counts
) -> list[float]:
    """Return U^T of a question's weights, its counts times idf; ``unit`` scales these to length 1.

    ``term_topic`` float32 (n_terms, n_topics). As ``infer_lsi``.
    """
    weights = {term: counts[term] * idf[term] for term in sorted(counts)}
    if unit:
        length = math.sqrt(max(sum(weight * weight for weight in weights.values()), 1e-300))
        weights = {term: weight / length for term, weight in weights.items()}
    return _weighted_sum(term_topic, weights)


def mean_vector(
    vectors: memoryview[float],
    term_counts: memoryview[int],
    total: float,
    common: Sequence[float],
    counts: Counts,
) -> list[float]:
    """Return the mean of word vectors, float32 (n_terms, dim), by smooth inverse frequency.

    As ``infer_vectors``, without what it has of the unit vector ``common`` (dim,), if that is not
    empty; ``total`` is the sum of ``term_counts``.
    """
    n_words = sum(counts.values())
    weights = {
        term: counts[term] * (SIF_A / (SIF_A + term_counts[term] / max(1, total))) / n_words
        for term in sorted(counts)
    }
    mean = _weighted_sum(vectors, weights)
    if not len(common):
        return mean
    shared = math.fsum(x * y for x, y in zip(mean, common, strict=True))
    return [x - shared * y for x, y in zip(mean, common, strict=True)]


def row_of(matrix: memoryview[Any], row: int) -> list[float]:
    """Return a row of a float32 matrix in C order."""
    size = 4 * (matrix.shape or ())[1]
    found: memoryview[float] = matrix.cast("B")[row * size : (row + 1) * size].cast("f")
    return list(found)


def _weighted_sum(matrix: memoryview[float], weights: Mapping[int, float]) -> list[float]:
    total = [0.0] * (matrix.shape or ())[1]
    for row, weight in weights.items():
        total = [sum_ + weight * x for sum_, x in zip(total, row_of(matrix, row), strict=True)]
    return total


def _padded(n_rows: int, n_columns: int) -> memoryview[float]:
    """Return float32 zeros, flat, rows padded to 16 numbers; mapped memory begins at a page."""
    width = -(-n_columns // _LANES) * _LANES
    return memoryview(mmap.mmap(-1, 4 * n_rows * width)).cast("f")


def _rows(table: memoryview[float], width: int) -> memoryview[float]:
    return table.cast("B").cast("f", [len(table) // width, width])
