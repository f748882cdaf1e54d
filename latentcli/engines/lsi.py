"""Latent semantic indexing (Deerwester et al. 1990) but for the decomposition, which engines do."""

from __future__ import annotations

import math
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
_MOST_DOCS = 1 << 16
_AGAIN = 0.8  # what a word of a topic before counts


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
    has, are alike in the documents that have them (65,536 at most, evenly): by the sum of the
    cosines of their columns of the weighted matrix. A word counts a fifth less for each topic
    before that it has led, so that topics do not say the same again. Where both poles are equal,
    the entry of largest magnitude is positive.
    """
    poles = [(_leading(topic), _leading(-topic)) for topic in term_topic.T]
    columns = _UnitColumns(
        found, np.unique(np.concatenate([words for two in poles for words in two]))
    )
    led = np.zeros(len(term_topic), np.int64)
    found_signs = np.ones(len(poles))
    for number, (both, topic) in enumerate(zip(poles, term_topic.T, strict=True)):
        one, other = (columns.likeness(words, _AGAIN ** led[words]) for words in both)
        largest = topic[np.abs(topic).argmax()]
        if largest < 0 if math.isclose(one, other, rel_tol=1e-6) else one < other:
            found_signs[number] = -1
        led[both[0] if found_signs[number] > 0 else both[1]] += 1
    return found_signs


def _leading(pole: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.int64]:
    size = min(_LEADING, len(pole))
    words = np.argpartition(-pole, size - 1)[:size]
    return words[pole[words] > 0]


class _UnitColumns:
    """Some words' columns of the weighted matrix, at unit length."""

    def __init__(self, found: WeightedCounts, words: npt.NDArray[np.int64]) -> None:
        counts = found.counts
        chosen = np.zeros(counts.n_terms, bool)
        chosen[words] = True
        step = -(-counts.n_docs // _MOST_DOCS)
        asked = np.repeat(np.arange(counts.n_docs) % step == 0, np.diff(counts.starts))
        pairs = np.flatnonzero(chosen[counts.terms] & asked)
        pairs = pairs[np.argsort(counts.terms[pairs], kind="stable")]
        terms, weights = counts.terms[pairs], found.weights[pairs]
        lengths = np.sqrt(np.bincount(terms, weights**2, minlength=counts.n_terms))
        self._weights = weights / np.where(lengths > 0, lengths, 1)[terms]
        self._documents = (np.searchsorted(counts.starts, pairs, "right") - 1) // step
        self._starts = np.searchsorted(terms, np.arange(counts.n_terms + 1))

    def likeness(
        self, words: npt.NDArray[np.int64], weights: npt.NDArray[np.floating[Any]]
    ) -> float:
        """Return the weighted sum of cosines between words: the squared length of their sum."""
        own = [np.arange(*self._starts[word : word + 2]) for word in words]
        if not own:
            return 0.0
        pairs = np.concatenate(own)
        scaled = self._weights[pairs] * np.repeat(weights, [len(part) for part in own])
        sums = np.bincount(self._documents[pairs], scaled)
        return float(sums @ sums)


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
