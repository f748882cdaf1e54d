"""How far two embeddings agree on which words are near: the share of nearest words in common.

The measure of stability of Antoniak and Mimno (2018) and of Wendlandt, Kummerfeld and Mihalcea
(2018), among the words that both embeddings have.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.models.embedding import Embedding, shared_rows, unit_rows
from latentcli.models.topic_model import Doubles

Rows = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

_BATCH = 256


class Overlap(NamedTuple):
    """For words of both embeddings, how many of their nearest are the same in both.

    ``words``: the words; ``counts`` int64 (n_words,): how often each is in the first's corpus, None
    where that is unknown;
    ``overlap`` float64 (n_words,): from 0 to 1; ``chance``: what two random spaces would have.
    """

    words: list[str]
    counts: Rows | None
    overlap: Doubles
    chance: float


def neighbour_overlap(a: Embedding, b: Embedding, n: int = 10, most_words: int = 2_000) -> Overlap:
    """Return the overlap of the ``n`` nearest words, by cosine, for ``most_words`` of the words.

    Only words of both embeddings count, as neighbours too. Where there are more, those that are
    judged are spread evenly over the ranks of frequency.
    """
    in_a, in_b = shared_rows(a, b)
    n = min(n, len(in_a) - 1)
    places = np.unique(np.linspace(0, max(len(in_a) - 1, 0), most_words).astype(np.int64))
    places = places[: len(in_a)]
    overlap = np.zeros(len(places))
    if n > 0:
        units = unit_rows(a.vectors[in_a]), unit_rows(b.vectors[in_b])
        for start in range(0, len(places), _BATCH):
            batch = places[start : start + _BATCH]
            first, second = (_nearest(unit, batch, n) for unit in units)
            overlap[start : start + _BATCH] = [
                len(np.intersect1d(x, y)) / n for x, y in zip(first, second, strict=True)
            ]
    words = [a.words[int(row)] for row in in_a[places]]
    counts = None if a.term_counts is None else np.asarray(a.term_counts)[in_a[places]]
    return Overlap(words, counts, overlap, n / max(len(in_a) - 1, 1))


def shared_nearest(
    a: Embedding, b: Embedding, words: Sequence[str], n: int = 10
) -> list[tuple[list[str], list[str]]]:
    """Return, for words of both embeddings, their ``n`` nearest words in each, nearest first.

    Only words of both embeddings count, as for ``neighbour_overlap``.
    """
    in_a, in_b = shared_rows(a, b)
    place = {int(row): number for number, row in enumerate(in_a)}
    known = {word: row for row, word in enumerate(a.words)}
    rows = np.array([place[known[word]] for word in words], np.int64)
    n = min(n, len(in_a) - 1)
    near = []
    for vectors in (a.vectors[in_a], b.vectors[in_b]):
        units = unit_rows(vectors)
        found = _nearest(units, rows, n)
        cosines = np.einsum("ijk,ik->ij", units[found], units[rows])
        ordered = np.take_along_axis(found, np.argsort(-cosines, axis=1, kind="stable"), axis=1)
        near.append([[a.words[int(in_a[row])] for row in line] for line in ordered])
    return list(zip(*near, strict=True))


def _nearest(units: Floats, rows: Rows, n: int) -> Rows:
    """Return the ``n`` nearest rows to each of ``rows``, in no order, themselves left out."""
    cosines = units[rows] @ units.T
    cosines[np.arange(len(rows)), rows] = -np.inf
    nearest: Rows = np.argpartition(-cosines, n - 1, axis=1)[:, :n]
    return nearest
