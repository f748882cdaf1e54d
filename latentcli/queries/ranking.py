"""How the words of a topic are ranked: by probability, by relevance, or by FREX."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from latentcli.errors import RequestError
from latentcli.models.topic_model import Doubles, MixtureModel, TopicModel

Rows = npt.NDArray[np.int64]

PROBABILITY, RELEVANCE, FREX = RANKINGS = ("probability", "relevance", "frex")
# Sievert and Shirley (2014) found this to be what people recognise topics best by.
RELEVANCE_LAMBDA = 0.6
# What FREX gives to frequency; exclusivity has the rest.
FREX_WEIGHT = 0.5


def top_words(model: TopicModel, n_words: int, by: str = PROBABILITY) -> Rows:
    """Return the rows of each topic's top words, int64 (n_topics, n_words or fewer).

    By p(word | topic), unless another of RANKINGS is asked for; for LSI by the signed loading, so
    that a topic is shown by the words at its positive pole. Ties go in vocabulary order. Raises
    RequestError as ``Ranking`` does.
    """
    ranking = Ranking(model, by)
    return np.stack([ranking.top(topic, n_words) for topic in range(model.n_topics)])


def check_ranking(by: str, algorithm: str) -> None:
    """Raise RequestError for a ranking that is none, or is not for the algorithm's topics."""
    if by not in RANKINGS:
        raise RequestError(f"--rank-by {by}: no such ranking", f"there is {', '.join(RANKINGS)}")
    if algorithm == "lsi" and by != PROBABILITY:
        raise RequestError(
            f"--rank-by {by} is for topics that are distributions over words; LSI's are not",
            "its words are ranked by their loading: leave out --rank-by",
        )


def positive_weights(model: TopicModel) -> Doubles:
    """Return what says how much a topic has of a word: float64 (n_topics, n_terms).

    p(word | topic); for LSI the squared loading.
    """
    if isinstance(model, MixtureModel):
        return model.topic_word_probabilities()
    squares: Doubles = model.term_topic.T.astype(np.float64) ** 2
    return squares


class Ranking:
    """The weights by which the words of each topic are ranked.

    With p = p(word | topic):

    - ``probability``: p; for LSI the signed loading.
    - ``relevance`` (Sievert and Shirley 2014): lambda log p + (1 - lambda) log(p / p(word)),
      where p(word) is the sum of p over the topics by their shares, as in pyLDAvis.
    - ``frex`` (Bischof and Airoldi 2012): the harmonic mean of where the word stands by p, and
      where by exclusivity, its p over the sum of its p in all topics: each a share of all words,
      from 0 to 1. As in R's stm, exclusivity is shrunk towards 1 / n_topics, the rarer the word
      the more (James and Stein's estimator as by Hausser and Strimmer 2009), and words that tie
      share their mean rank.

    Raises RequestError for another ranking, and for LSI by any but the first.
    """

    def __init__(self, model: TopicModel, by: str = PROBABILITY) -> None:
        check_ranking(by, "" if isinstance(model, MixtureModel) else "lsi")
        self._model, self._by = model, by
        if isinstance(model, MixtureModel) and by != PROBABILITY:
            self._sums, self._squares, self._overall = np.zeros((3, len(model.words)))
            for topic, share in enumerate(model.shares()):
                found = probabilities(model, topic)
                self._sums += found
                self._squares += found**2
                self._overall += share * found

    def top(self, topic: int, n_words: int) -> Rows:
        """Return the rows of a topic's first words, int64 (n_words or fewer,)."""
        weights = self.weights(topic)
        order: Rows = np.argsort(-weights, kind="stable")[:n_words]
        return order

    def weights(self, topic: int) -> Doubles:
        """Return the weight of each word in a topic: float64 (n_terms,)."""
        model = self._model
        if not isinstance(model, MixtureModel):
            loadings: Doubles = model.term_topic[:, topic].astype(np.float64)
            return loadings
        found = probabilities(model, topic)
        if self._by == RELEVANCE:
            return relevance(found, self._overall)
        return self._frex(found) if self._by == FREX else found

    def _frex(self, found: Doubles) -> Doubles:
        n_topics, counts = self._model.n_topics, np.asarray(self._model.term_counts, np.float64)
        sums = np.where(self._sums > 0, self._sums, 1.0)  # words that no topic has
        squares = self._squares / sums**2
        deviation = squares - 1 / n_topics
        with np.errstate(divide="ignore", invalid="ignore"):
            shrinkage = np.clip((1 - squares) / (counts - 1) / deviation, 0, 1)
        shrinkage[deviation <= 0] = 0
        shrinkage[counts <= 1] = 1
        exclusivity = shrinkage / n_topics + (1 - shrinkage) * found / sums
        return 1 / (FREX_WEIGHT / _standing(found) + (1 - FREX_WEIGHT) / _standing(exclusivity))


def probabilities(model: MixtureModel, topic: int) -> Doubles:
    """Return p(word | topic) of one topic: float64 (n_terms,), sums to 1."""
    weights = np.asarray(model.topic_word[topic], np.float64)
    found: Doubles = weights / weights.sum()
    return found


def relevance(found: Doubles, overall: Doubles) -> Doubles:
    """Return the relevance of words from their probabilities in a topic and in all: (n_terms,)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        log = np.log(found)
        lift = np.where(found > 0, log - np.log(overall), -np.inf)
    weighed: Doubles = RELEVANCE_LAMBDA * log + (1 - RELEVANCE_LAMBDA) * lift
    return weighed


def _standing(values: Doubles) -> Doubles:
    """Return which share of the values each reaches (its mean rank, over how many there are)."""
    ordered = np.sort(values)
    below = np.searchsorted(ordered, values, side="left")
    up_to = np.searchsorted(ordered, values, side="right")
    share: Doubles = (below + up_to + 1) / 2 / len(values)
    return share
