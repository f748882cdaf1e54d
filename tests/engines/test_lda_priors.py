"""Priors fitted by Minka's fixed point are the most likely ones, as SciPy finds them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, special

from latentcli.engines.lda_priors import (
    digamma_rises,
    fitted_alpha,
    fitted_eta,
    histogram,
    n_bins,
)
from latentcli.kernels import lda_bin


def counts_of_documents(alpha: list[float]) -> np.ndarray:
    """How often each topic occurs in each document: (n_docs, n_topics)."""
    draw = np.random.default_rng(1)
    proportions = draw.dirichlet(alpha, 400)
    lengths = draw.integers(0, 120, 400)
    return np.array([draw.multinomial(n, p) for n, p in zip(lengths, proportions, strict=True)])


def dirichlet_multinomial(counts: np.ndarray, alpha: np.ndarray) -> float:
    """log p(counts | alpha), but for the multinomial coefficients."""
    whole = special.gammaln(alpha.sum()) - special.gammaln(counts.sum(axis=1) + alpha.sum())
    parts = special.gammaln(counts + alpha) - special.gammaln(alpha)
    return float(whole.sum() + parts.sum())


def test_histograms_have_the_kernels_bins() -> None:
    numbers = np.concatenate([np.arange(5000), [10**6, (1 << 24) - 1]])
    bins = n_bins(int(numbers.max()))
    expected = np.bincount([lda_bin(int(n)) for n in numbers], minlength=bins)
    np.testing.assert_array_equal(histogram(numbers, bins), expected)


@pytest.mark.parametrize(("n", "rel"), [(0, 0), (1, 1e-12), (255, 1e-12), (5000, 1e-3)])
@pytest.mark.parametrize("prior", [1e-3, 0.1, 30.0])
def test_rises_are_those_of_digamma(n: int, rel: float, prior: float) -> None:
    found = digamma_rises(histogram(np.array([n]), n_bins(10**6)), prior)
    assert float(found) == pytest.approx(special.digamma(n + prior) - special.digamma(prior),
                                         rel=rel, abs=1e-12)  # fmt: skip


def test_alpha_is_the_most_likely() -> None:
    counts = counts_of_documents([0.05, 0.2, 1.0, 0.4])
    bins = n_bins(int(counts.sum(axis=1).max()))
    by_topic = np.array([histogram(column, bins) for column in counts.T])
    alpha = np.full(4, 0.25)
    for _ in range(20):
        alpha = fitted_alpha(alpha, by_topic, histogram(counts.sum(axis=1), bins))
    best = optimize.minimize(
        lambda x: -dirichlet_multinomial(counts, np.exp(x)), np.log(np.full(4, 0.25)), tol=1e-10
    )
    np.testing.assert_allclose(alpha, np.exp(best.x), rtol=5e-3)


def test_eta_is_the_most_likely() -> None:
    draw = np.random.default_rng(2)
    topics = np.array([draw.multinomial(3000, p) for p in draw.dirichlet(np.full(200, 0.07), 10)])
    eta = 0.5
    for _ in range(20):
        eta = fitted_eta(eta, histogram(topics, n_bins(int(topics.max()))), topics.sum(axis=1), 200)
    best = optimize.minimize_scalar(
        lambda x: -dirichlet_multinomial(topics, np.full(200, np.exp(x))),
        bounds=(-6, 2),
        method="bounded",
    )
    assert eta == pytest.approx(np.exp(best.x), rel=5e-3)


def test_eta_is_the_most_likely_where_topics_have_different_words() -> None:
    """As where each topic's seed words, which have another prior, are left out."""
    draw = np.random.default_rng(3)
    sizes = np.array([200, 150, 190, 120])
    topics = [draw.multinomial(3000, draw.dirichlet(np.full(n, 0.07))) for n in sizes]
    counts = np.concatenate(topics)
    totals = np.array([topic.sum() for topic in topics])
    eta = 0.5
    for _ in range(20):
        eta = fitted_eta(eta, histogram(counts, n_bins(int(counts.max()))), totals, sizes)
    best = optimize.minimize_scalar(
        lambda x: (
            -sum(
                dirichlet_multinomial(topic[None], np.full(len(topic), np.exp(x)))
                for topic in topics
            )
        ),
        bounds=(-6, 2),
        method="bounded",
    )
    assert eta == pytest.approx(np.exp(best.x), rel=5e-3)


def test_a_topic_without_tokens_keeps_a_prior() -> None:
    by_topic = np.zeros((2, 10), np.int64)
    by_topic[0, 5] = 7  # seven documents with five tokens, all in the first topic
    alpha = fitted_alpha(np.array([0.5, 0.5]), by_topic, histogram(np.full(7, 5), 10))
    assert (alpha > 0).all() and np.isfinite(alpha).all()
    assert fitted_eta(0.1, np.array([20]), np.zeros(2, np.int64), 10) == 0.1
