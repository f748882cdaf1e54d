"""Coherence is gensim's c_npmi over Boolean documents; exclusivity is what its formula says."""

from __future__ import annotations

from itertools import combinations
from math import log

import numpy as np
import pytest
from gensim.corpora import Dictionary
from gensim.models import CoherenceModel

from latentcli.evaluation.topics import exclusivity, npmi_coherence
from tests.small import counts_of, planted


def test_coherence_is_that_of_gensim_where_all_pairs_meet() -> None:
    texts = [text.split() for text in planted(n_docs=250, k=3, n_terms=30, length=25).texts]
    dictionary = Dictionary(texts)
    ids = [[dictionary.token2id[word] for word in text] for text in texts]
    counts = counts_of([np.bincount(text, minlength=len(dictionary)) for text in ids])
    common = np.argsort(-counts.term_counts())[:12].reshape(2, 6)
    judge = CoherenceModel(
        topics=[[dictionary[int(row)] for row in topic] for topic in common],
        texts=texts,
        dictionary=dictionary,
        coherence="c_npmi",
        window_size=1000,  # longer than any document
        processes=1,
    )
    expected = judge.get_coherence_per_topic()
    assert len(set(expected)) == 2
    assert npmi_coherence(common, counts) == pytest.approx(expected, abs=1e-6)


def naive_npmi(topic: list[int], dense: np.ndarray) -> float:
    has = dense > 0
    values = []
    for a, b in combinations(topic, 2):
        joint = (has[:, a] & has[:, b]).mean()
        if joint in (0, 1):
            values.append(-1.0 if joint == 0 else 1.0)
        else:
            pmi = log(joint / (has[:, a].mean() * has[:, b].mean()))
            values.append(pmi / -log(joint))
    return sum(values) / len(values)


def test_coherence_is_the_mean_over_all_pairs_whether_they_meet_or_not() -> None:
    dense = np.random.default_rng(1).poisson(0.3, size=(40, 12))
    dense[:, 11] = 1
    dense[5] = 0  # a document without words still counts as a document
    topics = [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]
    expected = [naive_npmi(topic, dense) for topic in topics]
    assert npmi_coherence(np.array(topics), counts_of(dense)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("dense", "value"),
    [
        ([[3, 1], [0, 0]], 1),
        ([[1, 0], [0, 1]], -1),
        ([[1, 1], [1, 0], [0, 1], [0, 0]], 0),
    ],
    ids=["only together", "never together", "independent"],
)
def test_coherence_has_the_limits_that_bouma_gives(dense: list[list[int]], value: float) -> None:
    assert npmi_coherence(np.array([[0, 1]]), counts_of(dense)) == pytest.approx([value])


def test_words_that_are_in_every_document_have_no_coherence() -> None:
    found = npmi_coherence(np.array([[0, 1], [0, 2]]), counts_of([[1, 1, 0], [2, 1, 1]]))
    assert np.isnan(found).tolist() == [True, False]


def test_how_often_a_word_occurs_in_a_document_does_not_matter_to_coherence() -> None:
    dense = np.random.default_rng(1).poisson(0.5, size=(30, 6))
    top = np.array([[0, 1, 2], [3, 4, 5]])
    assert (
        npmi_coherence(top, counts_of(dense)) == npmi_coherence(top, counts_of(dense > 0))
    ).all()


def test_a_topic_of_one_word_has_no_pairs_and_no_nan() -> None:
    assert npmi_coherence(np.array([[0]]), counts_of([[1], [0]])) == [0]


def test_exclusivity_is_the_part_of_its_top_words_that_a_topic_has_to_itself() -> None:
    weights = np.random.default_rng(1).dirichlet(np.ones(9), 3)
    top = np.argsort(-weights, axis=1)[:, :4]
    expected = [
        sum(weights[topic, word] / sum(weights[:, word]) for word in top[topic]) / 4
        for topic in range(3)
    ]
    assert exclusivity(top, weights) == pytest.approx(expected)


def test_exclusivity_is_one_for_words_of_its_own_and_a_share_for_common_ones() -> None:
    own, same = np.eye(2), np.full((2, 2), 0.5)
    assert exclusivity(np.array([[0], [1]]), own).tolist() == [1, 1]
    assert exclusivity(np.array([[0, 1], [0, 1]]), same).tolist() == [0.5, 0.5]
