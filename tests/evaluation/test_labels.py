"""Agreement with labels, against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import normalized_mutual_info_score
from sklearn.metrics.cluster import contingency_matrix

from latentcli.evaluation.labels import agreement


@pytest.mark.parametrize("seed", range(5))
def test_agreement_is_scikit_learns(seed: int) -> None:
    draw = np.random.default_rng(seed)
    labels = draw.integers(0, 4, 200)
    topics = np.where(draw.random(200) < 0.6, labels + 2, draw.integers(0, 7, 200))
    found = agreement(topics, labels)
    assert found.nmi == pytest.approx(normalized_mutual_info_score(labels, topics))
    table = contingency_matrix(labels, topics)
    assert found.purity == pytest.approx(table.max(axis=0).sum() / table.sum())


def test_the_same_partition_agrees_wholly_and_one_topic_not_at_all() -> None:
    labels = np.array([0, 0, 1, 1, 1, 2])
    assert agreement(2 - labels, labels) == pytest.approx((1, 1))
    assert agreement(np.zeros(6, np.int64), labels) == pytest.approx((0, 0.5))
