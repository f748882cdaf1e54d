"""Word similarity: Spearman's rank correlation of a model's cosines with people's ratings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.evaluation.known_words import KnownWords
from latentcli.models.embedding import Embedding
from latentcli.queries.words import find_or_compose

Doubles = npt.NDArray[np.float64]

SAMPLES = 2000
_BATCH_NUMBERS = 1 << 20


class RankCorrelation(NamedTuple):
    """``rho`` and its 95 % interval, from ``low`` to ``high``; None where there is no such figure.

    ``covered`` pairs have words that are both known, or composed, as ``composed`` of them are.
    """

    rho: float | None
    low: float | None
    high: float | None
    covered: int
    composed: int = 0


def rank_correlation(
    model: Embedding,
    pairs: Sequence[tuple[str, str, float]],
    limit: int,
    seed: int = 1,
    compose: bool = False,
) -> RankCorrelation:
    """Compare the cosines of pairs of words with their ratings, by the first ``limit`` words.

    ``compose``: other words' vectors are composed of their n-grams, if the model has any.
    """
    known = KnownWords(model, limit)
    vectors = {word: _vector(model, known, word, compose) for a, b, _ in pairs for word in (a, b)}
    covered = [
        (vectors[a], vectors[b], rating)
        for a, b, rating in pairs
        if vectors[a] is not None and vectors[b] is not None
    ]
    composed = sum(known.find(a) is None or known.find(b) is None for a, b, _ in pairs)
    composed -= len(pairs) - len(covered)
    ratings = np.array([rating for _, _, rating in covered])
    left, right = (
        np.array([pair[side] for pair in covered], np.float64).reshape(-1, model.dim)
        for side in (0, 1)
    )
    cosines = _cosines(left, right)
    rho = spearman(ratings, cosines)
    if rho is None:
        return RankCorrelation(None, None, None, len(covered), composed)
    low, high = interval(ratings, cosines, seed)
    return RankCorrelation(rho, low, high, len(covered), composed)


def _vector(
    model: Embedding, known: KnownWords, word: str, compose: bool
) -> npt.NDArray[np.float32] | None:
    row = known.find(word)
    if row is not None:
        return np.asarray(model.vectors[row])
    found = find_or_compose(model, word) if compose else None
    if found is None or found.composed is None:
        return None
    return np.asarray(found.vector(model))


def _cosines(left: Doubles, right: Doubles) -> Doubles:
    """Return the cosine of each pair of rows, 0 where there is none."""
    lengths = np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1)
    products = np.einsum("ij,ij->i", left, right)
    sound = np.isfinite(products) & np.isfinite(lengths) & (lengths > 0)
    cosines: Doubles = np.where(sound, products, 0) / np.where(sound, lengths, 1)
    return cosines


def spearman(x: Doubles, y: Doubles) -> float | None:
    """Return Spearman's rho, tied values at their mean rank; None where one of them is constant."""
    whole = np.arange(len(x))[None]
    rho = _pearson(_ranks(x, whole), _ranks(y, whole))[0] if len(x) else np.nan
    return float(rho) if np.isfinite(rho) else None


def interval(x: Doubles, y: Doubles, seed: int, samples: int = SAMPLES) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of Spearman's rho, by percentiles (Efron 1979).

    Pairs are drawn with replacement ``samples`` times; samples with constant values are left out.
    """
    draw = np.random.default_rng(seed)
    size = max(1, _BATCH_NUMBERS // len(x))
    rhos = []
    for start in range(0, samples, size):
        drawn = draw.integers(0, len(x), (min(size, samples - start), len(x)))
        rhos.append(_pearson(_ranks(x, drawn), _ranks(y, drawn)))
    found = np.concatenate(rhos)
    low, high = np.percentile(found[np.isfinite(found)], [2.5, 97.5])
    return float(low), float(high)


def _ranks(values: Doubles, drawn: npt.NDArray[np.int64]) -> Doubles:
    """Return the ranks of the values drawn, row by row, ties at their mean: of ``drawn``'s shape.

    Counting replaces sorting: a value's mean rank follows from how many are below it.
    """
    distinct, code = np.unique(values, return_inverse=True)
    row = np.arange(len(drawn))[:, None] * len(distinct)
    codes = code[drawn] + row
    n = np.bincount(codes.ravel(), minlength=len(drawn) * len(distinct))
    n = n.reshape(len(drawn), len(distinct))
    ranks: Doubles = (n.cumsum(axis=1) - (n - 1) / 2).ravel()[codes]
    return ranks


def _pearson(x: Doubles, y: Doubles) -> Doubles:
    """Return the correlation of each row of x with that of y; NaN where one is constant."""
    x, y = x - x.mean(axis=1, keepdims=True), y - y.mean(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        rho: Doubles = (x * y).sum(axis=1) / np.sqrt((x * x).sum(axis=1) * (y * y).sum(axis=1))
    return rho
