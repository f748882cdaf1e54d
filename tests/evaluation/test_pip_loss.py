"""The PIP loss against its definition, and its estimate against a planted matrix with noise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from latentcli.evaluation.pip_loss import (
    _together_by_half,
    dimensionality,
    expected_loss,
    noise_between,
    pip_loss,
    ppmi,
    signal_spectrum,
)
from tests.small import encoded

N, RANK, NOISE = 250, 30, 0.2
SPECTRUM = 60 / np.arange(1, RANK + 1)


def _orthogonal(draw: np.random.Generator) -> np.ndarray:
    return np.linalg.qr(draw.normal(size=(N, N)))[0]


@pytest.fixture(scope="module")
def brute_force() -> np.ndarray:
    """The relative loss at 0 to 99 dimensions: random vectors, full SVD, n x n matrices."""
    draw = np.random.default_rng(1)
    losses = []
    for _ in range(3):
        u, v = _orthogonal(draw)[:, :RANK], _orthogonal(draw)[:, :RANK]
        signal = (u * SPECTRUM) @ v.T
        left, values, _ = np.linalg.svd(signal + draw.normal(0, NOISE, (N, N)))
        true = (u * SPECTRUM**0.5) @ (u * SPECTRUM**0.5).T
        estimates = (left[:, :k] * values[:k] ** 0.5 for k in range(100))
        losses.append([np.linalg.norm(true - e @ e.T) / np.linalg.norm(true) for e in estimates])
    return np.asarray(np.mean(losses, axis=0))


def test_the_loss_is_the_norm_of_the_difference_of_inner_products() -> None:
    draw = np.random.default_rng(2)
    a, b = draw.normal(size=(40, 5)), draw.normal(size=(40, 9))
    assert pip_loss(a, b) == pytest.approx(np.linalg.norm(a @ a.T - b @ b.T))


def test_no_rotation_changes_the_loss() -> None:
    draw = np.random.default_rng(2)
    a = draw.normal(size=(40, 5))
    assert pip_loss(a, a @ np.linalg.qr(draw.normal(size=(5, 5)))[0]) == pytest.approx(0, abs=1e-5)


def test_the_expected_loss_is_that_of_planted_matrices_with_noise(
    brute_force: np.ndarray,
) -> None:
    found = expected_loss(SPECTRUM, NOISE, N, samples=3)
    assert found[:100] == pytest.approx(brute_force, abs=0.01)


def test_its_least_is_at_the_dimension_that_brute_force_finds_best(
    brute_force: np.ndarray,
) -> None:
    found = expected_loss(SPECTRUM, NOISE, N, samples=3)
    assert 0 < int(found.argmin()) < RANK
    assert abs(int(found.argmin()) - int(brute_force.argmin())) <= 2
    assert found[0] == pytest.approx(1)


def test_more_noise_feeds_fewer_dimensions() -> None:
    best = [int(expected_loss(SPECTRUM, noise, N).argmin()) for noise in (0.05, 0.2, 0.8)]
    assert best[0] > best[1] > best[2] > 0


def test_noise_and_spectrum_are_found_again_from_halves() -> None:
    """Noise lengthens a singular value d to d + n s^2 / d, and alone reaches 2 s sqrt(n)."""
    draw = np.random.default_rng(4)
    basis = _orthogonal(draw)[:, :RANK]
    signal = (basis * SPECTRUM) @ basis.T
    halves = []
    for _ in range(2):
        noise = np.triu(draw.normal(0, NOISE * np.sqrt(2), (N, N)))
        halves.append(signal + noise + np.triu(noise, 1).T)
    noise = noise_between(*halves)
    assert noise == pytest.approx(NOISE, rel=0.02)
    found = signal_spectrum((halves[0] + halves[1]) / 2, noise)
    strong = SPECTRUM[SPECTRUM > 2 * NOISE * np.sqrt(N)]
    expected = strong + N * NOISE**2 / strong - 2 * NOISE * np.sqrt(N)
    assert found[: len(strong)] == pytest.approx(expected, abs=0.8)
    assert len(strong) <= len(found) <= np.count_nonzero(SPECTRUM > NOISE * np.sqrt(N))


def test_ppmi_is_that_of_its_definition() -> None:
    together = np.array([[0, 6, 2], [6, 0, 0], [2, 0, 0]], float)
    found = ppmi(together)
    assert found[0, 1] == pytest.approx(np.log(6 * 16 / (8 * 6)))
    assert found[1, 2] == 0
    assert (found == found.T).all()


def test_a_corpus_without_any_order_feeds_no_dimension(tmp_path: Path) -> None:
    draw = np.random.default_rng(5)
    texts = [" ".join(f"w{i}" for i in draw.integers(0, 100, 60)) for _ in range(100)]
    corpus = encoded(texts, tmp_path)
    found = dimensionality(corpus, np.arange(len(corpus.vocabulary)), 5)
    assert found is None or found.best <= 2


def test_a_corpus_of_planted_groups_feeds_as_many_dimensions(tmp_path: Path) -> None:
    """Ten groups of words that only meet each other."""
    draw = np.random.default_rng(6)
    texts = [
        " ".join(f"g{group}w{i}" for i in draw.integers(0, 12, 60))
        for group in range(10)
        for _ in range(60)
    ]
    corpus = encoded(texts, tmp_path)
    found = dimensionality(corpus, np.arange(len(corpus.vocabulary)), 5)
    assert found is not None
    assert 8 <= found.best <= 12


def test_pairs_count_by_their_distance_within_documents_and_halves(tmp_path: Path) -> None:
    draw = np.random.default_rng(7)
    texts = [" ".join(f"w{i}" for i in draw.integers(0, 6, n)) for n in (5, 1, 30, 2500)]
    corpus = encoded(texts, tmp_path)
    n = 4
    expected = np.zeros((2, n, n))
    for number, text in enumerate(texts):
        rows = [corpus.vocabulary.words.find(word) for word in text.split()]
        for i, a in enumerate(rows):
            for j in range(i + 1, min(i + 4, len(rows))):
                if a < n and rows[j] < n:
                    half = (number + i // 1000) % 2
                    expected[half, a, rows[j]] += 4 - (j - i)
                    expected[half, rows[j], a] += 4 - (j - i)
    kept = np.arange(len(corpus.vocabulary))
    assert (_together_by_half(corpus, kept, n, 3, lambda done, total: None) == expected).all()
