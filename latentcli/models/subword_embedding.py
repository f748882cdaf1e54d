"""A word embedding whose vectors are composed of those of character n-grams.

Bojanowski, Grave, Joulin and Mikolov (2017): a word's vector is the mean of a row of its own and of
the rows of its n-grams, so that words never seen have vectors too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from latentcli.corpus.strings import Strings
from latentcli.kernels import compose_vectors, subword_hashes
from latentcli.models.embedding import Embedding
from latentcli.models.subwords import SubwordVectors

Floats = npt.NDArray[np.float32]

_BLOCK_WORDS = 1 << 16


@dataclass(frozen=True, kw_only=True)
class SubwordEmbedding(Embedding):
    """``vectors`` are composed of ``own_vectors`` float32 (n_terms, dim) and of ``subwords``."""

    own_vectors: Floats
    subwords: SubwordVectors


def ngram_buckets(
    words: Strings, min_n: int, max_n: int, buckets: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint32]]:
    """Return where each word's n-grams begin, int64 (n_terms + 1,), and the buckets of all."""
    if not buckets:
        return np.zeros(len(words) + 1, np.int64), np.zeros(0, np.uint32)
    starts, hashes = subword_hashes(*_lines(words), min_n, max_n)
    hashes %= np.uint32(buckets)
    return starts, hashes


def _lines(words: Strings) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint64]]:
    """Return the words one a line, not escaped, and where the lines begin."""
    text = np.asarray(words.text)
    if not (text == ord("\\")).any():
        return text, np.asarray(words.offsets, np.uint64)
    plain = [word.encode() + b"\n" for word in words]
    offsets = np.zeros(len(plain) + 1, np.uint64)
    np.cumsum([len(line) for line in plain], out=offsets[1:])
    return np.frombuffer(b"".join(plain), np.uint8), offsets


def composed(words: Strings, own: Floats, subwords: SubwordVectors, threads: int = 1) -> Floats:
    """Return the vectors of words with rows of their own: float32 (n_terms, dim)."""
    out = np.empty(own.shape, np.float32)
    starts, buckets = ngram_buckets(words, subwords.min_n, subwords.max_n, subwords.buckets)
    table = np.asarray(subwords.vectors)
    if subwords.kept is not None:
        table, buckets = _renumbered(table, np.asarray(subwords.kept), buckets)
    for first in range(0, len(own), _BLOCK_WORDS):
        last = min(first + _BLOCK_WORDS, len(own))
        block = slice(first, last)
        compose_vectors(own[block], table, starts[first : last + 1], buckets, out[block], threads)
    return out


def _renumbered(
    table: Floats, kept: npt.NDArray[np.uint32], buckets: npt.NDArray[np.uint32]
) -> tuple[Floats, npt.NDArray[np.uint32]]:
    """Return the rows of buckets in a table that ends in a row of zeros, for those not kept."""
    rows = np.searchsorted(kept, buckets)
    missing = rows == len(kept)
    missing[~missing] = kept[rows[~missing]] != buckets[~missing]
    if missing.any():
        table = np.vstack([table, np.zeros((1, table.shape[1]), np.float32)])
        rows[missing] = len(kept)
    return np.ascontiguousarray(table), rows.astype(np.uint32)
