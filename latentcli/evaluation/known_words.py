"""The words of an embedding as evaluation sets ask for them: in capitals or not."""

from __future__ import annotations

import itertools
import unicodedata

import numpy as np
import numpy.typing as npt

from latentcli.models.embedding import Embedding


class KnownWords:
    """The first ``limit`` words, case aside; of words that differ in case the first one stands.

    ``first`` int64 (n_words,): the row of the first word that a row's differs from in case alone.
    """

    def __init__(self, model: Embedding, limit: int) -> None:
        self._rows: dict[str, int] = {}
        words = itertools.islice(iter(model.words), limit)
        self.first: npt.NDArray[np.int64] = np.array(
            [self._rows.setdefault(word.upper(), row) for row, word in enumerate(words)], np.int64
        )

    def __len__(self) -> int:
        return len(self.first)

    def find(self, word: str) -> int | None:
        """Return a word's row, or None."""
        return self._rows.get(unicodedata.normalize("NFC", word).upper())


def unit_vectors(model: Embedding, n_words: int) -> npt.NDArray[np.float32]:
    """Return the first vectors at unit length: float32 (n_words, dim).

    One that is zero, or not finite, is zero.
    """
    vectors = np.asarray(model.vectors[:n_words])
    norms = np.asarray(model.norms[:n_words], np.float32)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        units: npt.NDArray[np.float32] = vectors / norms
    units[~np.isfinite(units).all(axis=1)] = 0
    return units
