"""Neighbours are those that gensim and NumPy find, exactly, however many words are asked about."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from latentcli.errors import DamagedArtefact
from latentcli.models.embedding import Embedding
from latentcli.models.scan_index import build_index
from latentcli.queries import neighbours as queries
from latentcli.queries.neighbours import DistantNeighbor, Neighbor, neighbours
from latentcli.queries.words import Found
from tests.small import embedding, keyed_vectors, random_embedding


def ask(model: Embedding, rows: list[int], n: int, metric: str = "cosine") -> list[Any]:
    return list(neighbours(model, [Found(f"w{row}", row) for row in rows], n, metric))


def by_distance(model: Embedding, row: int) -> tuple[list[str], np.ndarray]:
    vectors = model.vectors.astype(np.float64)
    distances = np.linalg.norm(vectors - vectors[row], axis=1)
    order = [i for i in np.argsort(distances, kind="stable") if i != row]
    return [f"w{i}" for i in order], distances[order]


@pytest.mark.parametrize("n", [1, 10, 299])
def test_cosine_neighbours_are_those_of_gensim(n: int) -> None:
    model = random_embedding(300, 20)
    for row in (0, 137, 299):
        expected = keyed_vectors(model).most_similar(f"w{row}", topn=n)
        answers = ask(model, [row], n)
        assert [answer.word for answer in answers] == [word for word, _ in expected]
        assert [answer.similarity for answer in answers] == pytest.approx(
            [similarity for _, similarity in expected], abs=1e-6
        )


@pytest.mark.parametrize("n", [1, 10, 299])
def test_euclidean_neighbours_are_those_of_numpy(n: int) -> None:
    model = random_embedding(300, 20)
    words, distances = by_distance(model, 137)
    answers = ask(model, [137], n, "euclidean")
    assert all(isinstance(answer, DistantNeighbor) for answer in answers)
    assert [answer.word for answer in answers] == words[:n]
    assert [answer.distance for answer in answers] == pytest.approx(distances[:n])


def test_distances_are_right_far_from_the_origin() -> None:
    draw = np.random.default_rng(1)
    model = embedding(draw.normal(size=(2000, 10)) + 1000)
    for row in (0, 1, 2):
        answers = ask(model, [row], 5, "euclidean")
        assert [answer.word for answer in answers] == by_distance(model, row)[0][:5]


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_a_batch_of_words_gets_the_answers_of_one_by_one(metric: str) -> None:
    model = random_embedding(400, 8)
    rows = [*range(400), *range(200)]  # more than one batch, some words twice
    one_by_one = [answer for row in rows for answer in ask(model, [row], 3, metric)]
    assert ask(model, rows, 3, metric) == one_by_one


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_a_vocabulary_of_several_blocks_is_searched_whole(metric: str) -> None:
    vectors = np.random.default_rng(1).normal(size=(70_000, 3)).astype(np.float32)
    model = embedding(vectors)
    words, _ = by_distance(model, 5)
    if metric == "cosine":
        words = [word for word, _ in keyed_vectors(model).most_similar("w5", topn=20)]
    for rows in ([5], [5, 6]):
        assert [answer.word for answer in ask(model, rows, 20, metric)[:20]] == words[:20]


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_equally_near_words_go_in_vocabulary_order(metric: str) -> None:
    vectors = np.random.default_rng(1).normal(size=(500, 13))
    vectors[100:200] = vectors[100]
    for rows in ([100], [100, 3]):
        answers = ask(embedding(vectors), rows, 5, metric)[:5]
        assert [answer.word for answer in answers] == ["w101", "w102", "w103", "w104", "w105"]


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_asking_for_more_words_than_there_are_gives_all_others(metric: str) -> None:
    answers = ask(random_embedding(4, 3), [2], 1_000_000_000, metric)
    assert sorted(answer.word for answer in answers) == ["w0", "w1", "w3"]
    assert ask(random_embedding(1, 3), [0], 10, metric) == []


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
@pytest.mark.parametrize("indexed", [False, True])
def test_a_search_in_parts_is_a_search_of_the_whole(
    metric: str, indexed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = random_embedding(1000, 8)
    index = build_index(memoryview(model.vectors)) if indexed else None
    words = [Found(f"w{row}", row) for row in (0, 15, 16, 500, 999)]
    whole = list(neighbours(model, words, 20, metric, index))
    monkeypatch.setattr(queries, "_CALL_BYTES", 1)
    assert list(neighbours(model, words, 20, metric, index)) == whole
    assert whole == list(neighbours(model, words, 20, metric))


def test_a_vector_that_is_not_finite_is_damage_where_it_is_asked_for_and_else_left_out() -> None:
    model = embedding([[1, 2], [np.nan, 0], [2, 1], [np.inf, 1]])
    assert [answer.word for answer in ask(model, [0], 5)] == ["w2"]
    with pytest.raises(DamagedArtefact, match="not finite"):
        ask(model, [1], 5)


def test_vectors_of_zeros_have_no_direction_and_no_nan() -> None:
    model = embedding([[0, 0], [1, 2], [2, 1]])
    assert [answer.similarity for answer in ask(model, [0], 5)] == [0, 0]
    assert ask(model, [1], 5)[-1] == Neighbor("w1", "w0", 0.0)


@settings(max_examples=60, deadline=None)
@given(
    hnp.arrays(np.int8, st.tuples(st.integers(2, 30), st.integers(1, 5))),
    st.integers(1, 10),
)
def test_any_vectors_are_ranked_as_exact_arithmetic_ranks_them(vectors: np.ndarray, n: int) -> None:
    model = embedding(vectors)
    answers = ask(model, [0], n, "euclidean")
    words, distances = by_distance(model, 0)
    assert [answer.word for answer in answers] == words[:n]
    assert [answer.distance for answer in answers] == pytest.approx(distances[:n])
