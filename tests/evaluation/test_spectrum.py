from __future__ import annotations

import numpy as np
import pytest
from sklearn.decomposition import PCA

from latentcli.evaluation.spectrum import Spectrum, spectrum
from latentcli.queries import principal_components


def _points(n: int, dim: int) -> np.ndarray:
    draw = np.random.default_rng(1)
    return (draw.standard_normal((n, dim)) * 0.8 ** np.arange(dim) + 3).astype(np.float32)


@pytest.mark.parametrize("shape", [(500, 20), (30, 200), (40, 40)])
def test_singular_values_are_scikit_learns(
    shape: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(principal_components, "_BLOCK_ROWS", 128)
    points = _points(*shape)
    expected = PCA(svd_solver="full").fit(points.astype(np.float64))
    found = spectrum(points)
    assert found.singular_values == pytest.approx(expected.singular_values_, rel=1e-6, abs=1e-5)
    assert found.shares == pytest.approx(expected.explained_variance_ratio_, abs=1e-9)


def test_what_is_left_is_the_error_of_points_that_components_rebuild() -> None:
    points = _points(300, 12).astype(np.float64)
    left = spectrum(points).left
    for n in (1, 4, 11):
        model = PCA(n, svd_solver="full").fit(points)
        rebuilt = model.inverse_transform(model.transform(points))
        error = ((points - rebuilt) ** 2).sum() / ((points - points.mean(axis=0)) ** 2).sum()
        assert left[n - 1] == pytest.approx(error, rel=1e-9)
    assert left[-1] == pytest.approx(0, abs=1e-12)


def test_the_participation_ratio_counts_equal_variances() -> None:
    assert Spectrum(np.array([2.0, 2.0, 2.0, 0.0])).participation_ratio == pytest.approx(3)
    assert Spectrum(np.array([3.0, 1.0])).participation_ratio == pytest.approx(100 / 82)


def test_components_for_a_share_are_the_fewest_that_hold_it() -> None:
    found = Spectrum(np.sqrt([6.0, 2.0, 1.0, 1.0]))
    assert [found.components_for(share) for share in (0.5, 0.6, 0.7, 0.9, 0.99)] == [1, 1, 2, 3, 4]


def test_a_flat_space_has_no_variance_beyond_its_dimensions() -> None:
    draw = np.random.default_rng(1)
    flat = draw.standard_normal((100, 3)) @ draw.standard_normal((3, 10))
    assert np.count_nonzero(spectrum(flat).singular_values) == 3
