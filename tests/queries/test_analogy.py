"""Analogies are gensim's ``most_similar(positive, negative)``: 3CosAdd."""

from __future__ import annotations

import pytest

from latentcli.models.scan_index import build_index
from latentcli.queries.analogy import analogy
from latentcli.queries.words import Found
from tests.small import embedding, keyed_vectors, random_embedding


def w(row: int) -> Found:
    return Found(f"w{row}", row)


@pytest.mark.parametrize("n", [1, 10, 297])
def test_analogies_are_those_of_gensim(n: int) -> None:
    model = random_embedding(300, 20)
    for a, b, c in ((0, 1, 2), (299, 5, 77), (8, 9, 10)):
        expected = keyed_vectors(model).most_similar(
            positive=[f"w{b}", f"w{c}"], negative=[f"w{a}"], topn=n
        )
        answers = analogy(model, w(a), w(b), w(c), n)
        assert [answer.word for answer in answers] == [word for word, _ in expected]
        assert [answer.similarity for answer in answers] == pytest.approx(
            [similarity for _, similarity in expected], abs=1e-6
        )
        assert {answer.query for answer in answers} == {f"w{a} : w{b} :: w{c}"}


def test_a_planted_parallelogram_is_closed() -> None:
    man, woman, king, queen = [1, 0, 0.1], [0, 1, 0.1], [1, 0, 2], [0, 1, 2]
    words = ["man", "woman", "king", "queen", "cart"]
    model = embedding([man, woman, king, queen, [1, 1, 1]], words)
    [answer] = analogy(model, Found("man", 0), Found("woman", 1), Found("king", 2), 1)
    assert answer.word == "queen"


@pytest.mark.parametrize("words", [(0, 1, 2), (3, 3, 4), (5, 6, 6), (7, 7, 7)])
def test_analogy_leaves_out_the_query_words(words: tuple[int, int, int]) -> None:
    # fault 82, repeated words too
    model = random_embedding(30, 4)
    answers = analogy(model, *map(w, words), 30)
    assert {answer.word for answer in answers} == {f"w{i}" for i in range(30) if i not in words}


def test_an_index_changes_no_answer() -> None:
    model = random_embedding(500, 9)
    index = build_index(memoryview(model.vectors))
    for a, b, c in ((0, 1, 2), (499, 5, 77)):
        assert analogy(model, w(a), w(b), w(c), 10, index) == analogy(model, w(a), w(b), w(c), 10)
