from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import make_swiss_roll
from sklearn.linear_model import LinearRegression
from sklearn.neighbors import NearestNeighbors

from latentcli.evaluation.intrinsic_dimension import distinct, in_parts, two_nearest
from latentcli.queries import nearest_points


def _cube(n: int) -> np.ndarray:
    """A hypercube of 5 dimensions that stands askew in 20."""
    draw = np.random.default_rng(2)
    turn, _ = np.linalg.qr(draw.standard_normal((20, 20)))
    return draw.random((n, 5)) @ turn[:5]


def spiral(phi: np.ndarray) -> np.ndarray:
    """One latent variable, three observed."""
    return np.column_stack([phi * np.sin(25 * phi), np.exp(phi) * np.cos(25 * phi), np.sqrt(phi)])


def _by_hand(points: np.ndarray) -> float:
    """The fit of the paper by scikit-learn's neighbours and regression."""
    distances, _ = NearestNeighbors(n_neighbors=3).fit(points).kneighbors(points)
    ratios = np.sort(distances[:, 2] / distances[:, 1])
    n = len(ratios)
    kept = int(0.9 * n)
    x, y = np.log(ratios[:kept]), -np.log(1 - np.arange(1, kept + 1) / n)
    return float(LinearRegression(fit_intercept=False).fit(x[:, None], y).coef_[0])


MANIFOLDS = {
    "a cube of 5 dimensions in 20": (_cube(3000), 5, 0.6),  # whose faces take off some
    "a swiss roll": (make_swiss_roll(3000, random_state=1)[0], 2, 0.15),
    "a spiral": (spiral(1 - np.random.default_rng(1).random(3000)), 1, 0.06),
    "a ball of 3 dimensions": (np.random.default_rng(1).standard_normal((3000, 3)), 3, 0.2),
}


@pytest.mark.parametrize(("points", "dim", "error"), MANIFOLDS.values(), ids=MANIFOLDS)
def test_the_dimension_of_known_manifolds_is_found(
    points: np.ndarray, dim: int, error: float
) -> None:
    found = two_nearest(distinct(points))
    assert found.dimension == pytest.approx(dim, abs=error)
    assert found.misfit < 0.03
    assert in_parts(distinct(points), 2, seed=1) == pytest.approx(dim, abs=error)


@pytest.mark.parametrize("points", [p for p, _, _ in MANIFOLDS.values()], ids=MANIFOLDS)
def test_the_fit_is_the_papers(points: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = pytest.approx(_by_hand(points), rel=1e-9)
    assert two_nearest(distinct(points)).dimension == expected
    monkeypatch.setattr(nearest_points, "_BLOCK_NUMBERS", 10_000)
    assert two_nearest(distinct(points)).dimension == expected


def test_neighbours_are_exact_where_points_lie_as_close_as_float32_can_tell() -> None:
    points = np.random.default_rng(4).random((500, 3)) * 1e-3
    far = distinct(np.vstack([points + 10, points + 30]).astype(np.float32))
    assert two_nearest(far).dimension == pytest.approx(_by_hand(far), rel=1e-9)


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    """On spheres, which have no edge; were points independent, it would be in 84 to 91 of 100."""
    held = 0
    for seed in range(200):
        points = np.random.default_rng(seed).standard_normal((400, 3))
        found = two_nearest(points / np.linalg.norm(points, axis=1, keepdims=True))
        held += found.low <= 2 <= found.high
    assert 0.92 <= held / 200 <= 0.98


def test_duplicates_are_left_out() -> None:
    points = _cube(400)
    doubled = np.vstack([points, points[:100], points[:50]])
    assert len(distinct(doubled)) == 400
    assert two_nearest(distinct(doubled)) == two_nearest(distinct(points))


def test_a_grid_has_no_ratios_but_its_random_parts_have() -> None:
    grid = np.stack(np.meshgrid(*[np.arange(40.0)] * 2), axis=-1).reshape(-1, 2)
    assert two_nearest(distinct(grid)).dimension == np.inf
    assert in_parts(distinct(grid), 16, seed=1) == pytest.approx(2, abs=0.6)


def test_three_points_are_enough() -> None:
    found = two_nearest(distinct(np.array([[0.0], [1.0], [3.0]])))
    assert np.isfinite(found.dimension) and found.n_points == 3
