"""Rankings of words, against pyLDAvis, R's stm written out in SciPy, and figures by hand."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import rankdata

from latentcli.corpus.strings import Strings
from latentcli.errors import RequestError
from latentcli.queries.ranking import RANKINGS, Ranking, top_words
from tests.small import lsi, mixture, planted, planted_lda

with warnings.catch_warnings():  # importing pyLDAvis sets filters for the whole process
    import pyLDAvis


def test_relevance_orders_words_as_pyldavis_does() -> None:
    world = planted()
    model = planted_lda(world)
    keep = model.term_counts > 0
    model = replace(
        model,
        topic_word=model.topic_word[:, keep],
        term_counts=model.term_counts[keep],
        words=Strings.of(word for word, kept in zip(model.words, keep, strict=True) if kept),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = pyLDAvis.prepare(
            model.topic_word_probabilities(), model.doc_topic, model.doc_lengths,
            list(model.words), model.term_counts, R=30, lambda_step=0.6, n_jobs=1,
            sort_topics=False, start_index=0,
        ).topic_info  # fmt: skip
    ranking = Ranking(model, "relevance")
    for topic in range(model.n_topics):
        of_topic = theirs[theirs.Category == f"Topic{topic}"]
        expected = (0.6 * of_topic.logprob + 0.4 * of_topic.loglift).tolist()
        weights = ranking.weights(topic)
        rows = [model.words.find(word) for word in of_topic.Term]
        assert weights[rows] == pytest.approx(expected, abs=1e-4)  # they round to 4 digits
        first = of_topic.Term.iloc[np.argsort(expected)[::-1][:20]].tolist()
        assert [model.words[int(row)] for row in ranking.top(topic, 20)] == first


def stm_frex(phi: np.ndarray, counts: np.ndarray, w: float = 0.5) -> np.ndarray:
    """FREX as R's stm defines it, a word at a time."""
    k, n_terms = phi.shape
    exclusivity = phi / phi.sum(axis=0)
    for word in range(n_terms):
        p, count = exclusivity[:, word], counts[word]
        deviation = ((p - 1 / k) ** 2).sum()
        if count <= 1:
            exclusivity[:, word] = 1 / k
        elif deviation > 0:
            shrink = min(1, max(0, (p * (1 - p) / (count - 1)).sum() / deviation))
            exclusivity[:, word] = shrink / k + (1 - shrink) * p
    frequency_rank = np.array([rankdata(row) for row in phi]) / n_terms
    exclusivity_rank = np.array([rankdata(row) for row in exclusivity]) / n_terms
    return 1 / (w / frequency_rank + (1 - w) / exclusivity_rank)


def test_frex_is_that_of_stm() -> None:
    model = planted_lda(planted())
    expected = stm_frex(model.topic_word_probabilities(), model.term_counts)
    ranking = Ranking(model, "frex")
    found = np.array([ranking.weights(topic) for topic in range(model.n_topics)])
    assert found == pytest.approx(expected, rel=1e-9)


def test_frex_by_hand() -> None:
    # Large counts, so that nothing is shrunk: exclusivity is .5, .9, .2 in topic 0.
    model = mixture([[5, 4.5, 0.5], [5, 0.5, 2]], [10**9, 10**9, 10**9])
    model = replace(model, topic_word=np.array([[0.5, 0.45, 0.05], [0.5, 0.05, 0.45]], np.float32))
    # By frequency 3, 2, 1 of 3; by exclusivity 2, 3, 1 of 3.
    expected = [1 / (0.5 / (3 / 3) + 0.5 / (2 / 3)), 1 / (0.5 / (2 / 3) + 0.5 / (3 / 3)), 1 / 3]
    assert Ranking(model, "frex").weights(0) == pytest.approx(expected, rel=1e-6)


def test_frex_does_not_take_a_rare_word_for_exclusive() -> None:
    model = mixture([[50, 40, 1e-3, 1], [50, 1, 1e-5, 40]], [100, 41, 1, 41])
    assert Ranking(model, "frex").top(0, 1).tolist() == [1]
    assert Ranking(model, "probability").top(0, 1).tolist() == [0]


def test_probability_is_the_default_and_ties_go_in_vocabulary_order() -> None:
    model = mixture([[1, 3, 1, 1], [0, 1, 1, 0]], [9, 9, 9, 9])
    assert top_words(model, 9).tolist() == [[1, 0, 2, 3], [1, 2, 0, 3]]
    assert Ranking(model).weights(0) == pytest.approx([1 / 6, 3 / 6, 1 / 6, 1 / 6])


def test_a_word_that_a_topic_lacks_comes_last() -> None:
    model = mixture([[0, 3, 1], [1, 1, 1]], [5, 9, 9])
    for ranking in RANKINGS:
        assert Ranking(model, ranking).top(0, 3).tolist()[-1] == 0


def test_a_word_that_no_topic_has_comes_last_in_every_ranking() -> None:
    """Nothing is divided by nothing: warnings are errors here."""
    model = mixture([[2, 0, 3, 0], [3, 0, 1, 0]], [5, 2, 4, 1])
    for ranking in RANKINGS:
        weights = Ranking(model, ranking).weights(0)
        assert not np.isnan(weights).any()
        assert set(Ranking(model, ranking).top(0, 4).tolist()[:2]) == {0, 2}


def test_lsi_is_ranked_by_loading_alone() -> None:
    assert top_words(lsi(), 2).tolist() == [[1, 0], [2, 1]]
    with pytest.raises(RequestError, match="LSI's are not"):
        Ranking(lsi(), "frex")


def test_another_ranking_is_refused() -> None:
    with pytest.raises(RequestError, match="no such ranking"):
        Ranking(lsi(), "loading")
