"""A word embedding whose vectors are composed of those of character n-grams.

Bojanowski, Grave, Joulin and Mikolov (2017): a word's vector is the mean of a row of its own and of
the rows of its n-grams, so that words never seen have vectors too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.corpus.strings import Strings
from latentcli.kernels import compose_vectors, subword_hashes
from latentcli.models.embedding import Embedding, lengths
from latentcli.models.subwords import SubwordVectors

Floats = npt.NDArray[np.float32]

_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, kw_only=True)
class SubwordEmbedding(Embedding):
    """``vectors`` are composed of ``own_vectors`` float32 (n_terms, dim) and of ``subwords``."""

    own_vectors: Floats
    subwords: SubwordVectors


def extended(model: SubwordEmbedding, words: Strings) -> Embedding:
    """Return the model with the vectors of further words, composed of n-grams, behind its own.

    Words that it has, and those of whose n-grams it knows none, add nothing. Counts are 0.
    """
    sizes = {word: len(model.subwords.ngrams(word)) for word in words}
    unseen = [word for word in words if sizes[word] and model.words.find(word) is None]
    ngrams = np.array([sizes[word] for word in unseen], np.float32)[:, None]
    zeros = np.zeros((len(unseen), model.dim), np.float32)
    lines = Lines.of(word.encode() for word in unseen)
    vectors = composed(lines, zeros, model.subwords) * ((ngrams + 1) / ngrams)
    found = np.flatnonzero(np.asarray(vectors.any(axis=1)))
    counts = model.term_counts
    if counts is not None:
        counts = np.concatenate([counts, np.zeros(len(found), np.int64)])
    return Embedding(
        words=Strings.of([*model.words, *(unseen[i] for i in found.tolist())]),
        vectors=np.vstack([model.vectors, vectors[found]]),
        norms=np.concatenate([model.norms, lengths(vectors[found])]),
        term_counts=counts,
        tokenizer=model.tokenizer,
        imported=model.imported,
    )


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
    table = np.asarray(subwords.vectors).reshape(-1, own.shape[1])
    if subwords.kept is not None:
        table = np.vstack([table, np.zeros((1, own.shape[1]), np.float32)])
    for first, last in _blocks(words.offsets):
        block = slice(first, last)
        lines = Lines(words.text, words.offsets[first : last + 1])
        starts, rows = ngram_buckets(lines, subwords.min_n, subwords.max_n, subwords.buckets)
        if subwords.kept is not None:
            rows = _places(np.asarray(subwords.kept), rows)
        compose_vectors(_bytes(own[block]), _bytes(table), starts, rows, out[block], threads)
    return out


def _blocks(offsets: npt.NDArray[np.uint64]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last + 1 of some words at a time: n-grams take much room."""
    size = int(offsets[-1])
    edges = np.searchsorted(offsets, np.arange(0, size + _BLOCK_BYTES, _BLOCK_BYTES))
    edges[-1] = len(offsets) - 1
    yield from zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)


def _bytes(rows: Floats) -> npt.NDArray[np.uint8]:
    """Return the memory of rows, which need not be aligned in it."""
    return np.ascontiguousarray(rows).reshape(-1).view(np.uint8)


def _places(
    kept: npt.NDArray[np.uint32], buckets: npt.NDArray[np.uint32]
) -> npt.NDArray[np.uint32]:
    """Return the places of buckets among those kept, and behind all for one that is not."""
    places = np.searchsorted(kept, buckets)
    there = places < len(kept)
    there[there] = kept[places[there]] == buckets[there]
    return np.where(there, places, len(kept)).astype(np.uint32)
