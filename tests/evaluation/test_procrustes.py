"""The rotation into another space: scipy's, exact where there is one, and by the words wanted."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import orthogonal_procrustes
from scipy.stats import ortho_group

from latentcli.errors import RequestError
from latentcli.evaluation.procrustes import rotated, rotation, turned
from latentcli.models.embedding import unit_rows
from tests.small import embedding, random_embedding


def test_the_rotation_is_scipys() -> None:
    draw = np.random.default_rng(1)
    a, b = (unit_rows(draw.normal(size=(80, 12)).astype(np.float32)) for _ in range(2))
    found = rotation(a, b)
    assert found == pytest.approx(orthogonal_procrustes(b.astype(float), a.astype(float))[0])
    assert found @ found.T == pytest.approx(np.eye(12))


def test_rows_are_summed_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(1)
    a, b = (draw.normal(size=(80, 12)).astype(np.float32) for _ in range(2))
    whole = rotation(a, b)
    monkeypatch.setattr("latentcli.evaluation.procrustes._BLOCK", 7)
    assert rotation(a, b) == pytest.approx(whole)


def test_a_space_that_was_turned_is_turned_back() -> None:
    a = random_embedding(60, 8)
    turn = ortho_group.rvs(8, random_state=2)
    draw = np.random.default_rng(3)
    order = draw.permutation(60)[:50]
    rows = np.vstack([rotated(a.vectors[order], turn), draw.normal(size=(5, 8))])
    b = embedding(rows, [*(f"w{i}" for i in order), *(f"other{i}" for i in range(5))])
    found = turned(a, b)
    assert found.rotation == pytest.approx(turn.T, abs=1e-6)
    assert found.cosines == pytest.approx(np.ones(50), abs=1e-6)
    assert found.after == pytest.approx(1, abs=1e-6) and found.before < 0.9
    assert [a.words[i] for i in found.in_a] == [b.words[i] for i in found.in_b]
    assert rotated(b.vectors, found.rotation)[:50] == pytest.approx(a.vectors[order], abs=1e-4)


def test_only_the_words_that_are_frequent_in_both_decide_where_so_many_are_wanted() -> None:
    a = random_embedding(40, 4)
    turn = ortho_group.rvs(4, random_state=2)
    rows = rotated(a.vectors, turn)
    rows[10:] = np.random.default_rng(5).normal(size=(30, 4))
    b = embedding(rows)
    few, all_ = turned(a, b, 10), turned(a, b)
    assert few.n_used == 10 and all_.n_used == 40
    assert few.rotation == pytest.approx(turn.T, abs=1e-5)
    assert few.cosines[:10] == pytest.approx(np.ones(10), abs=1e-6)
    for each in (few, all_):  # of the words that are shared, not of those that decide
        first = unit_rows(a.vectors)
        before, after = (
            float((first * unit_rows(rows)).sum(axis=1).mean())
            for rows in (b.vectors, rotated(b.vectors, each.rotation))
        )
        assert (each.before, each.after) == pytest.approx((before, after), abs=1e-6)
    assert few.after < all_.after
    assert not np.allclose(all_.rotation, turn.T, atol=0.1)
    by_hand = orthogonal_procrustes(unit_rows(b.vectors), unit_rows(a.vectors))[0]
    assert all_.rotation == pytest.approx(by_hand, abs=1e-5)


def test_a_word_is_as_frequent_as_where_it_is_rarer() -> None:
    a = random_embedding(4, 2)
    b = embedding(a.vectors[::-1], ["w3", "w2", "w1", "w0"])
    vectors = np.array([[0, 1], [1, 0], [1, 0], [0, 1]], np.float32)
    c = embedding(vectors, ["w3", "w2", "w1", "w0"])
    found = turned(a, c, 2)  # w1 and w2 stand in rows 1 and 2 of both, w0 and w3 in 0 and 3
    expected = rotation(unit_rows(a.vectors[[1, 2]]), vectors[[2, 1]])
    assert found.rotation == pytest.approx(expected)
    assert turned(a, b).rotation == pytest.approx(np.eye(2), abs=1e-6)


def test_spaces_of_other_dimensions_or_words_are_refused() -> None:
    with pytest.raises(RequestError, match="the first has 4 dimensions, the second 5"):
        turned(random_embedding(5, 4), random_embedding(5, 5))
    with pytest.raises(RequestError, match="no word in common"):
        turned(random_embedding(2, 3), embedding(np.eye(3), ["x", "y", "z"]))
