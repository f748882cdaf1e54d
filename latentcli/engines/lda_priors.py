"""The Dirichlet priors of latent Dirichlet allocation, learnt from counts.

Minka's fixed point for the Dirichlet-multinomial (Minka 2000, Estimating a Dirichlet
distribution), an asymmetric prior of topics in documents and a symmetric one of words in topics, as
Wallach, Mimno and McCallum (2009) advise. Counts come as histograms, so that a step costs as much
as there are different counts.

With psi the digamma function, psi(n + a) - psi(a) is the sum of 1 / (a + j) for j < n. Summed over
a histogram of n, the term for j occurs as often as there are counts above j.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from latentcli.kernels import lda_bin
from latentcli.queries.inference import digamma

Doubles = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

_EXACT = 256
_STEPS = 20
_SMALLEST = 1e-5
_SETTLED = 1e-4


def n_bins(largest: int) -> int:
    """Return how many bins counts up to ``largest`` need."""
    return lda_bin(largest) + 1


def histogram(counts: npt.NDArray[np.integer], bins: int) -> Counts:
    """Return how many of the counts are in each of so many bins of ``kernels.lda_bin``."""
    numbers = counts.astype(np.int64).ravel()
    large = numbers >= _EXACT
    shift = np.frexp(numbers[large].astype(np.float64))[1] - 8
    numbers[large] = _EXACT + 128 * (shift - 1) + (numbers[large] >> shift) - 128
    found: Counts = np.bincount(numbers, minlength=bins).astype(np.int64)
    return found


def digamma_rises(histograms: Counts, prior: float | Doubles) -> Doubles:
    """Return the sum of psi(n + prior) - psi(prior) over each histogram: float64 (...,).

    ``histograms`` is (..., n_bins), ``prior`` (...,). A wide bin counts with its middle.
    """
    bins = np.arange(histograms.shape[-1])
    shift = np.maximum(0, (bins - _EXACT) // 128 + 1)
    first = np.where(bins < _EXACT, bins, (bins % 128 + 128) << shift)
    width = 1 << shift
    above = np.cumsum(histograms[..., ::-1], axis=-1)[..., ::-1] - histograms
    steps = width / (np.asarray(prior)[..., None] + first + (width - 1) / 2)
    rises: Doubles = (above * steps).sum(axis=-1)
    return rises


def fitted_alpha(alpha: Doubles, by_topic: Counts, by_document: Counts) -> Doubles:
    """Return the prior of topics that makes the documents most likely, beginning at ``alpha``.

    ``by_topic`` (n_topics, n_bins): documents by their tokens in each topic; ``by_document``
    (n_bins,): by all their tokens.
    """
    for _ in range(_STEPS):
        rate = digamma_rises(by_topic, alpha) / digamma_rises(by_document, float(alpha.sum()))
        fitted = np.maximum(alpha * rate, _SMALLEST)
        moved = float(np.abs(fitted - alpha).max())
        alpha = fitted
        if moved <= _SETTLED * float(alpha.max()):
            break
    return alpha


def fitted_eta(eta: float, by_pair: Counts, topic_totals: Counts, n_terms: int | Counts) -> float:
    """Return the symmetric prior of words that makes the topics most likely.

    ``by_pair`` (n_bins,): pairs of word and topic by their tokens; ``topic_totals`` (n_topics,).
    Where seed words have another prior, these are of the other words alone, and ``n_terms``
    (n_topics,) says how many each topic has: how a topic's tokens are spread over them does not
    depend on the seed words (Dirichlet distributions have this property).
    """
    for _ in range(_STEPS):
        whole = np.atleast_1d(n_terms) * eta
        rises = digamma(topic_totals + whole) - digamma(whole)
        expected = float((n_terms * rises).sum())
        if expected <= 0:
            break
        fitted = max(eta * float(digamma_rises(by_pair, eta)) / expected, _SMALLEST)
        moved, eta = abs(fitted - eta), fitted
        if moved <= _SETTLED * eta:
            break
    return eta
