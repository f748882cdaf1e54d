"""Nearest neighbours of words, by cosine similarity or Euclidean distance: exact, by scan."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.models.embedding import Embedding
from latentcli.queries.words import Found

METRICS = ("cosine", "euclidean")

_BATCH_QUERIES = 256
_BLOCK_ROWS = 1 << 15

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]
# From dot products (n_targets, n_rows) and the rows to scores of that shape, higher for nearer.
Score = Callable[[Floats, slice], Floats]
# From a target's number and the rows to how far their scores may be off.
Error = Callable[[int, slice], Floats | np.float32]


class Neighbor(NamedTuple):
    """A word near the query word, with the cosine of the angle between them."""

    query: str
    word: str
    similarity: float


class DistantNeighbor(NamedTuple):
    """A word near the query word, with the Euclidean distance between their raw vectors."""

    query: str
    word: str
    distance: float


def neighbours(
    model: Embedding, words: Sequence[Found], n: int, metric: str = "cosine"
) -> Iterator[Neighbor | DistantNeighbor]:
    """Yield the ``n`` nearest words of each word, nearest first, without the word itself."""
    for start in range(0, len(words), _BATCH_QUERIES):
        batch = words[start : start + _BATCH_QUERIES]
        rows = np.array([found.row for found in batch])
        targets = np.asarray(model.vectors[rows], np.float32)
        if metric == "cosine":
            found = nearest_by_cosine(model, targets, n + 1)
        else:
            found = _nearest_by_distance(model, targets, n + 1)
        for query, (near, values) in zip(batch, found, strict=True):
            others = [(r, v) for r, v in zip(near, values, strict=True) if r != query.row][:n]
            for row, value in others:
                word = model.words[int(row)]
                if metric == "cosine":
                    yield Neighbor(query.word, word, float(value))
                else:
                    yield DistantNeighbor(query.word, word, float(value))


def nearest_by_cosine(
    model: Embedding, targets: Floats, n: int
) -> list[tuple[Rows, npt.NDArray[np.float64]]]:
    """Return, for each row of ``targets`` (n_targets, dim), the ``n`` rows of highest cosine.

    Each answer is (rows int64, cosines float64), falling, ties in row order.
    """
    units = targets / np.maximum(np.linalg.norm(targets, axis=1, keepdims=True), 1e-30)
    units = units.astype(np.float32)
    norms: Floats = np.maximum(model.norms, np.float32(1e-30)).astype(np.float32)
    error = _rounding(model)
    if len(units) == 1:
        near = _contenders((model.vectors @ units[0]) / norms, error, n)
        return [_exact_cosines(model, units[0], near, n)]
    best = _scan(
        model,
        units,
        n,
        lambda dots, rows: (dots / norms[rows]).astype(np.float32),
        lambda target, rows: error,
    )
    return [_exact_cosines(model, unit, near, n) for unit, near in zip(units, best, strict=True)]


def _exact_cosines(
    model: Embedding, unit: Floats, near: Rows, n: int
) -> tuple[Rows, npt.NDArray[np.float64]]:
    vectors = model.vectors[near].astype(np.float64)
    lengths = np.maximum(np.linalg.norm(vectors, axis=1), 1e-30)
    # Row by row, so that a word's cosine does not depend on the other contenders.
    dots = np.einsum("ij,j->i", vectors, unit.astype(np.float64))
    cosines = np.clip(dots / lengths, -1.0, 1.0)
    order = np.lexsort((near, -cosines))[:n]
    return near[order], cosines[order]


def _nearest_by_distance(
    model: Embedding, targets: Floats, n: int
) -> list[tuple[Rows, npt.NDArray[np.float64]]]:
    norms = np.asarray(model.norms, np.float32)
    half_squares = norms**2 / 2
    reach = np.linalg.norm(targets, axis=1).astype(np.float32)
    best = _scan(
        model,
        targets,
        n,
        lambda dots, rows: (dots - half_squares[rows]).astype(np.float32),
        lambda target, rows: _rounding(model) * norms[rows] * (reach[target] + norms[rows]),
    )
    answers = []
    for target, near in zip(targets, best, strict=True):
        gaps = model.vectors[near].astype(np.float64) - target.astype(np.float64)
        distances = np.linalg.norm(gaps, axis=1)
        order = np.lexsort((near, distances))[:n]
        answers.append((near[order], distances[order]))
    return answers


def _rounding(model: Embedding) -> np.float32:
    """Return a bound on the relative rounding error of a float32 dot product (Higham 2002)."""
    return np.float32(np.finfo(np.float32).eps * (model.dim + 8))


def _scan(model: Embedding, targets: Floats, n: int, score: Score, error: Error) -> list[Rows]:
    """Scan the vectors in blocks of rows, keeping each target's contenders for the first n."""
    kept: list[list[tuple[Rows, Floats, Floats]]] = [[] for _ in targets]
    for start in range(0, len(model.vectors), _BLOCK_ROWS):
        rows = slice(start, min(start + _BLOCK_ROWS, len(model.vectors)))
        scores = score(targets @ model.vectors[rows].T, rows)
        for target, values in enumerate(scores):
            errors = np.broadcast_to(error(target, rows), values.shape)
            near = _contenders(values, errors, n)
            kept[target].append((near + start, values[near], errors[near]))
    best = []
    for blocks in kept:
        near, values, errors = map(np.concatenate, zip(*blocks, strict=True))
        best.append(near[_contenders(values, errors, n)])
    return best


def _contenders(scores: Floats, errors: Floats | np.float32, n: int) -> Rows:
    """Return all rows that may be among the ``n`` highest, in order; exact arithmetic decides."""
    place = max(0, len(scores) - n)
    surely = np.partition(scores - errors, place)[place]
    near: Rows = np.flatnonzero(scores + errors >= surely)
    return near
