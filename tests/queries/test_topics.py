"""One topic: its words, typical documents, and nearest topics."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon

from latentcli.corpus.strings import Strings
from latentcli.errors import RequestError
from latentcli.queries.topics import (
    check_topic,
    document_tokens,
    mixture_words,
    nearest_topics,
    topic_words,
    typical_documents,
    words_of_direction,
)
from tests.queries.test_ranking import lsi, mixture
from tests.small import planted, planted_lda


def test_words_come_with_their_probabilities() -> None:
    model = mixture([[1, 3, 0], [1, 0, 1]], [2, 3, 1])
    assert topic_words(model, 0, 9) == [("w1", 0.75), ("w0", 0.25)]
    assert [word for word, _ in topic_words(lsi(), 1, 9)] == ["c", "b", "a"]


@pytest.mark.parametrize("topic", [-1, 2])
def test_a_topic_that_there_is_not_is_an_error_with_the_range(topic: int) -> None:
    with pytest.raises(RequestError) as error:
        check_topic(mixture([[1], [1]], [1]), topic)
    assert "0 to 1" in error.value.hint


def test_a_document_of_two_words_is_not_the_most_typical() -> None:
    model = replace(
        mixture([[1, 1], [1, 1]], [1, 1]),
        doc_topic=np.array([[1, 0], [0.9, 0.1], [0.5, 0.5], [0.4, 0.6], [0, 1]], np.float32),
        doc_lengths=np.array([2, 100, 1000, 0, 50]),
        document_ids=Strings.of("abcde"),
    )
    rows, weights = typical_documents(model, 0, 9)
    # 2 / 22; 90 / 120; 500 / 1020; nothing of the empty one, and of the one without the topic
    assert rows.tolist() == [1, 2, 0]
    assert weights == pytest.approx([0.9, 0.5, 1])
    assert typical_documents(model, 0, 1)[0].tolist() == [1]


def test_lsi_s_documents_are_weighed_by_their_direction() -> None:
    model = replace(lsi(), document_vectors=np.array([[9, 0], [1, 1]], np.float32))
    rows, weights = typical_documents(model, 1, 9)
    assert rows.tolist() == [1]
    assert weights == pytest.approx([np.sqrt(0.5)])


def test_nearness_is_by_scipy_s_jensen_shannon_distance() -> None:
    model = planted_lda(planted())
    phi = model.topic_word_probabilities()
    found = nearest_topics(model, 2, 9, 3)
    assert {near.topic for near in found} == {0, 1, 3, 4}
    for near in found:
        expected = 1 - jensenshannon(phi[2], phi[near.topic], base=2)
        assert near.similarity == pytest.approx(expected, abs=1e-9)
        assert near.words == [word for word, _ in topic_words(model, near.topic, 3)]
    assert [near.similarity for near in found] == sorted(
        (near.similarity for near in found), reverse=True
    )


def test_the_same_topic_is_at_1_and_one_without_shared_words_at_0() -> None:
    model = mixture([[1, 1, 0], [2, 2, 0], [0, 0, 7]], [1, 1, 1])
    assert [(near.topic, near.similarity) for near in nearest_topics(model, 0, 9, 1)] == [
        (1, 1.0),
        (2, 0.0),
    ]


def test_lsi_has_no_nearest_topics() -> None:
    with pytest.raises(RequestError, match="right angles"):
        nearest_topics(lsi(), 0, 1, 1)


def test_lda_s_prior_is_no_token() -> None:
    model = planted_lda(planted())
    counts = np.random.default_rng(2).poisson(3, model.doc_topic.shape).astype(np.float64)
    counts[0] = 0
    lengths = counts.sum(axis=1)
    shares = (counts + model.alpha) / (lengths[:, None] + model.alpha.sum())
    model = replace(
        model, doc_topic=shares.astype(np.float32), doc_lengths=lengths.astype(np.int64)
    )
    assert document_tokens(model) == pytest.approx(counts, abs=1e-4)


def test_the_words_of_a_mixture_are_those_of_theta_phi() -> None:
    model = planted_lda(planted())
    phi = model.topic_word.astype(float)
    phi /= phi.sum(axis=1, keepdims=True)
    theta = np.array([0, 0.5, 0, 0.2, 0.3])
    by_hand = theta @ phi
    found = mixture_words(model, theta, 50)
    order = np.argsort(-by_hand, kind="stable")[:50]
    assert [word for word, _ in found] == [model.words[int(row)] for row in order]
    assert [weight for _, weight in found] == pytest.approx(by_hand[order], rel=1e-12)
    assert sum(weight for _, weight in mixture_words(model, theta, 10_000)) == pytest.approx(1)


def test_words_that_a_mixture_does_not_have_are_left_out() -> None:
    model = mixture([[1, 3, 0, 0], [0, 0, 1, 0]], [2, 3, 1, 1])
    assert mixture_words(model, np.array([1.0, 0]), 9) == [("w1", 0.75), ("w0", 0.25)]
    assert [word for word, _ in mixture_words(model, np.array([0.5, 0.5]), 9)] == ["w2", "w1", "w0"]


def test_a_direction_of_lsi_stands_for_words_by_the_cosine_with_their_axes() -> None:
    model = lsi()
    found = words_of_direction(model, [0.6, 0.8], 2)
    in_word_space = model.term_topic.astype(float) @ [0.6, 0.8]
    order = np.argsort(-in_word_space)[:2]
    assert [word for word, _ in found] == [model.words[int(row)] for row in order]
    assert [weight for _, weight in found] == pytest.approx(in_word_space[order])
