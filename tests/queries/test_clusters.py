from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import make_blobs
from sklearn.metrics import adjusted_rand_score
from threadpoolctl import threadpool_limits

from latentcli.queries import clusters
from latentcli.queries.clusters import NOISE, by_size, hdbscan, kmeans, most_central


def _planted(n_points: int, dim: int, n: int, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    sizes = np.arange(1, n + 1) * n_points // (n * (n + 1) // 2)
    points, truth = make_blobs(sizes.tolist(), dim, cluster_std=0.5, random_state=seed)
    return points.astype(np.float32), truth


def test_kmeans_finds_planted_clusters_and_numbers_them_by_size() -> None:
    points, truth = _planted(2000, 20, 8)
    found = kmeans(points, 8, seed=1)
    assert adjusted_rand_score(truth, found) == 1.0
    assert found.dtype == np.int64
    assert (np.diff(np.bincount(found)) <= 0).all()


@pytest.mark.parametrize("most", ["_FEW", "_MANY"])
def test_many_points_are_clustered_as_well(most: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, most, 0)
    points, truth = _planted(5000, 20, 8)
    assert adjusted_rand_score(truth, kmeans(points, 8, seed=1)) > 0.95


def test_a_seed_gives_the_same_clusters_on_any_number_of_threads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    points = np.random.default_rng(5).standard_normal((3000, 40)).astype(np.float32)
    for most in (clusters._MANY, 0):
        monkeypatch.setattr(clusters, "_MANY", most)
        first = kmeans(points, 30, seed=7)
        for threads in (1, 2, 4):
            with threadpool_limits(threads):
                assert (kmeans(points, 30, seed=7) == first).all()
        assert (kmeans(points, 30, seed=8) != first).any()


def test_there_are_no_more_clusters_than_distinct_points() -> None:
    points = np.repeat(np.eye(3, dtype=np.float32), [2, 3, 4], axis=0)
    assert kmeans(points, 5).tolist() == [2, 2, 1, 1, 1, 0, 0, 0, 0]
    assert kmeans(points[:1], 5).tolist() == [0]


def test_hdbscan_finds_planted_clusters_and_leaves_noise_alone() -> None:
    points, truth = _planted(1200, 5, 4)
    noise = np.random.default_rng(1).uniform(-40, 40, (100, 5))
    found = hdbscan(np.vstack([points, noise]).astype(np.float32), 20)
    clustered, scattered = found[: len(points)], found[len(points) :]
    assert adjusted_rand_score(truth, clustered) > 0.95
    assert (scattered == NOISE).mean() > 0.95
    assert (np.diff(np.bincount(clustered[clustered >= 0])) <= 0).all()


def test_fewer_points_than_a_cluster_has_are_noise() -> None:
    assert hdbscan(np.eye(4), 5).tolist() == [NOISE] * 4


def test_of_equal_clusters_the_one_with_the_first_point_comes_first() -> None:
    assert by_size(np.array([5, 2, -1, 2, 5, 9])).tolist() == [0, 1, -1, 1, 0, 2]


def test_the_most_central_members_are_nearest_to_the_mean() -> None:
    points = np.array([[0], [1], [2], [10], [3], [11]], np.float32)
    labels = np.array([0, 0, 0, 1, 0, 1])
    central = [members.tolist() for members in most_central(points, labels, 3)]
    assert central == [[1, 2, 0], [3, 5]]
