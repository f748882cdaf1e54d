"""Pointwise mutual information, as a plain calculation has it, and the contexts of two words."""

from __future__ import annotations

import math

import numpy as np
import pytest

from latentcli.corpus.contexts import Contexts
from latentcli.evaluation import pip_loss
from latentcli.evaluation.association import ppmi, shared_contexts

TOGETHER = np.array([[0, 3, 1, 6], [3, 2, 4, 0], [1, 4, 0, 9], [6, 0, 9, 2]])
PAIRS = TOGETHER.sum(axis=1)


def test_it_is_the_logarithm_of_how_much_oftener_than_by_chance_two_words_meet() -> None:
    n = PAIRS.sum()
    for word, row in enumerate(TOGETHER):
        by_hand = [
            max(0.0, math.log2(count * n / (PAIRS[word] * PAIRS[c]))) if count else 0.0
            for c, count in enumerate(row)
        ]
        assert ppmi(row, PAIRS) == pytest.approx(by_hand)


def test_it_is_the_matrix_that_the_pip_loss_is_of_in_bits() -> None:
    whole = pip_loss.ppmi(TOGETHER.astype(float)) / np.log(2)
    assert np.array([ppmi(row, PAIRS) for row in TOGETHER]) == pytest.approx(whole)


def test_shared_contexts_come_by_the_product_of_both() -> None:
    counts = Contexts(
        np.array([[10, 10, 0, 1, 20], [10, 3, 9, 1, 10]]), np.array([50, 40, 30, 2, 400])
    )
    found = shared_contexts(counts, 1)
    a, b = (ppmi(row, counts.pairs) for row in counts.together)
    products = a * b
    assert found.rows.tolist() == [
        i for i in sorted(range(5), key=lambda i: -products[i]) if products[i] > 0
    ]
    assert found.shares == pytest.approx(products / products.sum())
    assert found.shares.sum() == pytest.approx(1)
    assert found.cosine == pytest.approx(products.sum() / np.linalg.norm(a) / np.linalg.norm(b))


def test_contexts_met_too_seldom_are_no_evidence() -> None:
    counts = Contexts(np.array([[10, 5, 1], [10, 4, 1]]), np.array([50, 20, 1000]))
    assert 1 in shared_contexts(counts, 4).rows
    assert 1 not in shared_contexts(counts, 5).rows
    none = shared_contexts(counts, 11)
    assert not len(none.rows) and none.cosine == 0
