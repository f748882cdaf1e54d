"""Non-negative matrix factorisation (Lee and Seung 1999), natively.

By Frobenius norm, of tf-idf weights or counts: documents and words take turns in sweeps of
coordinate descent (Cichocki and Phan 2009), from singular vectors (``nndsvd.py``). Several sweeps
for one product with the matrix, as Gillis and Glineur (2012) advise, and the best of several starts
lower the loss a little more for twice the work, but the topics are no better. By Kullback-Leibler
divergence, of counts: by the expectation and maximisation of ``plsa_native.py``, which is the same
problem in another scale (Gaussier and Goutte 2005).

By Frobenius norm training ends when 5 passes lower the loss by no more than 1 in 50,000.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.mask import Rows
from latentcli.engines import plsa_native
from latentcli.engines.lsi import WeightedCounts
from latentcli.engines.nmf import Trained, Words, fitted
from latentcli.engines.nndsvd import Factors, nndsvd, without_zeros
from latentcli.engines.parameters import NmfParameters, PlsaParameters
from latentcli.engines.truncated_svd import Sparse, gram_of, transposed
from latentcli.kernels import SparseMatrix, nonnegative
from latentcli.models.topic_model import NmfModel
from latentcli.observer import Observer

_WINDOW = 5  # passes
_MOST_PASSES = 500
_TOLERANCE = 2e-5
_DOCUMENT_SWEEPS = 20  # that find documents of given words
# Of a call of the kernels, which cannot be interrupted.
_BATCH_NUMBERS = 1 << 21
_BATCH_PRODUCTS = 1 << 25

Doubles = npt.NDArray[np.float64]


def train(
    corpus: EncodedCorpus,
    kept: Rows,
    parameters: NmfParameters,
    threads: int,
    scratch: Path,
    observer: Observer,
) -> Trained:
    """Factorise the weighted counts of the words ``kept``; a topic without words is left out.

    Raises InputError where the weights leave nothing.
    """
    return fitted(_BY_LOSS[parameters.loss], corpus, kept, parameters, threads, observer)


def resume(
    model: NmfModel,
    metrics: Mapping[str, Any],
    corpus: EncodedCorpus,
    kept: Rows,
    parameters: NmfParameters,
    threads: int,
    scratch: Path,
    observer: Observer,
) -> Trained:
    """Go on with the factorisation of a model of the same words of the same corpus.

    ``metrics`` are those of its training; ``parameters.iterations`` are the passes to come. It goes
    on from the model's topics; what documents have of them is as in the model, or by Frobenius norm
    found anew.
    """
    by_loss = partial(_BY_LOSS[parameters.loss], stopped=model)
    more = fitted(by_loss, corpus, kept, parameters, threads, observer)
    losses = [*metrics["loss"], *more.metrics["loss"]]
    return more._replace(metrics=more.metrics | {"passes": len(losses), "loss": losses})


def _least_squares(
    found: WeightedCounts,
    parameters: NmfParameters,
    threads: int,
    observer: Observer,
    stopped: NmfModel | None = None,
) -> Words:
    """Make the squares of what is left of the matrix least."""
    counts = found.counts
    matrix = Sparse(counts.starts, counts.terms, found.weights.astype(np.float32), counts.n_terms)
    most = parameters.iterations or _MOST_PASSES
    mean = float(matrix.values.sum(dtype=np.float64)) / (matrix.n_rows * matrix.n_columns)
    if stopped is None:
        observer.progress("first topics", 0, 1)
        first = nndsvd(matrix, parameters.k, parameters.seed, threads)
        observer.progress("first topics", 1, 1)
        both = _Factorisation(matrix, without_zeros(first, mean), threads)
    else:
        flat = np.full((matrix.n_rows, stopped.n_topics), mean, np.float32)
        both = _Factorisation(matrix, Factors(flat, stopped.topic_word), threads)
        both.find_documents()
    losses: list[float] = []
    settled = False
    while len(losses) < most:
        observer.progress("factorising", len(losses), parameters.iterations)
        losses.append(both.step())
        settled = _has_settled(losses)
        if settled and parameters.iterations is None:
            break
    observer.progress("factorising", len(losses), len(losses))
    return Words(both.topic_word(), losses, len(losses), settled)


def _has_settled(losses: list[float]) -> bool:
    if len(losses) <= _WINDOW:
        return False
    return losses[-1 - _WINDOW] - losses[-1] <= _TOLERANCE * losses[0]


class _Factorisation:
    """Documents and words by topics, whose product is near the matrix."""

    def __init__(self, matrix: Sparse, first: Factors, threads: int) -> None:
        self._documents = _Side(matrix, first.documents, threads)
        turned = transposed(self._documents.kernel, matrix)
        self._words = _Side(turned, first.words.T, threads)
        self._squares = float((matrix.values.astype(np.float64) ** 2).sum())

    def find_documents(self) -> None:
        """Make the documents what the words make of them, or nearly so."""
        self._documents.improve(self._words, _DOCUMENT_SWEEPS)

    def step(self) -> float:
        """Make a pass; return the squares of what is left of the matrix."""
        self._documents.improve(self._words)
        explained = self._words.improve(self._documents)
        product = float((self._documents.gram() * self._words.gram()).sum())
        return self._squares - 2 * explained + product

    def topic_word(self) -> npt.NDArray[np.float32]:
        """Return the words of the topics that are anywhere."""
        used = self._words.factor.any(axis=0) & self._documents.factor.any(axis=0)
        return np.ascontiguousarray(self._words.factor[:, used].T, np.float32)


class _Side:
    """One of the two factors, and the matrix with a row for each of its rows."""

    def __init__(self, matrix: Sparse, factor: npt.NDArray[np.float32], threads: int) -> None:
        self.kernel = SparseMatrix(matrix.starts, matrix.columns, matrix.values, matrix.n_columns)
        self.factor = np.ascontiguousarray(factor, np.float64)
        self._threads = threads

    def gram(self) -> Doubles:
        """Return the products of the topics with one another."""
        return gram_of(self.factor)

    def improve(self, other: _Side, sweeps: int = 1) -> float:
        """Sweep over the coordinates; return the sum of the matrix times the product of both."""
        n_rows, k = self.factor.shape
        products_of_topics = other.gram()
        table = other.factor.astype(np.float32)
        explained = 0.0
        size = max(1, min(_BATCH_NUMBERS // k, _BATCH_PRODUCTS // k**2))
        for first in range(0, n_rows, size):
            rows = self.factor[first : first + size]
            found = np.empty(rows.shape, np.float32)
            self.kernel.multiply(table, first, found, self._threads)
            products = found.astype(np.float64)
            nonnegative(products_of_topics, products, 0.0, sweeps, rows,
                        np.empty(len(rows), np.int32), self._threads, go_on=True)  # fmt: skip
            explained += float((rows * products).sum())
        return explained


def _least_divergence(
    found: WeightedCounts,
    parameters: NmfParameters,
    threads: int,
    observer: Observer,
    stopped: NmfModel | None = None,
) -> Words:
    """Make the divergence of the counts from the product least."""
    counts = found.counts
    like_plsa = PlsaParameters(parameters.k, parameters.iterations, seed=parameters.seed)
    before = Factors(stopped.doc_topic, stopped.topic_word) if stopped else None
    topics = plsa_native.fit_topics(counts, like_plsa, threads, observer, before)
    n_tokens = int(counts.counts.sum(dtype=np.int64))
    own = float(_x_log_x(counts.counts).sum() - _x_log_x(counts.doc_lengths()).sum())
    losses = [own - n_tokens * value for value in topics.metrics["log_likelihood_per_token"]]
    words = topics.topic_word.astype(np.float32)
    return Words(words, losses, len(losses), topics.metrics["converged"])


def _x_log_x(numbers: npt.NDArray[np.integer[Any]]) -> Doubles:
    """Return each number times its logarithm."""
    logs: Doubles = numbers * np.log(np.maximum(numbers, 1))
    return logs


_BY_LOSS: dict[str, Callable[..., Words]] = {
    "frobenius": _least_squares,
    "kl": _least_divergence,
}
