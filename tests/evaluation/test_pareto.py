"""The Pareto set against its definition by brute force."""

from __future__ import annotations

import itertools

import numpy as np

from latentcli.evaluation.pareto import pareto_set


def test_a_row_is_in_the_set_where_no_other_is_as_good_in_all_and_better_in_one() -> None:
    draw = np.random.default_rng(3)
    for _ in range(50):
        rows = draw.integers(0, 4, (7, 3)).astype(float)
        better = draw.choice([-1, 1], 3)
        dominated = {
            i
            for i, j in itertools.permutations(range(7), 2)
            if (better * rows[j] >= better * rows[i]).all() and (rows[j] != rows[i]).any()
        }
        found = pareto_set(rows.tolist(), better.tolist())
        assert [i for i, stays in enumerate(found) if not stays] == sorted(dominated)


def test_a_missing_figure_is_worse_than_any() -> None:
    assert pareto_set([(1.0, None), (1.0, 0.1)], (1, 1)) == [False, True]
    assert pareto_set([(2.0, None), (1.0, 0.1)], (1, -1)) == [True, True]
    assert pareto_set([(1.0, None), (2.0, None)], (1, -1)) == [False, True]


def test_rows_without_any_figure_are_in_no_pareto_set() -> None:
    assert pareto_set([(None, None)], (1, 1)) == [False]
