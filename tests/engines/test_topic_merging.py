"""Topics are merged where the likelihood loses least, as trying every pair shows."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from latentcli.engines.topic_merging import merged_topics


def likelihood(counts: np.ndarray) -> float:
    return float((counts * np.log(counts / counts.sum())).sum())


def by_trying(topics: list[np.ndarray], k: int) -> list[np.ndarray]:
    while len(topics) > k:
        one, other = min(
            combinations(range(len(topics)), 2),
            key=lambda pair: (
                sum(likelihood(topics[i]) for i in pair)
                - likelihood(topics[pair[0]] + topics[pair[1]])
            ),
        )
        merged = topics[one] + topics[other]
        topics = [t for i, t in enumerate(topics) if i not in (one, other)] + [merged]
    return topics


def test_those_pairs_are_merged_that_cost_least() -> None:
    draw = np.random.default_rng(1)
    topics = draw.gamma(0.5, 20, (9, 40)) + 0.5
    found = merged_topics(topics.T, 4)
    expected = np.array(by_trying(list(topics), 4)).T
    assert found.shape == (40, 4)
    order, meant = (np.argsort(table.sum(axis=0)) for table in (found, expected))
    np.testing.assert_allclose(found[:, order], expected[:, meant])


def test_halves_of_a_topic_are_joined_again() -> None:
    draw = np.random.default_rng(2)
    true = draw.dirichlet(np.full(300, 0.05), 5) * 1000
    halves = np.concatenate([true[:2] * 0.3, true, true[:2] * 0.7])
    found = merged_topics(halves.T, 5)
    cosines = (found / np.linalg.norm(found, axis=0)).T @ (
        true / np.linalg.norm(true, axis=1, keepdims=True)
    ).T
    assert (cosines.max(axis=0) > 0.999).all()


def test_as_many_topics_as_are_wanted_stay_as_they_are() -> None:
    topics = np.random.default_rng(3).random((30, 4))
    np.testing.assert_array_equal(merged_topics(topics, 4), topics)
