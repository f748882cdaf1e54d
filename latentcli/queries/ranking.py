"""How the words of a topic are ranked: by probability, by relevance, or by FREX."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from latentcli.models.topic_model import Doubles, MixtureModel, TopicModel

Rows = npt.NDArray[np.int64]

PROBABILITY = "probability"


def top_words(model: TopicModel, n_words: int) -> Rows:
    """Return the rows of each topic's top words, int64 (n_topics, n_words or fewer).

    By p(word | topic); for LSI by the signed loading, so that a topic is shown by the words at
    its positive pole. Ties go in vocabulary order.
    """
    weights = model.topic_word if isinstance(model, MixtureModel) else model.term_topic.T
    n_words = min(n_words, weights.shape[1])
    best: Rows = np.argsort(-np.asarray(weights, np.float64), axis=1, kind="stable")[:, :n_words]
    return best


def positive_weights(model: TopicModel) -> Doubles:
    """Return what says how much a topic has of a word: float64 (n_topics, n_terms).

    p(word | topic); for LSI the squared loading.
    """
    if isinstance(model, MixtureModel):
        return model.topic_word_probabilities()
    squares: Doubles = model.term_topic.T.astype(np.float64) ** 2
    return squares
