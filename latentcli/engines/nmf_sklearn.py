"""Non-negative matrix factorisation (Lee and Seung 1999) by scikit-learn.

By Frobenius norm: coordinate descent on tf-idf weights; by Kullback-Leibler divergence:
multiplicative updates on counts. scikit-learn works in blocks of passes, each from where the last
one ended, so that progress is told and the loss is looked at between them; it begins at NNDSVD
(``nndsvd.py``). Training ends when a block lowers the loss by less than 1 in 10,000 of the first.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy import sparse
from sklearn.decomposition import non_negative_factorization

from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.mask import Rows
from latentcli.engines.lsi import WeightedCounts
from latentcli.engines.nmf import Trained, Words, fitted
from latentcli.engines.nndsvd import Factors, nndsvd, without_zeros
from latentcli.engines.parameters import NmfParameters
from latentcli.engines.truncated_svd import Sparse
from latentcli.observer import Observer

_BLOCK_PASSES = 5
_MOST_PASSES = 500
_TOLERANCE = 1e-4
_BATCH_NUMBERS = 1 << 21
_SOLVERS = {"frobenius": ("cd", "frobenius"), "kl": ("mu", "kullback-leibler")}


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
    return fitted(_factorised, corpus, kept, parameters, threads, observer)


def _factorised(
    found: WeightedCounts, parameters: NmfParameters, threads: int, observer: Observer
) -> Words:
    """Factorise in blocks of passes, after each of which the loss is looked at."""
    counts = found.counts
    values = found.weights.astype(np.float32)
    observer.progress("first topics", 0, 1)
    rows = Sparse(counts.starts, counts.terms, values, counts.n_terms)
    factors = nndsvd(rows, parameters.k, parameters.seed, threads)
    observer.progress("first topics", 1, 1)
    matrix = sparse.csr_matrix(
        (values, counts.terms, counts.starts), shape=(counts.n_docs, counts.n_terms)
    )
    if parameters.loss == "kl":  # multiplied, a 0 stays one
        factors = without_zeros(factors, float(matrix.mean()))
    solver, loss = _SOLVERS[parameters.loss]
    losses = [_loss(matrix, factors, parameters.loss)]
    done, converged, limit = 0, False, parameters.iterations or _MOST_PASSES
    while done < limit:
        observer.progress("factorising", done, parameters.iterations)
        passes = min(_BLOCK_PASSES, limit - done)
        w, h, _ = non_negative_factorization(
            matrix, W=factors.documents, H=factors.words, n_components=parameters.k,
            init="custom", solver=solver, beta_loss=loss, tol=0, max_iter=passes,
        )  # fmt: skip
        factors = Factors(w, h)
        done += passes
        losses.append(_loss(matrix, factors, parameters.loss))
        converged = losses[-2] - losses[-1] <= _TOLERANCE * losses[0] * passes / _BLOCK_PASSES
        if converged and parameters.iterations is None:
            break
    observer.progress("factorising", done, done)
    used = (factors.words.sum(axis=1) > 0) & (factors.documents.sum(axis=0) > 0)
    return Words(np.ascontiguousarray(factors.words[used]), losses[1:], done, converged)


def _loss(matrix: sparse.csr_matrix, factors: Factors, loss: str) -> float:
    """Return the square of what is left of the matrix, or its divergence from the product."""
    w, h = (factor.astype(np.float64) for factor in factors)
    if loss == "frobenius":
        squares = float((matrix.data.astype(np.float64) ** 2).sum())
        cross = float((np.asarray(matrix @ h.T) * w).sum())
        return squares - 2 * cross + float(((w.T @ w) * (h @ h.T)).sum())
    document = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    by_term = np.ascontiguousarray(h.T)
    divergence = float(w.sum(axis=0) @ h.sum(axis=1)) - float(matrix.data.sum(dtype=np.float64))
    for first in range(0, matrix.nnz, max(1, _BATCH_NUMBERS // len(h))):
        pairs = slice(first, first + max(1, _BATCH_NUMBERS // len(h)))
        product = np.einsum("ij,ij->i", w[document[pairs]], by_term[matrix.indices[pairs]])
        counts = matrix.data[pairs].astype(np.float64)
        divergence += float((counts * np.log(counts / np.maximum(product, 1e-300))).sum())
    return divergence
