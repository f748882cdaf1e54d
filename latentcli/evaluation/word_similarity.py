"""Word similarity: Spearman's rank correlation of a model's cosines with people's ratings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.evaluation.known_words import KnownWords
from latentcli.models.embedding import Embedding

Doubles = npt.NDArray[np.float64]

SAMPLES = 2000
_BATCH_NUMBERS = 1 << 20


class RankCorrelation(NamedTuple):
    """``rho`` and its 95 % interval, from ``low`` to ``high``; None where there is no such figure.

    ``covered`` pairs have words that are both known.
    """

    rho: float | None
    low: float | None
    high: float | None
    covered: int


def rank_correlation(
    model: Embedding, pairs: Sequence[tuple[str, str, float]], limit: int, seed: int = 1
) -> RankCorrelation:
    """Compare the cosines of pairs of words with their ratings, by the first ``limit`` words."""
    known = KnownWords(model, limit)
    found = [(known.find(a), known.find(b), rating) for a, b, rating in pairs]
    covered = [(a, b, rating) for a, b, rating in found if a is not None and b is not None]
    ratings = np.array([rating for _, _, rating in covered])
    left, right = (np.array([pair[side] for pair in covered], np.int64) for side in (0, 1))
    cosines = _cosines(model, left, right)
    rho = spearman(ratings, cosines)
    if rho is None:
        return RankCorrelation(None, None, None, len(covered))
    low, high = interval(ratings, cosines, seed)
    return RankCorrelation(rho, low, high, len(covered))


def _cosines(
    model: Embedding, left: npt.NDArray[np.int64], right: npt.NDArray[np.int64]
) -> Doubles:
    first, second = (np.asarray(model.vectors[rows], np.float64) for rows in (left, right))
    lengths = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    products = np.einsum("ij,ij->i", first, second)
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
