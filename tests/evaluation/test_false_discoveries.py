"""False discovery rates: Benjamini and Hochberg's own example, and scipy's figures."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import false_discovery_control

from latentcli.evaluation.false_discoveries import adjusted

# Table 1's example in Benjamini and Hochberg (1995): of 15 hypotheses, 4 are rejected at 0.05.
THROMBOLYSIS = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
    0.5719, 0.6528, 0.7590, 1.0000,
]  # fmt: skip


def test_the_papers_example_rejects_four_of_fifteen() -> None:
    found = adjusted(np.array(THROMBOLYSIS))
    assert (found <= 0.05).tolist() == [True] * 4 + [False] * 11


@pytest.mark.parametrize("n", [1, 2, 7, 200])
def test_rates_are_scipys_in_any_order_and_with_ties(n: int) -> None:
    draw = np.random.default_rng(n)
    p = np.round(draw.random(n) ** 3, 2)
    assert adjusted(p) == pytest.approx(false_discovery_control(p))
