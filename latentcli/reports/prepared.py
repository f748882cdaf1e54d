"""The figures of a topic model's page: where topics lie, and which words are shown of them.

They are those of pyLDAvis.prepare, which Sievert and Shirley (2014) describe; the words shown
before a topic is chosen are those of Chuang, Manning and Heer (2012). The model, which may be
memory-mapped, is read a block of words at a time and then a topic at a time: memory is a few
vectors of n_terms numbers, and what is shown.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.models.topic_model import Doubles, Floats, MixtureModel
from latentcli.observer import SILENT, Observer

Rows = npt.NDArray[np.int64]

LAMBDA_STEP = 0.01
_LAMBDAS = np.arange(0, 1 + LAMBDA_STEP, LAMBDA_STEP)
_LAMBDA_BLOCKS = 10
# A probability of 0 has no logarithm, and topic_word is float32: this is its smallest normal.
_FLOOR = float(np.finfo(np.float32).tiny)
_BLOCK_NUMBERS = 1 << 16  # half a megabyte, which a cache holds while all pairs of topics pass
_SAME = 1e-12  # divergences up to here are rounding: the topics are one
_ROUNDING = 1e-9


class TopicTerms(NamedTuple):
    """Words to show of a topic: their rows, log p(w | t), and log p(w | t) / p(w)."""

    terms: Rows
    log_probability: Doubles
    log_lift: Doubles


class Figures(NamedTuple):
    """What the page draws; words are rows of the model.

    ``places`` float64 (n_topics, 2): the map; ``shares`` float64 (n_topics,), sums to 1;
    ``term_shares`` float64 (n_terms,): p(w), the topics' mixture by their shares, sums to 1;
    ``default_terms``: the words shown of no topic, the first first; ``topics``: those of each
    topic; ``shown``: all of these, ascending; ``shown_probabilities`` float64
    (n_topics, len(shown)): p(w | t) of them.
    """

    places: Doubles
    shares: Doubles
    term_shares: Doubles
    default_terms: Rows
    topics: list[TopicTerms]
    shown: Rows
    shown_probabilities: Doubles


def figures(model: MixtureModel, n_terms: int, observer: Observer = SILENT) -> Figures:
    """Return the figures of a page that shows ``n_terms`` words at a time, 1 at least.

    Of no topic these are the most salient, p(w) sum_t p(t | w) log p(t | w) / p(t), with
    p(w | t) / sum_t p(w | t) for p(t | w) as pyLDAvis has it. Nothing is salient of a single
    topic: its most probable words are shown. Where words are equal, the model's order decides.
    """
    n_terms = min(n_terms, model.topic_word.shape[1])
    sums = np.array([[_weights(row).sum()] for row in model.topic_word])
    shares = np.maximum(model.shares(), _FLOOR)
    shares /= shares.sum()
    across = _across_topics(model.topic_word, sums, shares, observer)
    log_share = np.log(across.term_shares)
    topics = []
    for topic, row in enumerate(model.topic_word):
        observer.progress("choosing words", topic, model.n_topics)
        log_probability = np.log(_weights(row) / sums[topic])
        terms = relevant_terms(log_probability, log_share, n_terms)
        own = log_probability[terms]
        topics.append(TopicTerms(terms, own, own - log_share[terms]))
    observer.progress("choosing words", model.n_topics, model.n_topics)
    salient = across.saliency if model.n_topics > 1 else across.term_shares
    default_terms = np.argsort(-salient, kind="stable")[:n_terms]
    shown = np.unique(np.concatenate([default_terms, *(topic.terms for topic in topics)]))
    return Figures(
        topic_map(across.divergences),
        shares,
        across.term_shares,
        default_terms,
        topics,
        shown,
        _weights(model.topic_word[:, shown]) / sums,
    )


def relevant_terms(log_probability: Doubles, log_share: Doubles, n_terms: int) -> Rows:
    """Return the words that are among a topic's ``n_terms`` most relevant at any lambda.

    ``log_probability``: log p(w | t), ``log_share``: log p(w), float64 (all terms,). Relevance,
    lambda log p(w | t) + (1 - lambda) log p(w | t) / p(w), is taken at 0, 0.01, ... 1; words
    stand in the order in which that brings them in, each lambda's most relevant first.
    """
    found = []
    for lambdas in np.array_split(_LAMBDAS, _LAMBDA_BLOCKS):
        # It never grows with lambda. So no word is wanted whose relevance at the first lambda
        # is less than that of n_terms words at the last, and few words remain to be sorted.
        lowest = log_probability - (1 - lambdas[-1]) * log_share
        highest = log_probability - (1 - lambdas[0]) * log_share
        enough = np.partition(lowest, -n_terms)[-n_terms] - _ROUNDING
        near = np.flatnonzero(highest >= enough)
        relevance = log_probability[near] - (1 - lambdas[:, None]) * log_share[near]
        best = np.argsort(-relevance, axis=1, kind="stable")[:, :n_terms]
        found.append(near[best].ravel())
    terms = np.concatenate(found)
    _, first = np.unique(terms, return_index=True)
    brought_in: Rows = terms[np.sort(first)]
    return brought_in


def topic_map(divergences: Doubles) -> Doubles:
    """Return where topics lie on the map: float64 (n_topics, 2), centred, the first axis widest.

    ``divergences``: float64 (n_topics, n_topics). Classical scaling (Torgerson 1952; principal
    coordinates, Gower 1966). In each column the first entry of largest magnitude is positive; a
    dimension that is not there is zeros, so two topics lie on the x axis.
    """
    squared = np.where(divergences < _SAME, 0.0, divergences) ** 2
    centred = squared - squared.mean(axis=0) - squared.mean(axis=1)[:, None] + squared.mean()
    values, vectors = np.linalg.eigh(-centred / 2)
    values, vectors = values[::-1][:2], vectors[:, ::-1][:, :2]
    values = np.where(values > values[0] * 1e-10, values, 0.0)
    coordinates = np.zeros((len(divergences), 2))
    coordinates[:, : len(values)] = vectors * np.sqrt(values)
    magnitude = np.abs(coordinates)
    leading = np.argmax(magnitude >= magnitude.max(axis=0) * (1 - 1e-9), axis=0)
    signs = np.where(coordinates[leading, [0, 1]] < 0, -1.0, 1.0)
    placed: Doubles = coordinates * signs
    return placed


def jensen_shannon(topic_word: Doubles) -> Doubles:
    """Return the Jensen-Shannon divergences of topics, in nats: float64 (n_topics, n_topics).

    ``topic_word``: float64 (n_topics, n_terms), positive. Of some of the words only it returns
    their part in the divergences.
    """
    divergences = np.zeros((len(topic_word), len(topic_word)))
    p_log_p = np.einsum("tw,tw->t", topic_word, np.log(topic_word))
    sums = topic_word.sum(axis=1)
    for one in range(len(topic_word) - 1):
        others = slice(one + 1, None)
        # With m = (p + q) / 2: the mean of p log p and q log q, less m log m.
        both = topic_word[one] + topic_word[others]
        entropies = p_log_p[one] + p_log_p[others] + (sums[one] + sums[others]) * np.log(2)
        gap = (entropies - np.einsum("tw,tw->t", both, np.log(both))) / 2
        divergences[one, others] = divergences[others, one] = gap
    return divergences


class _Across(NamedTuple):
    term_shares: Doubles
    saliency: Doubles
    divergences: Doubles


def _across_topics(
    topic_word: Floats, sums: Doubles, shares: Doubles, observer: Observer
) -> _Across:
    n_topics, n_words = topic_word.shape
    term_shares, saliency = np.empty(n_words), np.empty(n_words)
    divergences = np.zeros((n_topics, n_topics))
    block = max(1, _BLOCK_NUMBERS // n_topics)
    for first in range(0, n_words, block):
        observer.progress("comparing topics", first, n_words)
        words = slice(first, first + block)
        probability = _weights(topic_word[:, words]) / sums
        # Sums over the first axis are the same for words that are: BLAS's need not be.
        term_shares[words] = (probability * shares[:, None]).sum(axis=0)
        of_topic = probability / probability.sum(axis=0)
        saliency[words] = (of_topic * np.log(of_topic / shares[:, None])).sum(axis=0)
        divergences += jensen_shannon(probability)
    observer.progress("comparing topics", n_words, n_words)
    return _Across(term_shares, saliency * term_shares, divergences)


def _weights(topic_word: Floats) -> Doubles:
    weights: Doubles = np.maximum(topic_word.astype(np.float64), _FLOOR)
    return weights
