"""Expressions of words: what is one, and that neighbours are gensim's ``most_similar``."""

from __future__ import annotations

import numpy as np
import pytest

from latentcli.errors import RequestError
from latentcli.queries.analogy import analogy
from latentcli.queries.expressions import Expression, check_term, spaces_wanted, terms
from latentcli.queries.neighbours import neighbours
from latentcli.queries.words import Found
from tests.small import embedding, keyed_vectors, random_embedding


def w(row: int) -> Found:
    return Found(f"w{row}", row)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("king - man + woman", [(1, "king"), (-1, "man"), (1, "woman")]),
        ("king \u2212 man", [(1, "king"), (-1, "man")]),
        (" king\t-  man ", [(1, "king"), (-1, "man")]),
        ("2 * king - .5 * man", [(2, "king"), (-0.5, "man")]),
        ("king * 2 - 3 * 2 * man", [(2, "king"), (-6, "man")]),
        ("-2 * king + man", [(-2, "king"), (1, "man")]),
        ("- man + king", [(-1, "man"), (1, "king")]),
        ("new york - well-known + c++", [(1, "new york"), (-1, "well-known"), (1, "c++")]),
        ("1984 - 2 * 1985", [(1, "1984"), (-2, "1985")]),
        ("inf * 2 - nan", [(2, "inf"), (-1, "nan")]),
    ],
)
def test_terms_are_words_with_weights(text: str, expected: list[tuple[float, str]]) -> None:
    assert terms(text) == expected


@pytest.mark.parametrize("text", ["king", "c++", "well-known", "new york", "king -man", "+", "2*a"])
def test_without_an_operator_between_spaces_there_is_no_expression(text: str) -> None:
    assert terms(text) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("king -", "no word behind '-'"),
        ("king - + man", "no word behind '-'"),
        ("* king", "wants a number before it"),
        ("2 * * king", "wants a number before it"),
        ("two * king - man", "'two' is no number"),
        ("1e10 * king", "too large a weight"),
        ("1e9 * 1e9 * king", "too large a weight"),
    ],
)
def test_a_malformed_expression_says_where_and_shows_one(text: str, why: str) -> None:
    with pytest.raises(RequestError) as raised:
        terms(text)
    assert why in raised.value.message and f"'{text}'" in raised.value.message
    assert "spaces around operators" in raised.value.hint


@pytest.mark.parametrize("word", ["(man", "woman)", "2*king", "-man", "man+woman", "king-"])
def test_an_operator_stuck_to_a_word_is_not_dropped_in_silence(word: str) -> None:
    with pytest.raises(RequestError, match="is no word of the model"):
        check_term(f"king - {word}", word)
    check_term("king - well-known", "well-known")


def test_what_looks_like_an_expression_without_spaces_is_told_of_them() -> None:
    assert "spaces" in spaces_wanted(["king-man+woman"])
    assert spaces_wanted(["kingg", "--nosuchword", "c++"]) == ""


@pytest.mark.parametrize("n", [1, 10, 297])
def test_neighbours_of_a_sum_are_those_of_gensim(n: int) -> None:
    model = random_embedding(300, 20)
    vectors = keyed_vectors(model)
    for weights in ((1, -1, 1), (2, -0.5, 0.25), (-1, -1, 3)):
        parts = tuple(zip(weights, (w(0), w(7), w(299)), strict=True))
        signed = [(f"w{row}", weight) for weight, row in zip(weights, (0, 7, 299), strict=True)]
        expected = vectors.most_similar(positive=signed, topn=n)
        found = list(neighbours(model, [Expression("any", parts)], n))
        assert [one.word for one in found] == [word for word, _ in expected]
        values = [one[2] for one in found]
        assert values == pytest.approx([value for _, value in expected], abs=1e-6)


def test_an_analogy_is_the_expression_b_minus_a_plus_c_to_the_last_bit() -> None:
    model = random_embedding(300, 20)
    expression = Expression("b - a + c", ((1.0, w(5)), (-1.0, w(9)), (1.0, w(2))))
    as_analogy = analogy(model, w(9), w(5), w(2), 20)
    assert [one[1:] for one in neighbours(model, [expression], 20)] == [
        one[1:] for one in as_analogy
    ]


def test_euclidean_distances_are_from_the_sum_of_the_vectors_as_they_are() -> None:
    model = random_embedding(200, 10)
    parts = ((1.0, w(3)), (-1.0, w(4)), (2.0, w(5)))
    found = list(neighbours(model, [Expression("any", parts, unit=False)], 5, "euclidean"))
    vectors = model.vectors.astype(float)
    distances = np.linalg.norm(vectors - (vectors[3] - vectors[4] + 2 * vectors[5]), axis=1)
    order = [row for row in np.argsort(distances) if row not in (3, 4, 5)][:5]
    assert [one.word for one in found] == [f"w{row}" for row in order]
    assert [one[2] for one in found] == pytest.approx(distances[order])


def test_words_and_expressions_are_answered_together_in_their_order() -> None:
    model = random_embedding(50, 6)
    both = [w(1), Expression("x", ((1.0, w(1)), (1.0, w(2)))), w(2)]
    found = list(neighbours(model, both, 3))
    assert [one.query for one in found] == ["w1"] * 3 + ["x"] * 3 + ["w2"] * 3
    assert found[:3] == list(neighbours(model, [w(1)], 3))


@pytest.mark.parametrize("weights", [(1, -1), (0, 0), (0.3, -0.3), (1e-300, 0), (1e-40, 1e-40)])
def test_terms_that_cancel_out_have_no_neighbours(weights: tuple[float, float]) -> None:
    parts = tuple((weight, w(1)) for weight in weights)
    with pytest.raises(RequestError, match="cancel out"):
        Expression("w1 - w1", parts).vector(random_embedding(5, 3))


def test_a_sum_that_float32_cannot_hold_is_refused() -> None:
    model = embedding([[3e38, 1], [0, 1]])
    with pytest.raises(RequestError, match="too long"):
        Expression("9 * w0", ((9.0, w(0)),), unit=False).vector(model)
    assert Expression("9 * w0", ((9.0, w(0)),)).vector(model) == pytest.approx([9, 0])
