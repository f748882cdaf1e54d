"""A word embedding whose vectors are composed of those of character n-grams.

Bojanowski, Grave, Joulin and Mikolov (2017): a word's vector is the mean of a row of its own and of
the rows of its n-grams, so that words never seen have vectors too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

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


class Lines(NamedTuple):
    """Words in UTF-8, each with one byte behind it; word i begins at ``offsets[i]``.

    uint8 (n_bytes,), uint64 (n_terms + 1,).
    """

    text: npt.NDArray[np.uint8]
    offsets: npt.NDArray[np.uint64]

    @classmethod
    def of(cls, words: Iterable[bytes]) -> Lines:
        """Lay words out so."""
        plain = [word + b"\n" for word in words]
        offsets = np.zeros(len(plain) + 1, np.uint64)
        np.cumsum([len(line) for line in plain], out=offsets[1:])
        return cls(np.frombuffer(b"".join(plain), np.uint8), offsets)


def lines_of(words: Strings) -> Lines:
    """Return the words themselves; in ``Strings`` some characters are escaped."""
    text = np.asarray(words.text, np.uint8)
    if (text == ord("\\")).any():
        return Lines.of(word.encode() for word in words)
    return Lines(text, np.asarray(words.offsets, np.uint64))


def ngram_buckets(
    words: Lines, min_n: int, max_n: int, buckets: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint32]]:
    """Return where each word's n-grams begin, int64 (n_terms + 1,), and the buckets of all."""
    if not buckets:
        return np.zeros(len(words.offsets), np.int64), np.zeros(0, np.uint32)
    starts, hashes = subword_hashes(words.text, words.offsets, min_n, max_n)
    hashes %= np.uint32(buckets)
    return starts, hashes


def composed(words: Lines, own: Floats, subwords: SubwordVectors, threads: int = 1) -> Floats:
    """Return the vectors of words with rows of their own: float32 (n_terms, dim)."""
    out = np.empty(own.shape, np.float32)
    starts, buckets = ngram_buckets(words, subwords.min_n, subwords.max_n, subwords.buckets)
    table = np.asarray(subwords.vectors).reshape(-1, own.shape[1])
    if subwords.kept is not None:
        table, buckets = _renumbered(table, np.asarray(subwords.kept), buckets)
    for first in range(0, len(own), _BLOCK_WORDS):
        last = min(first + _BLOCK_WORDS, len(own))
        edges = starts[first : last + 1]
        compose_vectors(
            _bytes(own[first:last]), _bytes(table), edges, buckets, out[first:last], threads
        )
    return out


def _bytes(rows: Floats) -> npt.NDArray[np.uint8]:
    """Return the memory of rows, which need not be aligned in it."""
    return np.ascontiguousarray(rows).reshape(-1).view(np.uint8)


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
    return table, rows.astype(np.uint32)
