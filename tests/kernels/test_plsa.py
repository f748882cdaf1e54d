"""A step of PLSA, and non-negative least squares, agree with the formulas and their conditions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from latentcli import kernels
from latentcli.kernels import nonnegative, plsa_step
from latentcli.kernels.padded_table import padded_table

SETS = pytest.mark.parametrize("isa", kernels.instruction_sets())


def problem(k: int, n_columns: int = 40) -> dict[str, Any]:
    """Rows of 0, 1, 5, 0, 30 ... pairs, with counts of 1 and more, and topics for them."""
    draw = np.random.default_rng(k)
    sizes = np.array([0, 1, 5, 0, 30, 12, 8, 40, 2])
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    columns = np.concatenate([np.sort(draw.choice(n_columns, n, replace=False)) for n in sizes])
    table, weights = padded_table(n_columns, k, np.float32), padded_table(9, k, np.float32)
    table[:, :k] = draw.dirichlet(np.full(n_columns, 0.3), k).T
    weights[:, :k] = draw.dirichlet(np.full(k, 0.3), 9)
    return {
        "starts": starts,
        "columns": columns.astype(np.int32),
        "counts": draw.integers(1, 4, len(columns)).astype(np.float32),
        "table": table,
        "weights": weights,
        "next": padded_table(9, k, np.float32),
        "log_likelihood": np.zeros(9),
    }


def twin(given: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """The same step, written out."""
    table, weights = (given[name].astype(np.float64) for name in ("table", "weights"))
    found, logs = np.zeros_like(weights), np.zeros(len(weights))
    for row in range(len(weights)):
        for pair in range(given["starts"][row], given["starts"][row + 1]):
            joint = weights[row] * table[given["columns"][pair]]
            found[row] += given["counts"][pair] * joint / joint.sum()
            logs[row] += given["counts"][pair] * np.log(joint.sum())
    return found, logs


@SETS
@pytest.mark.parametrize("k", [1, 5, 16, 20, 50, 200])
@pytest.mark.parametrize("threads", [1, 3])
def test_a_step_gives_the_expected_tokens_and_the_likelihood(
    isa: str, k: int, threads: int
) -> None:
    given = problem(k)
    plsa_step(**given, threads=threads, isa=isa)
    found, logs = twin(given)
    np.testing.assert_allclose(given["next"], found, rtol=2e-4, atol=1e-6)
    np.testing.assert_allclose(given["log_likelihood"], logs, rtol=1e-5, atol=1e-5)
    lengths = np.add.reduceat(np.append(given["counts"], 0), given["starts"][:-1])
    lengths[np.diff(given["starts"]) == 0] = 0
    np.testing.assert_allclose(given["next"].sum(axis=1), lengths, rtol=1e-4)


@SETS
def test_threads_change_no_bit(isa: str) -> None:
    one, many = problem(20), problem(20)
    plsa_step(**one, isa=isa)
    plsa_step(**many, threads=4, isa=isa)
    assert one["next"].tobytes() == many["next"].tobytes()
    assert one["log_likelihood"].tobytes() == many["log_likelihood"].tobytes()


@SETS
def test_a_column_that_no_topic_has_goes_nowhere(isa: str) -> None:
    given = problem(5)
    given["table"][:] = 0
    plsa_step(**given, isa=isa)
    assert not given["next"].any()
    assert np.isfinite(given["log_likelihood"]).all()


@SETS
def test_long_rows_of_rare_columns_lose_nothing_of_the_likelihood(isa: str) -> None:
    n = 5000
    table, weights = padded_table(n, 1, np.float32), padded_table(1, 1, np.float32)
    table[:, 0], weights[:, 0] = 1e-12, 1
    logs = np.zeros(1)
    plsa_step(np.array([0, n]), np.arange(n, dtype=np.int32), np.ones(n, np.float32), table,
              weights, padded_table(1, 1, np.float32), logs, isa=isa)  # fmt: skip
    assert logs[0] == pytest.approx(n * np.log(1e-12), rel=1e-6)


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        ("starts", np.array([0, 5, 3], np.int64), "starts must go"),
        ("columns", np.full(98, 40, np.int32), "a column is out of range"),
        ("columns", np.full(98, -1, np.int32), "a column is out of range"),
        ("counts", np.full(98, -1, np.float32), "counts must be finite"),
        ("counts", np.full(98, np.nan, np.float32), "counts must be finite"),
        ("counts", np.ones(5, np.float32), "differ in length"),
        ("table", np.zeros((40, 5), np.float32), "padded to a multiple of 16"),
        ("weights", padded_table(8, 5, np.float32), "a padded row for each row"),
        ("log_likelihood", np.zeros(8), "one a row"),
        ("threads", 0, "threads must be"),
    ],
)
def test_what_does_not_fit_together_is_refused(name: str, value: Any, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        plsa_step(**{**problem(5), name: value})


@pytest.mark.parametrize("n", [1, 3, 20])
@pytest.mark.parametrize("threads", [1, 3])
def test_least_squares_meet_the_conditions_of_an_optimum(n: int, threads: int) -> None:
    """Karush, Kuhn and Tucker: no weight is negative, and no gradient where a weight is 0."""
    draw = np.random.default_rng(n)
    basis = np.abs(draw.normal(size=(60, n)))
    targets = np.abs(draw.normal(size=(30, 60)))
    targets[3] = 0
    gram, products = basis.T @ basis, targets @ basis
    weights, sweeps = np.empty((30, n)), np.zeros(30, np.int32)
    nonnegative(gram, products, 1e-9, 10_000, weights, sweeps, threads)
    gradient = weights @ gram - products
    assert (weights >= 0).all() and (weights[3] == 0).all()
    assert gradient.min() > -1e-5
    assert np.abs(gradient[weights > 0]).max() < 1e-5
    assert sweeps.max() < 10_000


def test_least_squares_go_on_from_what_they_are_given() -> None:
    """A sweep and another are two; at the answer nothing is left to do."""
    draw = np.random.default_rng(1)
    basis = np.abs(draw.normal(size=(60, 5)))
    gram, products = basis.T @ basis, np.abs(draw.normal(size=(30, 60))) @ basis
    twice, once, sweeps = np.empty((30, 5)), np.empty((30, 5)), np.zeros(30, np.int32)
    nonnegative(gram, products, 0, 2, twice, sweeps)
    nonnegative(gram, products, 0, 1, once, sweeps)
    assert np.abs(once - twice).max() > 1e-3
    nonnegative(gram, products, 0, 1, once, sweeps, go_on=True)
    np.testing.assert_allclose(once, twice, rtol=1e-9, atol=1e-12)
    nonnegative(gram, products, 1e-9, 10_000, once, sweeps, go_on=True)
    nonnegative(gram, products, 1e-6, 10_000, once, sweeps, go_on=True)
    assert (sweeps == 1).all()


@pytest.mark.parametrize("bad", [-1.0, np.nan])
def test_weights_to_go_on_from_must_be_such(bad: float) -> None:
    with pytest.raises(ValueError, match="weights to go on from"):
        nonnegative(np.eye(1), np.ones((1, 1)), 0, 1, np.full((1, 1), bad),
                    np.zeros(1, np.int32), go_on=True)  # fmt: skip


def test_least_squares_that_have_not_settled_say_so() -> None:
    gram = np.array([[1.0, 0.999], [0.999, 1.0]])
    weights, sweeps = np.empty((1, 2)), np.zeros(1, np.int32)
    nonnegative(gram, np.array([[1.0, 1.0]]), 0, 3, weights, sweeps)
    assert sweeps[0] == 4


def test_a_coordinate_of_nothing_gets_no_weight() -> None:
    weights, sweeps = np.empty((1, 2)), np.zeros(1, np.int32)
    nonnegative(np.diag([4.0, 0.0]), np.array([[2.0, 5.0]]), 1e-9, 100, weights, sweeps)
    assert weights.tolist() == [[0.5, 0]]


@pytest.mark.parametrize("bad", [np.eye(3), np.full((2, 2), np.nan)])
def test_least_squares_of_other_shapes_or_no_numbers_are_refused(bad: np.ndarray) -> None:
    with pytest.raises(ValueError, match="gram"):
        nonnegative(bad, np.ones((1, 2)), 1e-9, 9, np.empty((1, 2)), np.zeros(1, np.int32))
