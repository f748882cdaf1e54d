"""Topics and vectors of new documents, from a model's saved arrays alone.

Every inference starts from a fixed state, so that the same document always gets the same answer.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from latentcli.corpus.counts import CountMatrix
from latentcli.kernels import lda_infer
from latentcli.kernels.padded_table import padded_table
from latentcli.models.embedding import Embedding
from latentcli.models.topic_model import LdaModel, LsiModel, NmfModel, PlsaModel, TopicModel
from latentcli.queries.folding_in import Convergence, Inferred, fold_in, least_squares
from latentcli.queries.questions import SIF_A as SIF_A

Doubles = npt.NDArray[np.float64]

_BATCH_NUMBERS = 1 << 21


def infer_topics(model: TopicModel, counts: CountMatrix, threads: int = 1) -> Inferred:
    """Return the topics of counted documents under any topic model.

    Proportions that sum to 1; for LSI, coordinates of either sign. A document without known
    words gets a row that says nothing: tell it by ``counts``.
    """
    if isinstance(model, LsiModel):
        return Inferred(infer_lsi(model, counts), Convergence(0, 0))
    if isinstance(model, LdaModel):
        return Inferred(*infer_lda(model, counts, threads=threads))
    if isinstance(model, PlsaModel):
        beta = float(model.beta[0])
        return fold_in(model.topic_word_probabilities(), counts, beta, threads=threads)
    if isinstance(model, NmfModel):
        return infer_nmf(model, counts, threads)
    raise TypeError(f"no inference for {type(model).__name__}")


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
    model: LdaModel,
    counts: CountMatrix,
    tolerance: float = 1e-3,
    max_sweeps: int = 500,
    threads: int = 1,
) -> tuple[Doubles, Convergence]:
    """Return the topic proportions of each document: float64 (n_docs, n_topics).

    The proportions theta that maximise p(words | theta) times a Dirichlet density of parameters
    alpha + 1 (the mode in MacKay's softmax basis, 1998), for the topics' mean p(word | topic). EM
    finds them: from even weights on, alpha and the expected tokens of each topic are computed
    anew until they change by less than ``tolerance`` tokens in the mean, or by a hundredth of
    ``tolerance`` times the document's length in one of more than 100. The function is concave:
    there is one answer, whatever the start. A document without known words gets the prior's mean.
    """
    k = model.n_topics
    if k == 1:
        return np.ones((counts.n_docs, 1)), Convergence(0, 0)
    topics = padded_table(counts.n_terms, k, np.float32)
    topics[:, :k] = model.topic_word.T
    scales = 1 / model.topic_word.sum(axis=1, dtype=np.float64)
    proportions = np.empty((counts.n_docs, k))
    sweeps = np.zeros(counts.n_docs, np.int32)
    pairs_limit = max(1, _BATCH_NUMBERS // topics.shape[1])
    first = 0
    while first < counts.n_docs:
        last = int(np.searchsorted(counts.starts, counts.starts[first] + pairs_limit, "right")) - 1
        last = min(max(last, first + 1), first + pairs_limit, counts.n_docs)
        rows = counts.rows(first, last)
        weights = padded_table(rows.n_docs, k, np.float32)
        lda_infer(rows.starts, rows.terms, rows.counts, topics, 0.0, scales, model.alpha,
                  tolerance, max_sweeps, weights, sweeps[first:last], threads)  # fmt: skip
        block = weights[:, :k].astype(np.float64)
        proportions[first:last] = block / block.sum(axis=1, keepdims=True)
        first = last
    unsettled = sweeps > max_sweeps
    slowest = int(np.minimum(sweeps, max_sweeps).max(initial=0))
    return proportions, Convergence(slowest, int(unsettled.sum()))


def infer_nmf(model: NmfModel, counts: CountMatrix, threads: int = 1) -> Inferred:
    """Return the part that each topic has in each document's weight: float64 (n_docs, n_topics).

    By the loss that the model was trained by: least squares of the weighted counts, or the least
    Kullback-Leibler divergence. Where no topic has any of a document's words, parts are even.
    """
    if model.loss == "kl":
        return fold_in(model.topic_word_probabilities(), counts, threads=threads)
    weights = weighted(counts, model.idf, unit=model.weighting == "tfidf")
    topic_word = model.topic_word.astype(np.float64)
    found, went = least_squares(topic_word, counts, weights, threads=threads)
    parts = found * topic_word.sum(axis=1)
    totals = parts.sum(axis=1, keepdims=True)
    even = 1 / model.n_topics
    return Inferred(np.where(totals > 0, parts / np.maximum(totals, 1e-300), even), went)


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
    Ma 2017, without the removal of the common component); float64 (n_docs, dim). Where no counts
    are known all words weigh the same.
    """
    weights = sif_weights(model, counts)
    totals = np.zeros((counts.n_docs, model.dim))
    document = np.repeat(np.arange(counts.n_docs), np.diff(counts.starts))
    block = max(1, _BATCH_NUMBERS // model.dim)
    for start in range(0, len(weights), block):
        pairs = slice(start, start + block)
        rows = model.vectors[counts.terms[pairs]].astype(np.float64)
        np.add.at(totals, document[pairs], rows * weights[pairs, None])
    return totals


def sif_weights(model: Embedding, counts: CountMatrix) -> Doubles:
    """Return what each pair's word vector weighs in the document's mean: float64 (n_pairs,)."""
    document = np.repeat(np.arange(counts.n_docs), np.diff(counts.starts))
    lengths = np.maximum(counts.doc_lengths(), 1)[document]
    weights: Doubles = counts.counts / lengths
    if model.term_counts is not None:
        frequency = model.term_counts / max(1, int(model.term_counts.sum()))
        weights = weights * (SIF_A / (SIF_A + frequency))[counts.terms]
    return weights
