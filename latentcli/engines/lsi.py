"""Latent semantic indexing (Deerwester et al. 1990) but for the decomposition, which engines do."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.corpus.counts import CountMatrix, count_matrix
from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.mask import Rows
from latentcli.engines.parameters import LsiParameters
from latentcli.errors import InputError
from latentcli.models.topic_model import Doubles, LsiModel, trained_on
from latentcli.queries.inference import weighted

_LEADING = 10  # words, as many as a reader is shown


class Trained(NamedTuple):
    """The topic model, and figures of how the training went."""

    model: LsiModel
    metrics: dict[str, Any]


class WeightedCounts(NamedTuple):
    """What is decomposed: ``weights`` float64 (n_pairs,), one for each pair of the counts."""

    counts: CountMatrix
    idf: Doubles
    weights: Doubles


def weighted_counts(corpus: EncodedCorpus, kept: Rows, weighting: str) -> WeightedCounts:
    """Count and weight the words ``kept``.

    A word in df of N documents has the weight log2(N / df), and documents have unit length, as
    in gensim's TfidfModel. Raises InputError where that leaves nothing.
    """
    counts = count_matrix(corpus, kept)
    tfidf = weighting == "tfidf"
    idf = np.ones(counts.n_terms)
    if tfidf:
        document_counts = np.maximum(np.bincount(counts.terms, minlength=counts.n_terms), 1)
        idf = np.log2(counts.n_docs / document_counts)
    weights = weighted(counts, idf, unit=tfidf)
    if not weights.any():
        raise InputError(
            "every word is in all documents, so that tf-idf leaves nothing",
            "use --weighting counts",
        )
    return WeightedCounts(counts, idf, weights)


def signs(found: WeightedCounts, term_topic: npt.NDArray[np.floating[Any]]) -> Doubles:
    """Return what makes the more coherent pole of each column of loadings positive: 1 or -1.

    ``term_topic`` is (n_terms, n_topics). A pole is as coherent as its 10 leading words, or all it
    has, are alike in the documents that have them: by the sum of the cosines of their columns of
    the weighted matrix. Where that is the same, the entry of largest magnitude is positive.
    """
    n_topics = term_topic.shape[1]
    alike = _likeness(found, np.hstack([term_topic, -term_topic]))
    one, other = alike[:n_topics], alike[n_topics:]
    largest = term_topic[np.abs(term_topic).argmax(axis=0), np.arange(n_topics)]
    return np.where(np.where(np.isclose(one, other), largest < 0, one < other), -1.0, 1.0)


def _likeness(found: WeightedCounts, poles: npt.NDArray[np.floating[Any]]) -> Doubles:
    """Return the sum of cosines between the leading words of each column.

    That is the squared length of the sum of the words' unit vectors.
    """
    counts = found.counts
    leading = [_leading(pole) for pole in poles.T]
    leads = np.zeros(counts.n_terms, bool)
    leads[np.concatenate(leading)] = True
    pairs = np.flatnonzero(leads[counts.terms])
    pairs = pairs[np.argsort(counts.terms[pairs], kind="stable")]
    terms, weights = counts.terms[pairs], found.weights[pairs]
    documents = np.searchsorted(counts.starts, pairs, "right") - 1
    lengths = np.sqrt(np.bincount(terms, weights**2, minlength=counts.n_terms))
    weights /= np.where(lengths > 0, lengths, 1)[terms]
    starts = np.searchsorted(terms, np.arange(counts.n_terms + 1))
    alike = np.zeros(len(leading))
    for pole, words in enumerate(leading):
        own = np.concatenate([np.arange(0), *(np.arange(*starts[w : w + 2]) for w in words)])
        sums = np.bincount(documents[own], weights[own])
        alike[pole] = sums @ sums
    return alike


def _leading(pole: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.int64]:
    size = min(_LEADING, len(pole))
    words = np.argpartition(-pole, size - 1)[:size]
    return words[pole[words] > 0]


def trained(
    corpus: EncodedCorpus,
    kept: Rows,
    parameters: LsiParameters,
    found: WeightedCounts,
    term_topic: npt.NDArray[np.floating[Any]],
    singular_values: Doubles,
    document_vectors: npt.NDArray[np.floating[Any]],
) -> Trained:
    """Return the model of a decomposition, with the part of the energy that it captures."""
    model = LsiModel(
        **trained_on(corpus, kept, found.counts),
        term_topic=np.ascontiguousarray(term_topic, np.float32),
        singular_values=np.asarray(singular_values, np.float64),
        idf=found.idf,
        document_vectors=np.ascontiguousarray(document_vectors, np.float32),
        weighting=parameters.weighting,
    )
    energy = float((found.weights * found.weights).sum())
    captured = float((model.singular_values * model.singular_values).sum())
    return Trained(model, {"captured_energy": captured / energy})
