"""Folding new documents in: their topics under topics that stay as they are.

By expectation and maximisation (Hofmann 1999), or by non-negative least squares. Either problem is
convex: there is one answer, whatever the start. A document's does not depend on its company.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.corpus.counts import CountMatrix
from latentcli.kernels import SparseMatrix, nonnegative, plsa_step
from latentcli.kernels.padded_table import padded_table

Doubles = npt.NDArray[np.float64]

_BATCH_NUMBERS = 1 << 21
_BATCH_PRODUCTS = 1 << 25  # of a sweep of least squares
_VANISHED = np.float32(1e-30)  # smaller ones would soon be denormal, and slow
_LONG_DOCUMENT = 100


class Convergence(NamedTuple):
    """How an inference went: sweeps of the slowest document, and how many did not settle."""

    sweeps: int
    unsettled: int


class Inferred(NamedTuple):
    """Topics of documents: ``weights`` float64 (n_docs, n_topics), and how the inference went."""

    weights: Doubles
    convergence: Convergence


def fold_in(
    topic_word: Doubles,
    counts: CountMatrix,
    beta: float = 1.0,
    tolerance: float = 1e-3,
    max_sweeps: int = 500,
    threads: int = 1,
) -> Inferred:
    """Return the most likely topic proportions of documents: float64 (n_docs, n_topics).

    ``topic_word`` float64 (n_topics, n_terms): p(word | topic). EM, tempered where ``beta`` is
    below 1, goes on from even proportions until those of a document change by less than
    ``tolerance`` tokens in the mean, or by 1e-5 of its length in a long one. Where no word says
    anything, proportions stay even.
    """
    k = len(topic_word)
    table = padded_table(counts.n_terms, k, np.float32)
    table[:, :k] = topic_word.T**beta
    proportions = np.full((counts.n_docs, k), 1 / k)
    sweeps = np.zeros(counts.n_docs, np.int64)
    size = max(1, _BATCH_NUMBERS // table.shape[1])
    for first in range(0, counts.n_docs, size):
        last = min(first + size, counts.n_docs)
        fold = _Folding(counts.rows(first, last), table, k, beta, threads)
        while len(fold.moving) and fold.sweeps < max_sweeps:
            fold.sweep(tolerance)
        fold.settled[fold.moving] = max_sweeps + 1
        proportions[first:last] = fold.proportions
        sweeps[first:last] = fold.settled
    return Inferred(proportions, _convergence(sweeps, max_sweeps))


class _Folding:
    """A batch of documents on its way; ``moving`` are those that have not settled."""

    def __init__(
        self,
        counts: CountMatrix,
        table: npt.NDArray[np.float32],
        k: int,
        beta: float,
        threads: int,
    ) -> None:
        self.proportions = np.full((counts.n_docs, k), 1 / k)
        self.settled = np.zeros(counts.n_docs, np.int64)
        self.moving = np.flatnonzero(np.diff(counts.starts))
        self.sweeps = 0
        self._all, self._table, self._k, self._beta = counts, table, k, beta
        self._threads = threads
        self._gather()

    def _gather(self) -> None:
        """Leave those that have settled out of what is counted."""
        self._rows = self.moving
        self._counts = self._all.taken(self._rows)
        self._values = self._counts.counts.astype(np.float32)
        self._lengths = self._counts.doc_lengths().astype(np.float64)

    def sweep(self, tolerance: float) -> None:
        """Make a step of EM for each document that moves."""
        n, k = len(self._rows), self._k
        weights, found = (padded_table(n, k, np.float32) for _ in range(2))
        now = self.proportions[self._rows]
        weights[:, :k] = now if self._beta == 1 else now**self._beta
        plsa_step(self._counts.starts, self._counts.terms, self._values, self._table,
                  weights, found, np.empty(n), self._threads)  # fmt: skip
        found[found < _VANISHED] = 0
        then = found[:, :k].astype(np.float64)
        totals = then.sum(axis=1, keepdims=True)
        then = np.where(totals > 0, then / np.maximum(totals, 1e-300), now)
        change = np.abs(then - now).mean(axis=1) * self._lengths
        self.sweeps += 1
        moves = self.settled[self._rows] == 0
        self.proportions[self._rows[moves]] = then[moves]
        still = moves & (change < tolerance * np.maximum(1, self._lengths / _LONG_DOCUMENT))
        self.settled[self._rows[still]] = self.sweeps
        self.moving = self._rows[moves & ~still]
        if 2 * len(self.moving) < n:
            self._gather()


def least_squares(
    topic_word: Doubles,
    counts: CountMatrix,
    weights: Doubles,
    tolerance: float = 1e-5,
    max_sweeps: int = 10_000,
    threads: int = 1,
) -> Inferred:
    """Return how much of each topic makes up each document best: float64 (n_docs, n_topics).

    The factors, not negative, that make the squares of what is left of the document's ``weights``
    float64 (n_pairs,) least. ``topic_word`` is float64 (n_topics, n_terms).
    """
    n_docs, k = counts.n_docs, len(topic_word)
    matrix = SparseMatrix(counts.starts, counts.terms, weights.astype(np.float32), counts.n_terms)
    by_term = np.ascontiguousarray(topic_word.T, np.float32)
    gram = np.array([(topic_word * row).sum(axis=1) for row in topic_word])
    factors = np.empty((n_docs, k))
    sweeps = np.zeros(n_docs, np.int32)
    size = max(1, min(_BATCH_NUMBERS // k, _BATCH_PRODUCTS // k**2))
    for first in range(0, n_docs, size):
        rows = slice(first, first + size)
        products = np.empty(factors[rows].shape, np.float32)
        matrix.multiply(by_term, first, products, threads)
        nonnegative(gram, products.astype(np.float64), tolerance, max_sweeps, factors[rows],
                    sweeps[rows], threads)  # fmt: skip
    return Inferred(factors, _convergence(sweeps, max_sweeps))


def _convergence(sweeps: npt.NDArray[np.integer[Any]], max_sweeps: int) -> Convergence:
    unsettled = int(np.count_nonzero(sweeps > max_sweeps))
    return Convergence(int(np.minimum(sweeps, max_sweeps).max(initial=0)), unsettled)
