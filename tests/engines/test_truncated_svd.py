"""The truncated SVD is that of LAPACK and ARPACK, whatever the matrix."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import sparse
from scipy.linalg import subspace_angles
from scipy.sparse.linalg import svds

from latentcli.engines import truncated_svd as module
from latentcli.engines.truncated_svd import Sparse, Svd, truncated_svd


def compressed(matrix: Any) -> Sparse:
    rows = sparse.csr_matrix(matrix)
    rows.sort_indices()
    return Sparse(
        rows.indptr.astype(np.int64),
        rows.indices.astype(np.int32),
        rows.data.astype(np.float32),
        rows.shape[1],
    )


def zipfian(n_rows: int, n_columns: int, seed: int = 1) -> sparse.csr_matrix:
    """Counts of words, drawn by Zipf's law for rows of a few kinds, as in a corpus."""
    draw = np.random.default_rng(seed)
    chances = 1 / np.arange(1, n_columns + 1)
    orders = [draw.permutation(n_columns) for _ in range(12)]
    rows = np.zeros((n_rows, n_columns), np.float32)
    for row in rows:
        mixed = chances + 3 * chances[orders[draw.integers(12)]]
        row += draw.multinomial(120, mixed / mixed.sum())
    return sparse.csr_matrix(rows)


def planted(n_rows: int, n_columns: int, values: list[float]) -> np.ndarray:
    draw = np.random.default_rng(2)
    left, right = (
        np.linalg.qr(draw.standard_normal((n, len(values))))[0] for n in (n_rows, n_columns)
    )
    return np.asarray(left * np.array(values) @ right.T)


def assert_triplets(found: Svd, matrix: Any, atol: float = 2e-5) -> None:
    """Unit vectors, orthogonal, each the other's image under the matrix at its value."""
    for vectors in (found.left, found.right):
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(vectors.T @ vectors, np.eye(len(found.values)), atol=atol)
    assert (np.diff(found.values) <= 0).all()
    dense = sparse.csr_matrix(matrix).astype(np.float64)
    image = dense @ found.right.astype(np.float64)
    np.testing.assert_allclose(image, found.left * found.values, atol=atol * found.values[0])


@pytest.mark.parametrize("shape", [(300, 900), (900, 300), (500, 500)])
@pytest.mark.parametrize("k", [1, 2, 15, 120])
def test_values_and_spaces_are_those_of_lapack(shape: tuple[int, int], k: int) -> None:
    matrix = zipfian(*shape)
    left, values, right = np.linalg.svd(matrix.toarray().astype(np.float64), full_matrices=False)
    found = truncated_svd(compressed(matrix), k, 1, passes=10)
    assert_triplets(found, matrix)
    np.testing.assert_allclose(found.values, values[:k], rtol=1e-3)
    # A space has an end where the next value is clearly smaller.
    gaps = values[:k] / values[1 : k + 1]
    end = int(np.flatnonzero(gaps > gaps.max() * 0.999)[-1]) + 1
    for ours, theirs in ((found.left, left), (found.right, right.T)):
        assert subspace_angles(ours[:, :end].astype(np.float64), theirs[:, :end]).max() < 0.01


@pytest.mark.parametrize("k", [5, 40])
def test_the_usual_passes_reach_four_digits_of_arpacks_energy(k: int) -> None:
    matrix = zipfian(1500, 2500)
    values = svds(matrix.astype(np.float64), k=k, rng=np.random.default_rng(1))[1]
    energy = (values**2).sum()
    reached = [
        (truncated_svd(compressed(matrix), k, 1, passes).values ** 2).sum() / energy
        for passes in (1, 2, 4)
    ]
    assert reached == sorted(reached)
    assert 0.9995 < reached[-1] < 1 + 1e-6


def test_many_passes_do_no_harm() -> None:
    matrix = zipfian(200, 600)
    values = np.linalg.svd(matrix.toarray(), compute_uv=False)[:10]
    for passes in (20, 60):
        found = truncated_svd(compressed(matrix), 10, 1, passes)
        assert_triplets(found, matrix)
        np.testing.assert_allclose(found.values, values, rtol=1e-5)


def test_planted_values_are_found_and_nothing_beside_them() -> None:
    values = [50.0, 20.0, 20.0, 3.0, 1.0, 0.1]
    matrix = planted(400, 700, values)
    for k in (6, 30):
        found = truncated_svd(compressed(matrix), k, 1)
        np.testing.assert_allclose(found.values, values, atol=2e-5)
        assert_triplets(found, matrix)


def test_a_full_rank_is_found_to_the_last() -> None:
    matrix = zipfian(40, 300)
    found = truncated_svd(compressed(matrix), 40, 1)
    np.testing.assert_allclose(
        found.values, np.linalg.svd(matrix.toarray(), compute_uv=False), rtol=1e-5
    )
    assert len(truncated_svd(compressed(matrix), 500, 1).values) == 40


def test_values_far_below_the_largest_are_found() -> None:
    values = [1000.0, *np.linspace(3, 1, 20)]
    found = truncated_svd(compressed(planted(500, 400, values)), 15, 1, passes=8)
    np.testing.assert_allclose(found.values, values[:15], rtol=1e-3)


@pytest.mark.parametrize(
    "matrix", [np.array([[2.0]]), np.zeros((3, 4)), np.diag([3.0, 0, 0, 2]), np.ones((1, 5))]
)
def test_tiny_matrices(matrix: np.ndarray) -> None:
    values = np.linalg.svd(matrix, compute_uv=False)
    found = truncated_svd(compressed(matrix), 3, 1)
    np.testing.assert_allclose(found.values, values[values > 0], rtol=1e-6)
    assert found.left.shape == (len(matrix), len(found.values))
    assert found.right.shape == (matrix.shape[1], len(found.values))


def test_rows_and_columns_of_zeros_have_no_part() -> None:
    matrix = np.pad(zipfian(50, 80).toarray(), ((3, 2), (0, 7)))
    found = truncated_svd(compressed(matrix), 5, 1)
    assert (found.left[:3] == 0).all() and (found.right[80:] == 0).all()


@pytest.mark.parametrize("shape", [(300, 500), (500, 300)])
def test_the_same_bits_on_any_number_of_threads(shape: tuple[int, int]) -> None:
    matrix = compressed(zipfian(*shape))
    one = truncated_svd(matrix, 12, 1, threads=1)
    for threads in (2, 3, 8):
        for ours, theirs in zip(one, truncated_svd(matrix, 12, 1, threads=threads), strict=True):
            assert ours.tobytes() == theirs.tobytes()


def test_seeds_differ_and_agree() -> None:
    matrix = compressed(zipfian(300, 500))
    one, other = (truncated_svd(matrix, 8, seed, passes=20) for seed in (1, 2))
    assert one.right.tobytes() != other.right.tobytes()
    np.testing.assert_allclose(one.values, other.values, rtol=1e-5)


def test_blocks_of_rows_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = compressed(zipfian(300, 500))
    whole = truncated_svd(matrix, 8, 1)
    monkeypatch.setattr(module, "_PAIRS", 500)
    assert truncated_svd(matrix, 8, 1).values.tobytes() == whole.values.tobytes()
    monkeypatch.setattr(module, "_ROWS", 7)
    blocks = truncated_svd(matrix, 8, 1)
    np.testing.assert_allclose(blocks.values, whole.values, rtol=1e-5)
    assert_triplets(blocks, zipfian(300, 500))
