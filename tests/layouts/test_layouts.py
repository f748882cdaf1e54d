"""Layouts keep what they promise: planted clusters, known manifolds, the same bytes for a seed."""

from __future__ import annotations

from importlib import metadata
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.spatial import procrustes
from scipy.spatial.distance import cdist
from scipy.stats import spearmanr
from sklearn.decomposition import PCA
from sklearn.manifold import Isomap

from latentcli.errors import InputError, LatentError, RequestError
from latentcli.layouts import LAYOUTS, find_layout, lay_out, place, tsne
from latentcli.layouts.settings import Floats, LayoutSettings
from latentcli.observer import Observer

DRAW = np.random.default_rng(1)
CENTRES = DRAW.normal(size=(5, 20)) * 3
CLUSTERS = np.repeat(np.arange(5), 30)
PLANTED = (CENTRES[CLUSTERS] + DRAW.normal(size=(150, 20))).astype(np.float32)


def positions(vectors: npt.NDArray[Any], method: str, **settings: Any) -> Floats:
    return lay_out(vectors.astype(np.float32), LayoutSettings(method, **settings)).positions


def spiral(n: int) -> tuple[npt.NDArray[np.float64], Floats]:
    """The curve of one latent variable, and its points in space."""
    phi = np.arange(1, n + 1) / n
    x, y, z = phi * np.sin(25 * phi), np.exp(phi) * np.cos(25 * phi), np.sqrt(phi)
    return phi, np.column_stack([x, y, z]).astype(np.float32)


@pytest.mark.parametrize(
    ("method", "dims"),
    [
        ("tsne", 2),
        ("tsne", 3),
        ("pca", 2),
        ("isomap", 3),
        pytest.param("umap", 2, marks=pytest.mark.slow),
    ],
)
def test_planted_clusters_stay_together(method: str, dims: int) -> None:
    neighbors = 40 if method == "isomap" else None  # fewer link no two clusters
    found = positions(PLANTED, method, dims=dims, neighbors=neighbors)
    assert found.shape == (150, dims) and found.dtype == np.float32 and np.isfinite(found).all()
    nearest = (cdist(found, found) + np.diag(np.full(150, np.inf))).argmin(axis=1)
    assert (CLUSTERS[nearest] == CLUSTERS).mean() > 0.95
    if method == "umap":
        assert (positions(PLANTED, method, dims=dims) == found).all()


@pytest.mark.parametrize("method", ["tsne", "pca", "lle", "isomap"])
def test_one_seed_gives_the_same_bytes_on_any_number_of_threads(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tsne, "_WORTH_THREADS", 0)
    points = spiral(300)[1] if method in ("lle", "isomap") else PLANTED[:60]
    one, two = (lay_out(points, LayoutSettings(method), threads) for threads in (1, 2))
    assert one.positions.tobytes() == two.positions.tobytes()


def test_interpolated_gradients_give_the_same_bytes_too(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_WORTH_THREADS", "_INTERPOLATED"):
        monkeypatch.setattr(tsne, name, 0)
    for name in ("_EARLY_PASSES", "_PASSES"):
        monkeypatch.setattr(tsne, name, 10)
    one, two = (lay_out(PLANTED, LayoutSettings(), threads) for threads in (1, 2))
    assert one.positions.tobytes() == two.positions.tobytes()


def test_another_seed_gives_another_t_sne() -> None:
    assert (positions(PLANTED[:60], "tsne") != positions(PLANTED[:60], "tsne", seed=2)).any()


@pytest.mark.parametrize("shape", [(100, 8), (6, 40)])
def test_pca_is_that_of_scikit_learn_with_its_signs(shape: tuple[int, int]) -> None:
    points = np.random.default_rng(3).normal(size=shape).astype(np.float32)
    theirs = PCA(3, svd_solver="full").fit(points)
    found = lay_out(points, LayoutSettings("pca", dims=3))
    assert found.positions == pytest.approx(theirs.transform(points), abs=1e-4)
    assert found.chosen["explained"] == pytest.approx(theirs.explained_variance_ratio_, abs=1e-4)
    new = np.random.default_rng(4).normal(size=(5, shape[1])).astype(np.float32)
    projected = place(points, found.positions, new, LayoutSettings("pca", dims=3))
    assert projected == pytest.approx(theirs.transform(new), abs=1e-4)


def test_isomap_is_that_of_scikit_learn() -> None:
    _, points = spiral(250)
    theirs = Isomap(n_neighbors=12).fit_transform(points)
    assert procrustes(theirs, positions(points, "isomap"))[2] < 1e-6


@pytest.mark.parametrize(
    ("method", "neighbors"), [("standard", 4), ("standard", 8), ("modified", 8)]
)
def test_lle_unrolls_a_curve_of_one_latent_variable(method: str, neighbors: int) -> None:
    phi, points = spiral(1000)
    found = positions(points, "lle", neighbors=neighbors, lle_method=method)
    assert abs(spearmanr(found[:, 0], phi).statistic) >= 0.99


def test_local_tangent_spaces_unroll_a_sheet_that_is_rolled_up() -> None:
    """A sheet has two latent variables, as many as local tangent space alignment is asked for."""
    turn, across = 1.5 * np.pi * (1 + 2 * DRAW.random(900)), 20 * DRAW.random(900)
    roll = np.column_stack([turn * np.cos(turn), across, turn * np.sin(turn)])
    found = positions(roll, "lle", lle_method="ltsa")
    sheet = np.column_stack([turn, across])
    fit = np.linalg.lstsq(np.column_stack([found, np.ones(900)]), turn, rcond=None)
    assert fit[1][0] / ((turn - turn.mean()) ** 2).sum() < 0.1
    assert found.shape == sheet.shape


@pytest.mark.parametrize("method", ["lle", "isomap"])
def test_copies_of_a_point_lie_where_it_does(method: str) -> None:
    _, points = spiral(200)
    found = positions(np.vstack([points, points[:50]]), method)
    assert (found[200:] == found[:50]).all()
    assert (found[:200] == positions(points, method)).all() or method == "lle"


@pytest.mark.parametrize("method", ["tsne", "pca"])
def test_copies_lie_close_and_are_no_fault(method: str) -> None:
    found = positions(np.vstack([PLANTED, PLANTED, PLANTED]), method)
    apart = np.linalg.norm(found[:150] - found[150:300], axis=1)
    assert np.isfinite(found).all() and np.median(apart) < 0.1 * found.std()


@pytest.mark.parametrize("n", [3, 4, 7])
@pytest.mark.parametrize("method", ["tsne", "pca"])
def test_few_points_are_a_map_too(method: str, n: int) -> None:
    assert np.isfinite(positions(PLANTED[:n], method)).all()


def test_more_neighbours_are_taken_where_the_usual_number_links_not_all() -> None:
    found = lay_out(PLANTED, LayoutSettings("isomap"))
    assert found.chosen["neighbors"] > 12


@pytest.mark.parametrize(
    ("points", "settings", "message"),
    [
        (PLANTED[:2], LayoutSettings(), "needs 3 at least"),
        (np.ones((10, 4), np.float32), LayoutSettings(), "lie at one place"),
        (PLANTED, LayoutSettings(perplexity=50), "takes 151 points, and there are 150"),
        (PLANTED, LayoutSettings("lle", neighbors=5), "leave 5 groups"),
        (PLANTED, LayoutSettings("isomap", neighbors=150), "--neighbors 150"),
        (PLANTED[:10], LayoutSettings("lle", neighbors=10), "--neighbors 10"),
        (np.repeat(PLANTED[:3], 5, axis=0), LayoutSettings("lle"), "3 points that differ"),
        (PLANTED, LayoutSettings("pca", neighbors=5), "for lle, isomap and umap only"),
        (PLANTED, LayoutSettings("umap", perplexity=5), "for tsne only"),
        (PLANTED, LayoutSettings("tsne", lle_method="ltsa"), "for lle only"),
        (PLANTED, LayoutSettings("lle", lle_method="hessian"), "no such method"),
        (PLANTED, LayoutSettings("mds"), "no such layout"),
        (PLANTED, LayoutSettings(dims=4), "2 dimensions, or 3"),
    ],
)
def test_what_cannot_be_laid_out_is_said(
    points: Floats, settings: LayoutSettings, message: str
) -> None:
    with pytest.raises(LatentError, match=message) as told:
        lay_out(points, settings)
    assert isinstance(told.value, RequestError | InputError)


def test_too_many_points_are_refused_with_the_reason() -> None:
    many = np.zeros((5_001, 2), np.float32)
    for method in ("lle", "isomap"):
        with pytest.raises(RequestError, match=LAYOUTS[method].why) as told:
            lay_out(many, LayoutSettings(method))
        assert "-n 5000" in told.value.hint


def test_without_umap_learn_the_error_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(package: str) -> str:
        raise metadata.PackageNotFoundError(package)

    monkeypatch.setattr(metadata, "version", missing)
    with pytest.raises(RequestError, match="umap-learn") as told:
        find_layout("umap")
    assert "pip install 'latentcli[umap]'" in told.value.hint


@pytest.mark.parametrize("method", ["tsne", "isomap"])
def test_new_points_land_in_their_cluster_and_copies_on_themselves(method: str) -> None:
    settings = LayoutSettings(method)
    old, new = np.flatnonzero(np.arange(150) % 5), np.arange(0, 150, 5)
    found = lay_out(PLANTED[old], settings).positions
    placed = place(PLANTED[old], found, PLANTED[new], settings)
    nearest = cdist(placed, found).argmin(axis=1)
    assert (CLUSTERS[old][nearest] == CLUSTERS[new]).mean() > 0.95
    again = place(PLANTED[old], found, PLANTED[old], settings)
    assert again == pytest.approx(found, abs=1e-4)


def test_progress_is_told() -> None:
    class Told(Observer):
        stages: set[str] = set()

        def progress(self, stage: str, done: float, total: float | None = None) -> None:
            self.stages.add(stage)

    told = Told()
    lay_out(PLANTED[:40], LayoutSettings(), observer=told)
    assert told.stages == {"neighbours, points", "t-SNE, passes"}
