"""A sparse matrix times a dense one, against NumPy's product of the two as dense ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latentcli.kernels import SparseMatrix, instruction_sets

Arrays = tuple[np.ndarray, np.ndarray, np.ndarray]


def compressed(dense: np.ndarray) -> Arrays:
    rows, columns = np.nonzero(dense)
    starts = np.searchsorted(rows, np.arange(len(dense) + 1)).astype(np.int64)
    return starts, columns.astype(np.int32), dense[rows, columns].astype(np.float32)


def random_sparse(n_rows: int, n_columns: int, density: float, seed: int) -> np.ndarray:
    draw = np.random.default_rng(seed)
    kept = draw.random((n_rows, n_columns)) < density
    return np.where(kept, draw.standard_normal((n_rows, n_columns)), 0).astype(np.float32)


def product(matrix: SparseMatrix, dense: np.ndarray, threads: int, isa: str) -> np.ndarray:
    out = np.full((matrix.n_rows, dense.shape[1]), np.nan, np.float32)
    matrix.multiply(dense, 0, out, threads, isa)
    return out


@given(
    n_rows=st.integers(0, 40),
    n_columns=st.integers(1, 40),
    width=st.integers(0, 150),
    density=st.sampled_from([0, 0.05, 0.5, 1]),
    threads=st.integers(1, 5),
    seed=st.integers(0, 1000),
)
def test_the_product_is_that_of_dense_matrices(
    n_rows: int, n_columns: int, width: int, density: float, threads: int, seed: int
) -> None:
    dense_matrix = random_sparse(n_rows, n_columns, density, seed)
    dense = np.random.default_rng(seed).standard_normal((n_columns, width)).astype(np.float32)
    matrix = SparseMatrix(*compressed(dense_matrix), n_columns)
    assert (matrix.n_rows, matrix.n_columns) == (n_rows, n_columns)
    assert matrix.n_pairs == np.count_nonzero(dense_matrix)
    expected = dense_matrix.astype(np.float64) @ dense
    for isa in instruction_sets():
        found = product(matrix, dense, threads, isa)
        np.testing.assert_allclose(found, expected, atol=1e-5 * max(1, n_columns))
        assert found.tobytes() == product(matrix, dense, 1, isa).tobytes()


@pytest.mark.parametrize("isa", instruction_sets())
def test_some_rows_are_those_of_the_whole(isa: str) -> None:
    matrix = SparseMatrix(*compressed(random_sparse(30, 20, 0.3, 1)), 20)
    dense = np.random.default_rng(2).standard_normal((20, 37)).astype(np.float32)
    whole = product(matrix, dense, 1, isa)
    for first, last in ((0, 30), (0, 1), (7, 19), (29, 30), (30, 30)):
        out = np.empty((last - first, 37), np.float32)
        matrix.multiply(dense, first, out, 2, isa)
        np.testing.assert_array_equal(out, whole[first:last])


@given(n_rows=st.integers(0, 30), n_columns=st.integers(1, 30), seed=st.integers(0, 1000))
def test_the_transpose_has_rising_columns_and_the_same_values(
    n_rows: int, n_columns: int, seed: int
) -> None:
    dense = random_sparse(n_rows, n_columns, 0.3, seed)
    given_arrays, expected = compressed(dense), compressed(np.ascontiguousarray(dense.T))
    found = tuple(np.empty_like(array) for array in expected)
    SparseMatrix(*given_arrays, n_columns).transpose(*found)
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(
    ("starts", "columns", "n_columns"),
    [
        ([0, 2], [0], 3),
        ([0, 2, 1], [0], 3),
        ([1, 1], [0], 3),
        ([-1, 1], [0], 3),
        ([], [], 3),
        ([0, 1], [3], 3),
        ([0, 1], [-1], 3),
        ([0, 0], [], 1 << 31),
    ],
)
def test_matrices_that_are_not_sound_are_refused(
    starts: list[int], columns: list[int], n_columns: int
) -> None:
    with pytest.raises(ValueError):
        SparseMatrix(
            np.array(starts, np.int64),
            np.array(columns, np.int32),
            np.ones(len(columns), np.float32),
            n_columns,
        )


def test_arrays_that_do_not_fit_are_refused() -> None:
    matrix = SparseMatrix(*compressed(np.eye(3, 4)), 4)
    dense, out = np.ones((4, 2), np.float32), np.empty((3, 2), np.float32)
    for call in (
        lambda: matrix.multiply(dense[:3], 0, out),
        lambda: matrix.multiply(dense, 1, out),
        lambda: matrix.multiply(dense, 4, out[:0]),
        lambda: matrix.multiply(dense, 0, np.empty((3, 3), np.float32)),
        lambda: matrix.multiply(dense, 0, out, 0),
        lambda: matrix.multiply(dense, 0, out, 1, "avx1024"),
        lambda: matrix.transpose(np.zeros(4, np.int64), np.zeros(3, np.int32), out[:, 0].copy()),
        lambda: matrix.transpose(np.zeros(5, np.int64), np.zeros(2, np.int32), out[:, 0].copy()),
    ):
        with pytest.raises(ValueError):
            call()
    with pytest.raises(TypeError):
        matrix.multiply(dense.astype(np.float64), 0, out)
