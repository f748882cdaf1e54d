"""The scan index of vectors, made piece by piece: their directions in one byte a dimension.

A search reads it in place of the vectors, with a bound on what it leaves out;
``kernels/scan_index.hpp`` says what it holds.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from typing import Any

from latentcli import kernels

_BLOCK_ROWS = 16
_PIECE_BYTES = 1 << 23


def build_index(vectors: memoryview[Any]) -> memoryview:
    """Return the index of ``vectors`` (float32 (n_terms, dim)): bytes, flat."""
    return memoryview(b"".join(index_pieces(vectors)))


def index_bytes(vectors: memoryview[Any]) -> int:
    """Return the size of the index of ``vectors``."""
    n_terms, dim = vectors.shape or ()
    return kernels.index_bytes(n_terms, dim)


def index_pieces(vectors: memoryview[Any]) -> Iterator[bytearray]:
    """Yield the index in order, in pieces that are made within some tenths of a second."""
    n_terms, dim = vectors.shape or ()
    step = max(1, _PIECE_BYTES // kernels.index_bytes(_BLOCK_ROWS, dim)) * _BLOCK_ROWS
    for first in range(0, n_terms, step):
        piece = bytearray(kernels.index_bytes(min(step, n_terms - first), dim))
        kernels.quantize(vectors, first, piece, kernels.usable_cores())
        yield piece
        _let_go(vectors, 4 * dim * (first + step))


def _let_go(vectors: memoryview[Any], n_bytes: int) -> None:
    """Tell the system that the first bytes of mapped vectors need no memory of this process now.

    They would count as its own while all of a large file is gone through; they stay in the cache.
    """
    mapped = vectors.obj
    whole = min(n_bytes, vectors.nbytes) // mmap.PAGESIZE * mmap.PAGESIZE
    if isinstance(mapped, mmap.mmap) and whole:
        mapped.madvise(mmap.MADV_DONTNEED, 0, whole)
