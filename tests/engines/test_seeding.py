"""Where topic training starts: clusters of documents, found again where they were planted."""

from __future__ import annotations

import numpy as np
import pytest

from latentcli.engines.seeding import first_topic_words, spherical_kmeans
from tests.small import counts_of, planted


def test_clusters_that_stand_apart_are_found() -> None:
    draw = np.random.default_rng(1)
    planted_cluster = draw.integers(0, 6, 300)
    points = np.eye(6)[planted_cluster] + draw.normal(scale=0.1, size=(300, 6))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    found = spherical_kmeans(points, 6, draw)
    assert len(set(zip(planted_cluster, found, strict=True))) == 6


@pytest.mark.parametrize("n_distinct", [1, 2])
def test_more_clusters_than_distinct_points_is_no_failure(n_distinct: int) -> None:
    points = np.eye(3)[np.arange(20) % n_distinct]
    found = spherical_kmeans(points, 5, np.random.default_rng(1))
    assert len(set(zip(points.argmax(axis=1), found, strict=True))) == n_distinct


def test_first_topics_share_out_every_token_of_the_corpus() -> None:
    counts = planted(n_docs=60).counts()
    words = first_topic_words(counts, 5, seed=1)
    assert (words >= 0).all()
    np.testing.assert_allclose(words.sum(axis=0), counts.term_counts())


@pytest.mark.parametrize("dense", [np.ones((5, 3)), np.ones((1, 1))], ids=["all alike", "one"])
def test_documents_that_are_all_alike_have_a_start_too(dense: np.ndarray) -> None:
    # fault 74
    words = first_topic_words(counts_of(dense), 1, seed=1)
    np.testing.assert_allclose(words, [dense.sum(axis=0)])
