"""Topics and vectors of new documents, from a model's saved arrays alone.

Every inference starts from a fixed state, so that the same document always gets the same answer.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.corpus.counts import CountMatrix
from latentcli.models.embedding import Embedding
from latentcli.models.topic_model import LdaModel, LsiModel

Doubles = npt.NDArray[np.float64]

# Arora, Liang and Ma (2017), the weight's parameter a.
SIF_A = 1e-3
_BATCH_NUMBERS = 1 << 21


class Convergence(NamedTuple):
    """How an inference went: sweeps of the slowest document, and how many did not settle."""

    sweeps: int
    unsettled: int


def digamma(x: Doubles) -> Doubles:
    """Return the digamma function of positive numbers, to about 1e-12.

    Recurrence up to 6 and the asymptotic series (Abramowitz and Stegun 1964, 6.3.5 and 6.3.18).
    """
    x = np.array(x, np.float64)
    result = np.zeros_like(x)
    for _ in range(6):
        small = x < 6
        if not small.any():
            break
        result[small] -= 1 / x[small]
        x[small] += 1
    y = 1 / (x * x)
    series = np.zeros_like(x)
    for coefficient in (691 / 32760, 1 / 132, 1 / 240, 1 / 252, 1 / 120, 1 / 12):
        series = y * (coefficient - series)
    out: Doubles = result + np.log(x) - 0.5 / x - series
    return out


def infer_lda(
    model: LdaModel, counts: CountMatrix, tolerance: float = 1e-3, max_sweeps: int = 200
) -> tuple[Doubles, Convergence]:
    """Return the expected topic proportions of each document: float64 (n_docs, n_topics).

    Variational inference for fixed topics (Blei, Ng and Jordan 2003; in the form of Hoffman, Blei
    and Bach 2010, algorithm 2): gamma starts at 1 and is swept until its mean change by topic is
    below ``tolerance``. A document without known words gets the prior's mean.
    """
    weights = model.topic_word.astype(np.float64)
    exp_log_beta = np.exp(digamma(weights) - digamma(weights.sum(axis=1))[:, None]).T.copy()
    gamma = np.repeat(model.alpha[None, :], counts.n_docs, axis=0).astype(np.float64)
    sweeps, unsettled = 0, 0
    pairs_limit = max(1, _BATCH_NUMBERS // model.n_topics)
    first = 0
    while first < counts.n_docs:
        last = int(np.searchsorted(counts.starts, counts.starts[first] + pairs_limit, "right")) - 1
        last = min(max(last, first + 1), counts.n_docs)
        went = _sweep(counts.rows(first, last), exp_log_beta, model.alpha, gamma[first:last],
                      tolerance, max_sweeps)  # fmt: skip
        sweeps, unsettled = max(sweeps, went.sweeps), unsettled + went.unsettled
        first = last
    return gamma / gamma.sum(axis=1, keepdims=True), Convergence(sweeps, unsettled)


def _sweep(
    counts: CountMatrix,
    exp_log_beta: Doubles,
    alpha: Doubles,
    gamma: Doubles,
    tolerance: float,
    max_sweeps: int,
) -> Convergence:
    """Bring the rows of ``gamma`` to their fixed point, in place.

    A document that has settled rests, so that its answer does not depend on its company.
    """
    open_docs = np.flatnonzero(np.diff(counts.starts))
    gamma[open_docs] = 1.0
    pairs = _Pairs(counts, open_docs, exp_log_beta)
    moving = np.ones(len(open_docs), np.bool_)
    for sweep in range(1, max_sweeps + 1):
        if not moving.any():
            return Convergence(sweep - 1, 0)
        if moving.sum() < 0.75 * len(moving):
            open_docs = open_docs[moving]
            pairs = _Pairs(counts, open_docs, exp_log_beta)
            moving = np.ones(len(open_docs), np.bool_)
        old = gamma[open_docs]
        theta = np.exp(digamma(old) - digamma(old.sum(axis=1))[:, None])
        norm = np.einsum("pk,pk->p", theta[pairs.document], pairs.beta) + 1e-100
        shares = np.add.reduceat(pairs.beta * (pairs.counts / norm)[:, None], pairs.starts, axis=0)
        new = alpha + theta * shares
        gamma[open_docs[moving]] = new[moving]
        moving &= np.abs(new - old).mean(axis=1) >= tolerance
    return Convergence(max_sweeps, int(moving.sum()))


class _Pairs:
    """The (document, term) pairs of some documents, laid out for a sweep."""

    def __init__(self, counts: CountMatrix, documents: npt.NDArray[np.int64], beta: Doubles):
        sizes = np.diff(counts.starts)[documents]
        self.starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)[:-1]])
        self.document = np.repeat(np.arange(len(documents)), sizes)
        place = np.arange(int(sizes.sum())) - self.starts[self.document]
        place += counts.starts[documents][self.document]
        self.counts = counts.counts[place].astype(np.float64)
        self.beta = beta[counts.terms[place]]


def infer_lsi(model: LsiModel, counts: CountMatrix) -> Doubles:
    """Fold documents in: U^T of each weighted document, float64 (n_docs, n_topics).

    Weights are counts times idf, scaled to unit length, as in training; or raw counts.
    """
    weights = weighted(counts, model.idf, unit=model.weighting == "tfidf")
    projected = np.zeros((counts.n_docs, model.n_topics))
    block = max(1, _BATCH_NUMBERS // model.n_topics)
    document = np.repeat(np.arange(counts.n_docs), np.diff(counts.starts))
    for start in range(0, len(weights), block):
        pairs = slice(start, start + block)
        rows = model.term_topic[counts.terms[pairs]].astype(np.float64)
        np.add.at(projected, document[pairs], rows * weights[pairs, None])
    return projected


def weighted(counts: CountMatrix, idf: Doubles, unit: bool) -> Doubles:
    """Return each pair's count times its term's idf; ``unit`` scales documents to length 1."""
    weights: Doubles = counts.counts * idf[counts.terms]
    if unit:
        document = np.repeat(np.arange(counts.n_docs), np.diff(counts.starts))
        squares = np.bincount(document, weights * weights, minlength=counts.n_docs)
        weights = weights / np.sqrt(np.maximum(squares, 1e-300))[document]
    return weights


def infer_vectors(model: Embedding, counts: CountMatrix) -> Doubles:
    """Return document vectors, the mean of word vectors with smooth inverse frequency weights.

    The weight of a word of relative frequency p is a / (a + p) with a = 1e-3 (Arora, Liang and
    Ma 2017, without the removal of the common component); float64 (n_docs, dim).
    """
    frequency = model.term_counts / max(1, int(model.term_counts.sum()))
    weights = counts.counts * (SIF_A / (SIF_A + frequency))[counts.terms]
    totals = np.zeros((counts.n_docs, model.dim))
    document = np.repeat(np.arange(counts.n_docs), np.diff(counts.starts))
    block = max(1, _BATCH_NUMBERS // model.dim)
    for start in range(0, len(weights), block):
        pairs = slice(start, start + block)
        rows = model.vectors[counts.terms[pairs]].astype(np.float64)
        np.add.at(totals, document[pairs], rows * weights[pairs, None])
    return totals / np.maximum(counts.doc_lengths(), 1)[:, None]
