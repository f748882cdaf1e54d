"""The way between two vectors is SciPy's geodesic, and what is nearest to it gensim's."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.spatial import geometric_slerp

from latentcli.errors import RequestError
from latentcli.queries.interpolation import arc, steps, words_between
from tests.small import keyed_vectors, random_embedding


def _units(model_vectors: np.ndarray) -> np.ndarray:
    units: np.ndarray = model_vectors / np.linalg.norm(model_vectors, axis=1, keepdims=True)
    return units


def test_points_are_those_of_scipys_slerp() -> None:
    units = _units(random_embedding(40, 7).vectors.astype(float))
    times = np.linspace(0, 1, 9)
    for a, b in ((0, 1), (2, 30), (4, 39)):
        way = arc((3 * units[a]).tolist(), units[b].tolist())
        found = np.array([way.at(t) for t in times])
        np.testing.assert_allclose(found, geometric_slerp(units[a], units[b], times), atol=1e-12)
        np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1)


def test_steps_are_equal_angles() -> None:
    way = arc([1, 0, 0], [-1, 1, 0])
    points = np.array([way.at(step.t) for step in steps(7, 0, 1)])
    angles = np.arccos(np.einsum("ij,ij->i", points[:-1], points[1:]))
    np.testing.assert_allclose(angles, 0.75 * math.pi / 6)


def test_directions_that_float32_cannot_tell_apart_are_one_point() -> None:
    way = arc([1.0, 0.0], [2.0, 1e-9])
    assert way.at(0.5) == [1.0, 0.0]


@pytest.mark.parametrize("scale", [1, 1e-3])
def test_opposite_vectors_have_no_shortest_way(scale: float) -> None:
    vector = np.array([0.3, -0.2, 0.9])
    with pytest.raises(RequestError, match="opposite ways"):
        arc(vector.tolist(), (-scale * vector.astype(np.float32)).tolist())
    assert arc(vector.tolist(), (-vector + [0.01, 0, 0]).tolist()).angle < math.pi


def test_zeros_have_no_direction() -> None:
    with pytest.raises(RequestError, match="zeros"):
        arc([0, 0], [1, 0])


def test_the_words_at_each_step_are_gensims_without_the_ends() -> None:
    model = random_embedding(300, 20)
    vectors = keyed_vectors(model)
    way = arc(model.vectors[3].tolist(), model.vectors[8].tolist())
    found = list(words_between(model, way, steps(5, 3, 8), 4))
    assert [one.step for one in found] == [i for i in range(5) for _ in range(4)]
    for number, t in enumerate((0, 0.25, 0.5, 0.75, 1)):
        left_out = {"w3", "w8"} - ({"w3"} if number == 0 else {"w8"} if number == 4 else set())
        near = vectors.similar_by_vector(np.array(way.at(t), np.float32), topn=6)
        expected = [pair for pair in near if pair[0] not in left_out][:4]
        here = [one for one in found if one.step == number]
        assert [one.word for one in here] == [word for word, _ in expected]
        assert [one.similarity for one in here] == pytest.approx(
            [value for _, value in expected], abs=1e-6
        )
        assert {one.t for one in here} == {t}
    assert (found[0].word, found[-4].word) == ("w3", "w8")
