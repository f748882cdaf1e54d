"""Nearest neighbours of words, by cosine similarity or Euclidean distance: exact, by scan."""

from __future__ import annotations

import math
from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from latentcli import kernels
from latentcli.errors import DamagedArtefact

if TYPE_CHECKING:
    from latentcli.models.word_vectors import Asked

METRICS = ("cosine", "euclidean")

# A call of the kernel is over within some tenths of a second, even where it waits for a disk, and
# its answers fit in memory.
_CALL_BYTES = 1 << 27
_CALL_PRODUCTS = 1 << 33
_CALL_ANSWERS = 1 << 20
_MOST_QUERIES = 256

# For this many words it pays to make a scan index where none is kept.
_MANY_QUERIES = 8


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


class Target(Protocol):
    """What neighbours are asked of: a word, or an expression of words."""

    @property
    def word(self) -> str:
        """How the answer calls it."""

    @property
    def rows(self) -> Collection[int]:
        """The rows of words that are no answer."""

    def vector(self, model: Asked) -> Iterable[float]:
        """Return the point whose neighbours are wanted: (dim,)."""


def neighbours(
    model: Asked,
    words: Sequence[Target],
    n: int,
    metric: str = "cosine",
    index: memoryview | None = None,
) -> Iterator[Neighbor | DistantNeighbor]:
    """Yield the ``n`` nearest words of each, nearest first, without the words themselves.

    ``index`` is the scan index of the vectors; it saves time.
    """
    if index is None and len(words) >= _MANY_QUERIES:
        from latentcli.models.scan_index import build_index

        vectors: Any = model.vectors
        index = build_index(memoryview(vectors))
    kind = Neighbor if metric == "cosine" else DistantNeighbor
    size = _queries_in_a_call(model, n)
    for start in range(0, len(words), size):
        batch = words[start : start + size]
        targets = [query.vector(model) for query in batch]
        asked = n + max(len(query.rows) for query in batch)
        for query, near in zip(batch, nearest(model, targets, asked, metric, index), strict=True):
            own = query.rows
            for row, value in [pair for pair in near if pair[0] not in own][:n]:
                yield kind(query.word, model.words[row], value)


def nearest(
    model: Asked,
    targets: Sequence[Iterable[float]],
    n: int,
    metric: str = "cosine",
    index: memoryview | None = None,
) -> list[list[tuple[int, float]]]:
    """Return, for each target of ``dim`` numbers, the ``n`` nearest rows and their figures.

    Figures are float64, as exact as that; ties go in row order.
    """
    figures = array("d")
    for target in targets:
        figures.extend(target)
    if not all(map(math.isfinite, figures)):
        raise DamagedArtefact(
            "a vector of the query's words is not finite", "'latent cache verify' names the run"
        )
    matrix = memoryview(figures).cast("B").cast("d", [len(targets), model.dim])
    if len(model.words) <= _rows_in_a_call(model, index):
        return kernels.nearest(model.vectors, matrix, n, metric, index, kernels.usable_cores())
    found: list[list[tuple[int, float]]] = [[] for _ in targets]
    for first, rows, blocks in _parts(model, index):
        answers = kernels.nearest(rows, matrix, n, metric, blocks, kernels.usable_cores())
        for near, more in zip(found, answers, strict=True):
            near += [(first + row, value) for row, value in more]
    sign = -1 if metric == "cosine" else 1
    return [sorted(near, key=lambda pair: (sign * pair[1], pair[0]))[:n] for near in found]


def _parts(
    model: Asked, index: memoryview | None
) -> Iterator[tuple[int, memoryview[float], memoryview | None]]:
    """Yield the vectors, and their part of the index, by parts of as many rows as a call may read.

    Each begins with the number of its first row.
    """
    given: Any = model.vectors
    vectors, n_terms, dim = memoryview(given).cast("B"), len(model.words), model.dim
    size = _rows_in_a_call(model, index)
    for first in range(0, n_terms, size):
        last = min(first + size, n_terms)
        rows = vectors[4 * dim * first : 4 * dim * last].cast("f", [last - first, dim])
        blocks = slice(kernels.index_bytes(first, dim), kernels.index_bytes(last, dim))
        yield first, rows, None if index is None else index[blocks]


def _rows_in_a_call(model: Asked, index: memoryview | None) -> int:
    row_bytes = model.dim * (4 if index is None else 1)
    return max(16, _CALL_BYTES // row_bytes // 16 * 16)  # whole blocks of the index


def _queries_in_a_call(model: Asked, n: int) -> int:
    by_time = _CALL_PRODUCTS // (len(model.words) * model.dim) // 8 * 8
    return max(1, min(_MOST_QUERIES, by_time, _CALL_ANSWERS // n))
