from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.decomposition import PCA

from latentcli.errors import InputError
from latentcli.formats.models import open_embedding, open_topic_model
from latentcli.store.cache import Cache
from latentcli.store.runs import find
from latentcli.workflows import dimension as module
from latentcli.workflows.dimension import Dimension, dimension
from latentcli.workflows.evaluation_request import Measure
from latentcli.workflows.points import Wanted
from tests.evaluation.test_intrinsic_dimension import spiral
from tests.workflows.test_cluster import imported_points


def _by_name(found: Dimension) -> dict[str, Measure]:
    return {row.measure: row for row in found.measures}


def _at_random(n: int) -> np.ndarray:
    return 1 - np.random.default_rng(3).random(n)


def test_a_spiral_of_one_latent_variable_has_about_one_dimension(
    store: Cache, tmp_path: Path
) -> None:
    ref = imported_points(store, tmp_path, spiral(_at_random(2000)))
    found = _by_name(dimension(store, ref))
    assert found["dimensions"].value == 3 and found["points"].value == 2000
    assert found["two_nn"].value == pytest.approx(1, abs=0.1)
    for n in (2, 4, 8, 16):
        assert found[f"two_nn_{n}"].value == pytest.approx(1, abs=0.2)


def test_at_even_steps_of_the_spiral_random_parts_tell_it(store: Cache, tmp_path: Path) -> None:
    ref = imported_points(store, tmp_path, spiral(np.linspace(0, 1, 4001)[1:]))
    row = _by_name(dimension(store, ref))["two_nn"]
    assert row.value == pytest.approx(1, abs=0.25)
    assert "more evenly than at random" in row.detail


def test_points_as_far_apart_as_can_be_have_no_estimate(store: Cache, tmp_path: Path) -> None:
    ref = imported_points(store, tmp_path, np.eye(20))
    row = _by_name(dimension(store, ref))["two_nn"]
    assert row.value is None and "no bound" in row.detail


def test_duplicates_are_left_out_of_neighbours_and_said(store: Cache, tmp_path: Path) -> None:
    points = np.random.default_rng(1).random((300, 3))
    once = imported_points(store, tmp_path, points)
    twice = imported_points(store, tmp_path, np.vstack([points, points[:40]]))
    alone, doubled = (_by_name(dimension(store, ref))["two_nn"] for ref in (once, twice))
    assert doubled.value == pytest.approx(alone.value, rel=1e-9)
    assert "300 points, 40 duplicates left out" in doubled.detail


def test_the_spectrum_is_scikit_learns_of_the_vectors_as_they_are(trained: Cache) -> None:
    vectors = open_embedding(find(trained, "tales")).vectors.astype(np.float64)
    expected = PCA(svd_solver="full").fit(vectors)
    found = dimension(trained, "tales")
    values = [row.singular_value for row in found.components]
    assert values == pytest.approx(expected.singular_values_, rel=1e-5)
    ratio = expected.explained_variance_ratio_
    rows = _by_name(found)
    assert rows["participation_ratio"].value == pytest.approx(1 / (ratio**2).sum(), rel=1e-6)
    assert rows["components_90"].value == np.argmax(ratio.cumsum() >= 0.9) + 1
    assert rows["error_10"].value == pytest.approx(1 - ratio[:10].sum(), rel=1e-6)
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    by_cosine = dimension(trained, "tales", Wanted(metric="cosine"))
    values = [row.singular_value for row in by_cosine.components]
    assert values == pytest.approx(PCA(svd_solver="full").fit(units).singular_values_, rel=1e-5)


def test_of_many_points_a_sample_is_told_from_the_same_for_a_seed(
    trained: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = _by_name(dimension(trained, "tales"))["two_nn"]
    monkeypatch.setattr(module, "_SAMPLE", 250)
    first, again, other = (dimension(trained, "tales", seed=seed) for seed in (1, 1, 2))
    row = _by_name(first)["two_nn"]
    assert "drawn at random" in row.detail and row != whole
    assert first == again and row != _by_name(other)["two_nn"]


@pytest.mark.parametrize(
    ("ref", "of", "described"),
    [
        ("tales", None, "vectors of words"),
        ("tales", "documents", "mean vectors of their words"),
        ("notices", None, "square roots of p(topic | document)"),
        ("notices", "words", "square roots of p(topic | word)"),
        ("notices", "topics", "square roots of p(word | topic)"),
        ("notices-lsi", None, "on LSI's axes"),
    ],
)
def test_it_says_what_is_measured(ref: str, of: str | None, described: str, trained: Cache) -> None:
    row = _by_name(dimension(trained, ref, Wanted(of)))["points"]
    assert described in row.detail


def test_mixtures_have_no_more_dimensions_than_topics(trained: Cache) -> None:
    model = open_topic_model(find(trained, "notices"))
    rows = _by_name(dimension(trained, "notices"))
    assert rows["dimensions"].value == model.n_topics
    two = rows["two_nn"].value
    assert two is not None and two < model.n_topics


def test_one_place_has_no_dimensions(trained: Cache, store: Cache, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="1 document in one place"):
        dimension(trained, "notices", Wanted(n=1))
    ref = imported_points(store, tmp_path, np.ones((4, 3)))
    with pytest.raises(InputError, match="4 words in one place"):
        dimension(store, ref)
    two = imported_points(store, tmp_path, np.eye(2))
    assert _by_name(dimension(store, two))["two_nn"].value is None
