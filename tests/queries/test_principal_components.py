from __future__ import annotations

import numpy as np
import pytest
from sklearn.decomposition import PCA

from latentcli.queries import principal_components
from latentcli.queries.principal_components import components


@pytest.mark.parametrize("shape", [(500, 20), (30, 200)])
def test_components_are_those_of_scikit_learn(
    shape: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(principal_components, "_BLOCK_ROWS", 128)
    n, dim = shape
    draw = np.random.default_rng(1)
    points = (draw.standard_normal(shape) * 0.8 ** np.arange(dim) + 3).astype(np.float32)
    expected = PCA(5, svd_solver="full").fit(points.astype(np.float64))
    found = components(points, 5)
    assert found.explained == pytest.approx(expected.explained_variance_ratio_, abs=1e-9)
    # Each axis points where its largest weight is positive, whatever PCA's version has.
    largest = np.abs(expected.components_).argmax(axis=1)
    turned = np.sign(expected.components_[np.arange(5), largest])
    places = expected.transform(points.astype(np.float64)) * turned
    assert found.project(points) == pytest.approx(places, abs=1e-6)


def test_beyond_the_rank_there_are_zeros() -> None:
    line = np.outer(np.arange(10.0), [3.0, 4.0, 0.0])
    found = components(line, 3)
    assert found.explained == pytest.approx([1, 0, 0])
    assert found.axes[:, 0] == pytest.approx([0.6, 0.8, 0]) and not found.axes[:, 1:].any()
