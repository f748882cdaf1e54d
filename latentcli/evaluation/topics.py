"""Coherence over documents, exclusivity and diversity of topics, from their top words."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
import numpy.typing as npt

from latentcli.corpus.counts import CountMatrix

Doubles = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]


def npmi_coherence(top_words: Rows, counts: CountMatrix, n_docs: int | None = None) -> Doubles:
    """Return each topic's coherence: float64 (n_topics,), from -1 to 1.

    The mean normalised pointwise mutual information (Bouma 2009; Aletras and Stevenson 2013) of
    all pairs of ``top_words`` (n_topics, n_top). Probabilities are shares of documents that have
    the words (Boolean documents), of all ``n_docs`` (default: the rows of ``counts``); a pair that
    never meets counts -1, one in every document 1. NaN where all words are in every document.
    """
    words = np.unique(top_words)
    has = _document_incidence(words, counts)
    together = (has.T @ has).astype(np.float64)
    n_docs = max(1, counts.n_docs if n_docs is None else n_docs)
    places = np.searchsorted(words, top_words)
    return np.array([_mean_npmi(together[np.ix_(topic, topic)] / n_docs) for topic in places])


def _document_incidence(words: Rows, counts: CountMatrix) -> npt.NDArray[np.float32]:
    """Return which documents have which words, documents without any left out."""
    place = np.full(counts.n_terms, -1)
    place[words] = np.arange(len(words))
    columns = place[counts.terms]
    document = np.repeat(np.arange(counts.n_docs), np.diff(counts.starts))[columns >= 0]
    rows, dense = np.unique(document, return_inverse=True)
    has = np.zeros((len(rows), len(words)), np.float32)
    has[dense, columns[columns >= 0]] = 1
    return has


def _mean_npmi(together: Doubles) -> float:
    first, second = np.triu_indices(len(together), 1)
    if not len(first):
        return 0.0
    alone = np.diag(together)
    if (alone >= 1).all():
        return float("nan")
    joint = together[first, second]
    values = np.full(len(joint), -1.0)
    met = joint > 0
    always = joint >= 1
    ratio = joint[met] / (alone[first] * alone[second])[met]
    with np.errstate(divide="ignore", invalid="ignore"):
        values[met] = np.log(ratio) / -np.log(joint[met])
    values[always] = 1.0
    return float(values.mean())


def exclusivity(top_words: Rows, topic_word: Doubles) -> Doubles:
    """Return each topic's exclusivity: float64 (n_topics,), from 0 to 1.

    The mean over its top words of p(word | topic) / sum over topics of p(word | topic) (the
    exclusivity part of FREX, Bischof and Airoldi 2012); ``topic_word`` is (n_topics, n_terms).
    """
    totals = np.maximum(topic_word.sum(axis=0), 1e-300)
    own = np.take_along_axis(topic_word, top_words, axis=1) / totals[top_words]
    means: Doubles = own.mean(axis=1)
    return means


def diversity(topics: Sequence[Sequence[Hashable]]) -> float | None:
    """Return the share of distinct words among the top words of all topics, from 0 to 1.

    Topic diversity (Dieng, Ruiz and Blei 2020); None where there is no word.
    """
    words = [word for topic in topics for word in topic]
    return len(set(words)) / len(words) if words else None
