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
    nearest_topics,
    topic_words,
    typical_documents,
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
