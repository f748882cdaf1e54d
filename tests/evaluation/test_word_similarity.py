"""Rank correlations are gensim's and SciPy's; the intervals cover as often as they say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from latentcli.evaluation.word_similarity import interval, rank_correlation, spearman
from tests.small import embedding, keyed_vectors, random_embedding


def test_it_is_the_correlation_that_gensim_finds(tmp_path: Path) -> None:
    model = random_embedding(60, 8)
    draw = np.random.default_rng(1)
    pairs = [
        (f"W{a}", f"w{b}", float(draw.integers(0, 8))) for a, b in draw.integers(0, 70, (200, 2))
    ]
    path = tmp_path / "pairs.tsv"
    path.write_text("".join(f"{a}\t{b}\t{rating}\n" for a, b, rating in pairs))
    for limit in (300_000, 30):
        _, expected, unknown = keyed_vectors(model).evaluate_word_pairs(
            str(path), restrict_vocab=limit
        )
        found = rank_correlation(model, pairs, limit)
        assert found.rho == pytest.approx(expected.statistic, abs=1e-6)
        assert found.covered == round(200 * (1 - unknown / 100))
        assert found.low is not None and found.high is not None
        assert found.low < found.rho < found.high


def test_ties_have_their_mean_rank() -> None:
    draw = np.random.default_rng(1)
    for n in (3, 10, 50):
        x, y = draw.integers(0, 5, n).astype(float), draw.integers(0, 5, n).astype(float)
        assert spearman(x, y) == pytest.approx(stats.spearmanr(x, y).statistic)


@pytest.mark.parametrize(("x", "y"), [([], []), ([1], [2]), ([1, 1, 1], [1, 2, 3])])
def test_what_cannot_be_ranked_has_no_correlation(x: list[float], y: list[float]) -> None:
    assert spearman(np.array(x), np.array(y)) is None


def test_samples_are_those_of_scipy() -> None:
    draw = np.random.default_rng(1)
    x = draw.integers(0, 9, 40).astype(float)
    y = x + draw.normal(size=40) * 4
    theirs = stats.bootstrap(
        (x, y),
        lambda a, b: stats.spearmanr(a, b).statistic,
        paired=True,
        vectorized=False,
        method="percentile",
        n_resamples=2000,
        rng=np.random.default_rng(2),
    ).confidence_interval
    assert interval(x, y, seed=1) == pytest.approx((theirs.low, theirs.high), abs=0.03)
    assert interval(x, y, seed=1) == interval(x, y, seed=1) != interval(x, y, seed=2)


def test_too_few_pairs_have_no_figure() -> None:
    model = embedding(np.eye(3), ["a", "b", "c"])
    found = rank_correlation(model, [("a", "b", 1.0), ("a", "nosuch", 2.0)], 10)
    assert found == (None, None, None, 1, 0)
    assert rank_correlation(model, [("x", "y", 1.0)], 10).covered == 0


def test_words_without_a_direction_are_like_nothing() -> None:
    model = embedding([[1, 0], [0, 0], [np.inf, 1], [1, 0.1]], ["a", "zero", "broken", "b"])
    found = rank_correlation(model, [("a", "zero", 1), ("a", "broken", 1), ("a", "b", 5)], 10)
    assert found.rho == 1
