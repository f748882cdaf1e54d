"""The leading singular vectors of a sparse matrix, by block Lanczos with thick restarts.

The matrix and its transpose, multiplied by a random block again and again, span a Krylov space,
which holds the leading singular vectors long before it holds the others: Golub and Underwood
(1977); Musco and Musco (2015) bound how soon from a random start. When the space is full, its best
vectors are kept and the rest makes room (Wu and Simon 2000). All in float32 but for what is small:
of the leading values' energy that is as good as exact.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.kernels import SparseMatrix

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

_NOISE = 1e-6  # what is left of a vector where float32 has nothing more to say
_MOSTLY = 0.7  # of a unit vector: one that loses more to the basis was rounding, and no new one
_RANK = 1e-5  # singular values below, against the largest, are rounding
_ROWS = 1 << 14  # taken at a time where all rows at once would take memory, or seconds
_PAIRS = 1 << 29  # multiplied by a number in one call of the kernel: a tenth of a second


class Sparse(NamedTuple):
    """A matrix in compressed rows.

    Row i has the columns ``columns[starts[i]:starts[i + 1]]`` with their ``values``: ``starts``
    int64 (n_rows + 1,), ``columns`` int32, ``values`` float32.
    """

    starts: npt.NDArray[np.int64]
    columns: npt.NDArray[np.int32]
    values: Floats
    n_columns: int

    @property
    def n_rows(self) -> int:
        """The number of rows."""
        return len(self.starts) - 1


class Svd(NamedTuple):
    """The matrix is nearly ``left * values @ right.T``; columns are orthogonal unit vectors.

    ``left`` float32 (n_rows, rank), ``values`` float64 (rank,), falling, ``right`` float32
    (n_columns, rank).
    """

    left: Floats
    values: Doubles
    right: Floats


def truncated_svd(
    matrix: Sparse,
    k: int,
    seed: int,
    passes: int = 4,
    threads: int = 1,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Svd:
    """Return the ``k`` leading singular triplets, or fewer where the rank is less.

    About ``passes`` times k vectors are multiplied by the matrix and its transpose: of real
    tf-idf weights 3 give three digits of the energy of the best approximation, and 4 five. Beside
    the matrix and its transpose, memory is a little over 2 k vectors of the shorter side, and the
    answer. The result does not depend on ``threads``, but in its last bits on those of BLAS.
    """
    times = _Times(matrix, threads)
    back = _Times(transposed(times.kernel, matrix), threads)
    short = times.kernel.n_rows <= times.kernel.n_columns
    one, other = (times, back) if short else (back, times)
    whole = 0

    def report(done: int, total: int) -> None:
        nonlocal whole
        whole = total + k  # what follows multiplies k vectors once more
        progress(done, whole)

    vectors = _leading(lambda block: one(other(block)), one.kernel.n_rows, k, seed, passes, report)
    right = _orthonormal(_orthonormal(back(vectors))) if short else vectors
    # Rayleigh and Ritz: of all vectors in the space of these, the best, and the values they have.
    projected = times(right)
    energies, turn = np.linalg.eigh(gram_of(projected))
    values = np.sqrt(np.maximum(energies[::-1], 0))
    values = values[values > values.max(initial=0.0) * _RANK]
    turn = turn[:, ::-1][:, : len(values)]
    left = projected @ (turn / values).astype(np.float32)
    progress(whole, whole)
    return Svd(left, values, right @ turn.astype(np.float32))


class _Times:
    """A sparse matrix as a function of a dense block."""

    def __init__(self, matrix: Sparse, threads: int) -> None:
        self.kernel = SparseMatrix(matrix.starts, matrix.columns, matrix.values, matrix.n_columns)
        self.starts, self.threads = matrix.starts, threads

    def __call__(self, dense: Floats) -> Floats:
        """Return matrix @ dense: float32 (n_rows, width)."""
        out = np.empty((self.kernel.n_rows, dense.shape[1]), np.float32)
        dense = np.ascontiguousarray(dense)
        first = 0
        while first < len(out):
            enough = self.starts[first] + _PAIRS // dense.shape[1]
            last = max(first + 1, int(np.searchsorted(self.starts, enough, "right")) - 1)
            self.kernel.multiply(dense, first, out[first:last], self.threads)
            first = last
        return out


def transposed(kernel: SparseMatrix, matrix: Sparse) -> Sparse:
    """Return the columns of a matrix, that the kernel holds too, as rows."""
    starts = np.empty(matrix.n_columns + 1, np.int64)
    columns, values = np.empty_like(matrix.columns), np.empty_like(matrix.values)
    kernel.transpose(starts, columns, values)
    return Sparse(starts, columns, values, matrix.n_rows)


def _leading(
    multiply: Callable[[Floats], Floats],
    dim: int,
    k: int,
    seed: int,
    passes: int,
    progress: Callable[[int, int], None],
) -> Floats:
    """Return nearly the ``k`` leading eigenvectors of a symmetric matrix: float32 (dim, k)."""
    width = 16 if k < 100 else 32
    room, kept = 2 * (k + width), k + width
    total = passes * (k + width)
    basis = np.zeros((room + width, dim), np.float32)  # vectors are rows
    matrix = np.zeros((room, room))  # the matrix as the basis sees it
    start = np.random.default_rng(seed).standard_normal((dim, width), np.float32)
    basis[:width] = _orthonormal(_orthonormal(start)).T
    size = done = near = 0
    while True:
        progress(done, total)
        end, done = size + width, done + width
        parts = np.zeros((end, width), np.float32)
        block = _next_block(multiply(basis[size:end].T), parts, basis[:end], near)
        matrix[:end, size:end] = parts
        matrix[size:end, :end] = parts.T
        near, size = size, end
        finished = done >= total or not block.any()
        if finished or size + width > room:
            values, turn = np.linalg.eigh(matrix[:size, :size])
            near, size = 0, min(size, k if finished else kept)
            _turn(basis, turn[:, ::-1][:, :size].astype(np.float32))
            matrix[:] = 0
            np.fill_diagonal(matrix[:size, :size], values[::-1])
        if finished:
            progress(total, total)
            return _orthonormal(_orthonormal(basis[:size].T))
        basis[size : size + width] = block.T


def _next_block(image: Floats, parts: Floats, basis: Floats, near: int) -> Floats:
    """Return unit vectors, orthogonal to the basis, that span the image with it.

    ``parts``, (len(basis), width), is set to those of the image in the basis. But for rounding
    only the basis from ``near`` on has any; what rounding left is taken from the unit vectors,
    for "twice is enough" (Parlett 1980).
    """
    longest = np.linalg.norm(image, axis=0).max()
    parts[near:] = basis[near:] @ image
    image = image - basis[near:].T @ parts[near:]
    image[:, np.linalg.norm(image, axis=0) <= _NOISE * longest] = 0
    block = _orthonormal(image)
    block = block - basis.T @ (basis @ block)
    block[:, np.linalg.norm(block, axis=0) < _MOSTLY] = 0
    return _orthonormal(block)


def _orthonormal(block: Floats) -> Floats:
    """Return nearly orthogonal unit vectors that span the columns, zeros for each one too many.

    From the Gram matrix (Stathopoulos and Wu 2002): nearly, for it squares the condition number.
    """
    gram = gram_of(block)
    lengths = np.sqrt(np.diag(gram))
    inverse = np.divide(1, lengths, where=lengths > 0, out=np.zeros_like(lengths))
    values, vectors = np.linalg.eigh(gram * inverse * inverse[:, None])
    sound = values > _NOISE**2 * values[-1]
    scale = np.divide(1, np.sqrt(np.abs(values)), where=sound, out=np.zeros_like(values))
    unit: Floats = block @ (inverse[:, None] * vectors * scale).astype(np.float32)
    return unit


def gram_of(block: npt.NDArray[np.floating[Any]]) -> Doubles:
    """Return the products of columns with one another, in float64."""
    gram = np.zeros((block.shape[1], block.shape[1]))
    for first in range(0, len(block), _ROWS):
        rows = block[first : first + _ROWS].astype(np.float64)
        gram += rows.T @ rows
    return gram


def _turn(basis: Floats, turn: Floats) -> None:
    """Put the combinations that the columns of ``turn`` are of the first rows in their place."""
    size, n_turned = turn.shape
    for first in range(0, basis.shape[1], _ROWS):
        part = slice(first, first + _ROWS)
        basis[:n_turned, part] = turn.T @ basis[:size, part]
