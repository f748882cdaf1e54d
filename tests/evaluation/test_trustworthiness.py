from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from latentcli.evaluation.trustworthiness import trustworthiness

POINTS = np.random.default_rng(1).normal(size=(300, 10)).astype(np.float32)


def by_hand(vectors: np.ndarray, positions: np.ndarray, k: int) -> float:
    """Venna and Kaski's formula, point by point."""
    n, penalty = len(vectors), 0
    in_space, on_map = cdist(vectors, vectors), cdist(positions, positions)
    for i in range(n):
        rank = {int(j): r for r, j in enumerate(np.argsort(in_space[i]))}  # itself is 0
        near = [j for j in np.argsort(on_map[i]).tolist() if j != i][:k]
        penalty += sum(max(0, rank[j] - k) for j in near)
    return 1 - 2 * penalty / (n * k * (2 * n - 3 * k - 1))


def test_the_figure_is_that_of_the_formula() -> None:
    found = trustworthiness(POINTS, POINTS[:, :2])
    assert found.neighbours == 5 and found.points == 300
    assert found.value == pytest.approx(by_hand(POINTS, POINTS[:, :2], 5))


def test_it_is_1_where_nothing_is_lost_and_a_half_where_all_is() -> None:
    assert trustworthiness(POINTS, POINTS[:, ::-1].copy()).value == 1
    shuffled = np.random.default_rng(2).permutation(POINTS)
    assert trustworthiness(POINTS, shuffled).value == pytest.approx(0.5, abs=0.03)


def test_of_many_points_it_is_that_of_a_sample_by_the_seed() -> None:
    many = np.random.default_rng(3).normal(size=(5_000, 3)).astype(np.float32)
    one, again, other = (trustworthiness(many, many[:, :2], seed) for seed in (1, 1, 2))
    assert one.points == 2_000
    assert one == again and one != other
    assert one.value == pytest.approx(other.value, abs=0.01)


def test_three_points_have_one_neighbour_each() -> None:
    assert trustworthiness(POINTS[:3], POINTS[:3, :2]).neighbours == 1
