from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import make_blobs
from sklearn.metrics import silhouette_samples, silhouette_score

from latentcli.evaluation import silhouette as module
from latentcli.evaluation.silhouette import silhouette

POINTS, LABELS = make_blobs([60, 50, 40], 6, cluster_std=4, random_state=2)
POINTS = POINTS.astype(np.float32)


def test_it_is_scikit_learns() -> None:
    found = silhouette(POINTS, LABELS)
    assert found is not None and found.n_points == 150
    assert found.mean == pytest.approx(silhouette_score(POINTS, LABELS), rel=1e-6)
    each = silhouette_samples(POINTS, LABELS)
    expected = [each[LABELS == number].mean() for number in range(3)]
    assert found.of_clusters == pytest.approx(expected, rel=1e-6)


def test_points_in_no_cluster_are_left_out() -> None:
    labels = np.where(np.arange(150) % 3 == 0, -1, LABELS)
    kept = labels >= 0
    found = silhouette(POINTS, labels)
    assert found is not None and found.n_points == 100
    assert found.mean == pytest.approx(silhouette_score(POINTS[kept], labels[kept]), rel=1e-6)


def test_a_sample_of_many_points_is_judged_the_same_for_a_seed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = silhouette(POINTS, LABELS)
    monkeypatch.setattr(module, "_SAMPLE", 100)
    found = silhouette(POINTS, LABELS, seed=3)
    assert whole is not None and found is not None and found.n_points == 100
    assert found.mean == pytest.approx(whole.mean, abs=0.05)
    assert silhouette(POINTS, LABELS, seed=3) == found
    assert silhouette(POINTS, LABELS, seed=4) != found


def test_a_cluster_that_the_sample_does_not_meet_has_no_figure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_SAMPLE", 20)
    labels = LABELS.copy()
    labels[0] = 3
    found = silhouette(POINTS, labels, seed=1)
    assert found is not None and found.of_clusters[3] is None


@pytest.mark.parametrize("labels", [[0, 0, 0], [0, 1, 2], [-1, -1, -1], [0, -1, 0]])
def test_without_a_second_cluster_or_a_pair_there_is_none(labels: list[int]) -> None:
    assert silhouette(POINTS[:3], np.array(labels)) is None
