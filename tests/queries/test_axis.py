"""Projections on an axis are NumPy's, and of gensim's vectors."""

from __future__ import annotations

import numpy as np
import pytest

from latentcli.errors import RequestError
from latentcli.queries.axis import axis, ends, projected
from latentcli.queries.words import Found
from tests.small import embedding, keyed_vectors, random_embedding

MODEL = random_embedding(200, 12)
VECTORS = keyed_vectors(MODEL)


def w(row: int) -> Found:
    return Found(f"w{row}", row)


def by_numpy(first: list[int], second: list[int]) -> np.ndarray:
    """The projection of every word, from gensim's unit vectors."""
    units = np.array([VECTORS.get_vector(f"w{row}", norm=True) for row in range(200)], float)
    along = units[second].mean(axis=0) - units[first].mean(axis=0)
    return units @ (along / np.linalg.norm(along))


@pytest.mark.parametrize(("first", "second"), [([1], [2]), ([1, 5, 9], [2]), ([3, 4], [5, 6, 7])])
def test_words_lie_on_the_axis_where_numpy_has_them(first: list[int], second: list[int]) -> None:
    expected = by_numpy(first, second)
    along = axis(MODEL, [w(row) for row in first], [w(row) for row in second])
    found = projected(MODEL, along, [w(row) for row in range(200)])
    assert [one.projection for one in found] == pytest.approx(np.sort(expected), abs=1e-6)
    assert [one.word for one in found] == [f"w{row}" for row in np.argsort(expected)]


def test_a_pole_of_one_word_lies_as_far_out_as_the_other() -> None:
    along = axis(MODEL, [w(1)], [w(2)])
    low, high = projected(MODEL, along, [w(2), w(1)])
    assert (low.word, high.word) == ("w1", "w2")
    assert low.projection == pytest.approx(-high.projection)


@pytest.mark.parametrize("first_words", [200, 1000, 50])
def test_the_ends_are_the_words_of_least_and_most_projection(first_words: int) -> None:
    expected = by_numpy([1], [2])
    rows = [row for row in np.argsort(expected) if row not in (1, 2) and row < first_words]
    found = ends(MODEL, axis(MODEL, [w(1)], [w(2)]), 5, first_words, {1, 2})
    assert [one.word for one in found] == [f"w{row}" for row in [*rows[:5], *rows[-5:]]]
    assert [one.projection for one in found] == pytest.approx(
        expected[[*rows[:5], *rows[-5:]]], abs=1e-6
    )


def test_where_the_ends_meet_no_word_comes_twice() -> None:
    found = ends(MODEL, axis(MODEL, [w(1)], [w(2)]), 150, 200, {1, 2})
    assert len(found) == len({one.word for one in found}) == 198
    assert ends(MODEL, axis(MODEL, [w(0)], [w(1)]), 5, 2, {0, 1}) == []


def test_between_a_pole_and_itself_there_is_no_axis() -> None:
    model = embedding([[1, 2], [2, 4], [0, 1]])
    with pytest.raises(RequestError, match="the same"):
        axis(model, [w(0)], [w(1)])
