from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import cKDTree
from sklearn.neighbors import NearestNeighbors

from latentcli.queries import nearest_points as module
from latentcli.queries.nearest_points import nearest_points

POINTS = np.random.default_rng(1).normal(size=(500, 12)).astype(np.float32)


def test_neighbours_and_distances_are_those_of_scikit_learn() -> None:
    found = nearest_points(POINTS, 7)
    distances, rows = NearestNeighbors(n_neighbors=7).fit(POINTS).kneighbors()
    assert found.rows.tolist() == rows.tolist()
    assert found.distances == pytest.approx(distances, rel=1e-6)


def test_neighbours_of_other_points_are_among_all() -> None:
    asked = POINTS[:20] + np.float32(0.01)
    found = nearest_points(POINTS, 3, asked)
    _, rows = NearestNeighbors(n_neighbors=3).fit(POINTS).kneighbors(asked)
    assert found.rows.tolist() == rows.tolist()
    assert found.rows[:, 0].tolist() == list(range(20))


def test_blocks_and_threads_change_no_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = nearest_points(POINTS, 9), nearest_points(POINTS, 9, threads=2)
    monkeypatch.setattr(module, "_BLOCK_NUMBERS", 500 * 16)
    blocks: list[tuple[int, int]] = []
    small = nearest_points(POINTS, 9, threads=2, progress=lambda *done: blocks.append(done))
    for other in (two, small):
        assert one.rows.tobytes() == other.rows.tobytes()
        assert one.distances.tobytes() == other.distances.tobytes()
    assert len(blocks) == 32 and blocks[-1] == (500, 500)


def test_copies_have_distance_0_and_no_point_is_its_own_neighbour() -> None:
    points = np.vstack([POINTS[:5], POINTS[:5]])
    found = nearest_points(points, 9)
    assert found.distances[:, 0].tolist() == [0] * 10
    assert found.rows[:, 0].tolist() == [*range(5, 10), *range(5)]
    assert all(i not in row for i, row in enumerate(found.rows.tolist()))


@pytest.mark.parametrize("spread", [1.0, 0.01])
def test_a_cloud_far_from_the_origin_has_the_neighbours_that_a_tree_finds(spread: float) -> None:
    draw = np.random.default_rng(2)
    points = (1_000 + spread * draw.normal(size=(2_000, 5))).astype(np.float32)
    tree = cKDTree(points.astype(np.float64))
    distances, _ = tree.query(points, 11)
    found = nearest_points(points, 10)
    assert found.distances == pytest.approx(distances[:, 1:], rel=1e-9)
    asked = points[:50] + np.float32(0.1 * spread)
    distances, _ = tree.query(asked, 10)
    assert nearest_points(points, 10, asked).distances == pytest.approx(distances, rel=1e-9)
