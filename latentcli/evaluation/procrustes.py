"""One embedding turned into another's space: orthogonal Procrustes (Schönemann 1966).

The rotation (or reflection) that brings the unit vectors of words that both have nearest to each
other, as Hamilton, Leskovec and Jurafsky (2016) align the embeddings of two times.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.errors import RequestError
from latentcli.models.embedding import Embedding, Rows, shared_rows, unit_rows
from latentcli.wording import counted

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

# So many rows are taken at a time, in double precision.
_BLOCK = 1 << 14


class Turned(NamedTuple):
    """How ``b`` turns into the space of ``a``: ``rotation`` float64 (dim, dim), orthogonal.

    ``in_a`` and ``in_b``, int64 (n_shared,), are the rows of the words that both have, with the
    ``cosines`` of their vectors after turning, float64 (n_shared,), and the mean cosine of them
    all ``before`` and ``after``. ``n_used``: how many of these words decided the rotation.
    """

    rotation: Doubles
    in_a: Rows
    in_b: Rows
    cosines: Doubles
    n_used: int
    before: float
    after: float


def turned(a: Embedding, b: Embedding, most_words: int | None = None) -> Turned:
    """Find the rotation of ``b`` by which the words that both have come nearest to ``a``'s.

    Each counts alike, at unit length and from the origin: nothing is centred, since a shift would
    change cosines. ``most_words``: by so many of the most frequent alone (a word is as frequent as
    where it is rarer, by its row). Raises RequestError where dimensions differ or no word is
    shared.
    """
    if a.dim != b.dim:
        raise RequestError(
            f"the first has {counted(a.dim, 'dimension')}, the second {b.dim:,}: no rotation "
            "brings one into the other's space",
            "train both with the same --dim",
        )
    in_a, in_b = shared_rows(a, b)
    if not len(in_a):
        raise RequestError(
            "the two embeddings have no word in common", "are they of the same language?"
        )
    first, second = unit_rows(a.vectors[in_a]), unit_rows(b.vectors[in_b])
    used = np.argsort(np.maximum(in_a, in_b), kind="stable")[:most_words]
    found = rotation(first[used], second[used])
    cosines = _cosines(first, rotated(second, found))
    before = float(_cosines(first, second).mean())
    return Turned(found, in_a, in_b, cosines, len(used), before, float(cosines.mean()))


def rotation(a: Floats, b: Floats) -> Doubles:
    """Return the orthogonal R that makes || b R - a || least: float64 (dim, dim).

    R = U V^T of the singular value decomposition U S V^T of b^T a.
    """
    product = np.zeros((b.shape[1], a.shape[1]))
    for start in range(0, len(a), _BLOCK):
        block = slice(start, start + _BLOCK)
        product += b[block].T.astype(np.float64) @ a[block].astype(np.float64)
    u, _, vt = np.linalg.svd(product)
    found: Doubles = u @ vt
    return found


def rotated(vectors: Floats, by: Doubles, out: Floats | None = None) -> Floats:
    """Return vectors turned: float32 (n, dim); ``out``, if given, is where to."""
    turned_rows = np.empty(vectors.shape, np.float32) if out is None else out
    for start in range(0, len(vectors), _BLOCK):
        block = np.asarray(vectors[start : start + _BLOCK], np.float64)
        turned_rows[start : start + _BLOCK] = block @ by
    return turned_rows


def _cosines(a: Floats, b: Floats) -> Doubles:
    """Return the cosine of each row of unit vectors with the other's."""
    found: Doubles = np.einsum("ij,ij->i", a, b, dtype=np.float64)
    return found
