"""Where non-negative factorisation begins: the positive parts of the singular vectors.

Boutsidis and Gallopoulos (2008), NNDSVD: of each pair of singular vectors the larger of its
positive and negative parts, scaled. It takes the place of random numbers, and makes the topics
nearly the same whatever the seed. What follows settles in a local optimum all the same, and that
near the exact vectors is not always the best: those that few products with the matrix give, whose
last ones differ with the seed, are other starts to try.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.engines.truncated_svd import Sparse, truncated_svd

_EXACT, _ROUGH = 4, 2  # passes of truncated_svd
_APART = 1_000_003  # seeds of one number from those of the next

Floats = npt.NDArray[np.float32]


class Factors(NamedTuple):
    """``documents`` float32 (n_docs, k) and ``words`` float32 (k, n_terms), not negative."""

    documents: Floats
    words: Floats


def nndsvd(matrix: Sparse, k: int, seed: int, threads: int = 1, number: int = 0) -> Factors:
    """Return factors whose product is near the matrix, many of whose entries are 0.

    Beyond the matrix's rank, topics are of small random numbers. ``number`` 0 is of the singular
    vectors; each other number is of others that are near them.
    """
    passes, seed = (_ROUGH, seed + _APART * number) if number else (_EXACT, seed)
    svd = truncated_svd(matrix, k, seed, passes, threads)
    draw = np.random.default_rng(seed)
    small = float(matrix.values.sum(dtype=np.float64)) / (matrix.n_rows * matrix.n_columns)
    documents = draw.uniform(0, small, (matrix.n_rows, k)).astype(np.float32)
    words = draw.uniform(0, small, (k, matrix.n_columns)).astype(np.float32)
    for topic, value in enumerate(svd.values):
        left, right = _larger_parts(svd.left[:, topic], svd.right[:, topic])
        documents[:, topic], words[topic] = left * np.sqrt(value), right * np.sqrt(value)
    return Factors(documents, words)


def without_zeros(factors: Factors, value: float) -> Factors:
    """Put a value, such as the matrix's mean, where factors have 0: NNDSVDa."""
    documents, words = (np.where(factor > 0, factor, np.float32(value)) for factor in factors)
    return Factors(documents, words)


def _larger_parts(left: Floats, right: Floats) -> tuple[Floats, Floats]:
    """Return those of one sign of both vectors, scaled so that both are of one length."""
    parts = [(np.maximum(sign * left, 0), np.maximum(sign * right, 0)) for sign in (1, -1)]
    lengths = [(np.linalg.norm(a), np.linalg.norm(b)) for a, b in parts]
    larger = int(lengths[1][0] * lengths[1][1] > lengths[0][0] * lengths[0][1])
    (a, b), (length_a, length_b) = parts[larger], lengths[larger]
    if not length_a * length_b:
        return parts[0]
    scale = np.sqrt(length_a * length_b)
    return a / length_a * scale, b / length_b * scale
