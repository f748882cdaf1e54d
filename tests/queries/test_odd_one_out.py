"""The odd one out is gensim's ``doesnt_match``."""

from __future__ import annotations

import numpy as np
import pytest

from latentcli.queries.odd_one_out import odd_one_out
from latentcli.queries.words import Found
from tests.small import embedding, keyed_vectors, random_embedding


def test_sets_are_ranked_as_by_gensim() -> None:
    model = random_embedding(200, 15)
    vectors = keyed_vectors(model)
    draw = np.random.default_rng(3)
    for size in (3, 4, 9):
        rows = draw.choice(200, size, replace=False)
        words = [f"w{row}" for row in rows]
        found = odd_one_out(model, [Found(f"w{row}", int(row)) for row in rows])
        expected = vectors.rank_by_centrality(words)[::-1]
        assert found[0].word == vectors.doesnt_match(words)
        assert [one.word for one in found] == [word for _, word in expected]
        assert [one.similarity for one in found] == pytest.approx(
            [float(value) for value, _ in expected], abs=1e-6
        )
        assert {one.query for one in found} == {" ".join(words)}


def test_lengths_do_not_count() -> None:
    model = embedding([[1, 0.1], [100, 0], [0, 0.01]], ["breakfast", "lunch", "car"])
    found = odd_one_out(model, [Found(word, row) for row, word in enumerate(model.words)])
    assert found[0].word == "car"


def test_words_as_odd_as_each_other_stand_in_the_order_given() -> None:
    model = embedding([[1, 0], [0, 1], [1, 0]])
    found = odd_one_out(model, [Found("w2", 2), Found("w1", 1), Found("w0", 0)])
    assert [one.word for one in found] == ["w1", "w2", "w0"]
