"""The similarity of two words is gensim's."""

from __future__ import annotations

import pytest

from latentcli.queries.similarity import similarity
from latentcli.queries.words import Found
from tests.small import embedding, keyed_vectors, random_embedding


def test_similarity_is_that_of_gensim() -> None:
    model = random_embedding(50, 20)
    vectors = keyed_vectors(model)
    for a, b in ((0, 1), (49, 3), (7, 7)):
        answer = similarity(model, Found(f"w{a}", a), Found(f"w{b}", b))
        assert (answer.a, answer.b) == (f"w{a}", f"w{b}")
        assert answer.similarity == pytest.approx(vectors.similarity(f"w{a}", f"w{b}"), abs=1e-6)


def test_similarity_stays_between_minus_one_and_one() -> None:
    model = random_embedding(200, 3)
    itself = [similarity(model, Found("a", i), Found("b", i)).similarity for i in range(200)]
    assert max(itself) <= 1
    assert itself == pytest.approx([1] * 200)


def test_a_vector_of_zeros_is_similar_to_nothing() -> None:
    assert similarity(embedding([[0, 0], [3, 4]]), Found("a", 0), Found("b", 1)).similarity == 0
