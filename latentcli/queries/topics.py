"""Questions about one topic: its words, its most typical documents, and its nearest topics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from latentcli.errors import RequestError
from latentcli.models.topic_model import Doubles, LdaModel, LsiModel, MixtureModel, TopicModel
from latentcli.queries.ranking import PROBABILITY, Ranking, Rows, probabilities

# Tokens of other topics that each document is given, so that none is typical by two words.
_OTHER_TOKENS = 20


class TopicWord(NamedTuple):
    """A word of a topic and its weight, which depends on the ranking."""

    word: str
    weight: float


class NearTopic(NamedTuple):
    """A topic near another; ``similarity`` is from 0 to 1."""

    topic: int
    similarity: float
    words: list[str]


def check_topic(model: TopicModel, topic: int) -> None:
    """Raise RequestError for a topic that the model does not have."""
    if not 0 <= topic < model.n_topics:
        raise RequestError(f"no topic {topic}", f"the model's topics are 0 to {model.n_topics - 1}")


def topic_words(
    model: TopicModel, topic: int, n_words: int, by: str = PROBABILITY
) -> list[TopicWord]:
    """Return a topic's first words by a ranking, without those that it does not have."""
    ranking = Ranking(model, by)
    weights = ranking.weights(topic)
    rows = ranking.top(topic, n_words)
    if isinstance(model, MixtureModel):
        rows = rows[np.asarray(model.topic_word[topic])[rows] > 0]
    return [TopicWord(model.words[int(row)], float(weights[row])) for row in rows]


def mixture_words(model: MixtureModel, theta: Doubles, n_words: int) -> list[TopicWord]:
    """Return the likeliest words of a mixture of topics, float64 (n_topics,), and p(word).

    p(word) is the sum of p(word | topic) over the topics by their shares: theta Phi.
    """
    found = np.zeros(len(model.words))
    for topic in np.flatnonzero(theta):
        found += theta[topic] * probabilities(model, int(topic))
    rows = np.argsort(-found, kind="stable")[:n_words]
    return [TopicWord(model.words[int(row)], float(found[row])) for row in rows if found[row] > 0]


def words_of_direction(model: LsiModel, vector: Sequence[float], n_words: int) -> list[TopicWord]:
    """Return the words that a unit vector of LSI's space, (n_topics,), stands for, and how much.

    The space lies within that of weighted counts, which has an axis for each word; the weight is
    the cosine of the vector and that axis: U times the vector.
    """
    weights = np.asarray(model.term_topic) @ np.asarray(vector)
    rows = np.argsort(-weights, kind="stable")[:n_words]
    return [TopicWord(model.words[int(row)], float(weights[row])) for row in rows]


def topic_weights(model: TopicModel, topic: int) -> Doubles:
    """Return the weight of a topic in each document: float64 (n_docs,).

    Its share; for LSI the cosine of the document's vector and the topic's axis, from -1 to 1.
    """
    if isinstance(model, MixtureModel):
        share: Doubles = model.doc_topic[:, topic].astype(np.float64)
        return share
    vectors = model.document_vectors.astype(np.float64)
    cosines: Doubles = vectors[:, topic] / np.maximum(np.linalg.norm(vectors, axis=1), 1e-300)
    return cosines


def typical_documents(model: TopicModel, topic: int, n: int) -> tuple[Rows, Doubles]:
    """Return the rows of the documents most typical of a topic, and its weight in them.

    They are ranked as if each had 20 tokens more, all of other topics: weight length /
    (length + 20). So a document of two words cannot come first because both fit.
    """
    lengths = np.asarray(model.doc_lengths, np.float64)
    weights = topic_weights(model, topic)
    scores = weights * lengths / (lengths + _OTHER_TOKENS)
    rows = np.argsort(-scores, kind="stable")[:n]
    rows = rows[scores[rows] > 0]
    return rows, weights[rows]


def document_tokens(model: MixtureModel) -> Doubles:
    """Return how many tokens of each document are of each topic: float64 (n_docs, n_topics).

    LDA's shares have the prior in them, as if each document had alpha tokens more of each topic;
    these are taken off again.
    """
    lengths = np.asarray(model.doc_lengths, np.float64)[:, None]
    shares = model.doc_topic.astype(np.float64)
    if isinstance(model, LdaModel):
        tokens: Doubles = np.maximum(shares * (lengths + model.alpha.sum()) - model.alpha, 0)
        return tokens
    return shares * lengths


def nearest_topics(model: TopicModel, topic: int, n: int, n_words: int) -> list[NearTopic]:
    """Return the topics nearest to a topic.

    ``similarity`` is 1 minus the Jensen-Shannon distance (the root of the divergence, in bits; Lin
    1991; Endres and Schindelin 2003) of the topics' distributions over words. Raises RequestError
    for LSI.
    """
    if not isinstance(model, MixtureModel):
        raise RequestError(
            "LSI's topics are at right angles: none is nearer than another",
            "models of other algorithms have nearest topics",
        )
    own = probabilities(model, topic)
    others = [other for other in range(model.n_topics) if other != topic]
    near = np.array([1 - _distance(own, probabilities(model, other)) for other in others])
    ranking = Ranking(model)
    return [
        NearTopic(
            others[i],
            float(near[i]),
            [model.words[int(row)] for row in ranking.top(others[i], n_words)],
        )
        for i in np.argsort(-near, kind="stable")[:n]
    ]


def _distance(p: Doubles, q: Doubles) -> float:
    mean = (p + q) / 2
    divergence = sum(
        float(np.sum(part * np.log2(part / of))) / 2 for part, of in _pairs(p, q, mean)
    )
    return float(np.sqrt(min(1.0, max(0.0, divergence))))


def _pairs(p: Doubles, q: Doubles, mean: Doubles) -> list[tuple[Doubles, Doubles]]:
    return [(part[part > 0], mean[part > 0]) for part in (p, q)]
