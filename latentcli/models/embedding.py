"""A word embedding: one vector a word."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from latentcli.corpus.strings import Strings
from latentcli.corpus.tokenizers import TokenizerSettings

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Embedding:
    """``vectors`` float32 (n_terms, dim), raw; ``norms`` float32 (n_terms,), their lengths.

    ``term_counts`` int64 (n_terms,) says how often each word occurs in the training corpus; None:
    nobody knows, as of most vectors of other programs. Such are ``imported``.
    ``context_vectors``, of the same shape as ``vectors``, are word2vec's output weights.
    ``tokenizer`` is the rule that made the words, through which query words pass too.
    """

    words: Strings
    vectors: npt.NDArray[np.float32]
    norms: npt.NDArray[np.float32]
    term_counts: npt.NDArray[np.int64] | None
    tokenizer: TokenizerSettings
    context_vectors: npt.NDArray[np.float32] | None = None
    imported: bool = False

    @property
    def dim(self) -> int:
        """The number of dimensions."""
        return int(self.vectors.shape[1])


def lengths(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the Euclidean length of each row: float32 (n_terms,)."""
    norms: npt.NDArray[np.float32] = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    return norms


def unit_rows(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the directions of vectors: float32, rows of length 1, but of zeros."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    units: npt.NDArray[np.float32] = vectors / np.maximum(norms, np.float32(1e-30))
    return units


def shared_rows(a: Embedding, b: Embedding) -> tuple[Rows, Rows]:
    """Return where the words that both have stand in each, in the order of ``a``: int64 (n,)."""
    rows = {word: row for row, word in enumerate(b.words)}
    pairs = [(i, rows[word]) for i, word in enumerate(a.words) if word in rows]
    shared = np.array(pairs, np.int64).reshape(-1, 2)
    return shared[:, 0], shared[:, 1]
