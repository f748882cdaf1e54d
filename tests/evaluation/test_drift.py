"""Words that moved beyond chance: planted ones are found, and chance alone is not taken for it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from scipy.stats import kstest, norm

from latentcli.evaluation.drift import (
    Distances,
    moved_beyond_chance,
    moved_beyond_others,
    usual_distances,
)

N_WORDS, N_PERMUTATIONS = 1000, 20


class World(NamedTuple):
    observed: Distances
    permuted: list[Distances]


def world(seed: int, moved: int = 0) -> World:
    """Distances that fall with frequency, by words that are noisy in ways of their own."""
    draw = np.random.default_rng(seed)
    frequency = np.floor(5 / draw.random(N_WORDS))
    own, spread = draw.normal(0, 0.3, N_WORDS), draw.gamma(8, 0.02, N_WORDS)

    def chance() -> Distances:
        counts = np.maximum(draw.poisson(frequency), 1).astype(float)
        noise = own + spread * draw.normal(size=N_WORDS)
        return Distances(0.8 * np.exp(-0.2 * np.log(counts) + noise), counts)

    observed = chance()
    observed.distance[:moved] *= 5
    return World(observed, [chance() for _ in range(N_PERMUTATIONS)])


def test_chance_alone_is_seldom_taken_for_a_move() -> None:
    """At a false discovery rate of 0.05, in about one world of twenty."""
    least = [float(np.nanmin(moved_beyond_chance(*world(seed)).q)) for seed in range(20)]
    assert np.mean(np.array(least) <= 0.05) <= 0.1


def test_p_is_uniform_under_chance() -> None:
    p = moved_beyond_chance(*world(1)).p
    assert kstest(p, "uniform").statistic < 0.05


def test_words_that_moved_come_out_and_few_others() -> None:
    found = moved_beyond_chance(*world(2, moved=30))
    passed = np.flatnonzero(found.q <= 0.05)
    assert len(set(range(30)) - set(passed.tolist())) <= 2
    assert np.count_nonzero(passed >= 30) <= 4
    assert set(np.argsort(-found.excess)[:25].tolist()) <= set(range(30))


def test_one_word_can_pass_by_twenty_permutations_and_not_by_ten() -> None:
    observed, permuted = world(3, moved=1)
    assert moved_beyond_chance(observed, permuted).q[0] <= 0.05
    assert moved_beyond_chance(observed, permuted[:10]).q[0] > 0.05


def test_what_is_expected_is_what_chance_gave_the_word() -> None:
    observed, permuted = world(4)
    expected = moved_beyond_chance(observed, permuted).expected
    seen = np.exp(np.mean(np.log([each.distance for each in permuted]), axis=0))
    assert np.corrcoef(np.log(expected), np.log(seen))[0, 1] > 0.96
    assert np.median(expected / seen) == pytest.approx(1, abs=0.02)


def test_a_word_that_is_rarer_than_in_the_permutations_may_be_as_far_as_rare_words_are() -> None:
    """The artefact of frequency: its distance is beyond its own, not beyond its frequency's."""
    observed, permuted = world(5)
    frequent = int(np.argsort(-observed.frequency)[60])
    before = moved_beyond_chance(observed, permuted)
    ratio = (8 / observed.frequency[frequent]) ** -0.2
    observed.distance[frequent] = before.expected[frequent] * ratio
    as_if_frequent = moved_beyond_chance(observed, permuted).p[frequent]
    observed.frequency[frequent] = 8
    assert as_if_frequent < 0.2 < moved_beyond_chance(observed, permuted).p[frequent]


def test_words_that_few_permutations_know_are_not_judged() -> None:
    observed, permuted = world(6)
    for each in permuted[2:]:
        each.distance[7] = each.frequency[7] = np.nan
    for each in permuted[4:]:
        each.distance[8] = each.frequency[8] = np.nan
    found = moved_beyond_chance(observed, permuted)
    assert all(np.isnan(figures[7]) for figures in found)
    assert all(np.isfinite(figures[8]) for figures in found)
    assert np.isfinite(np.delete(found.q, 7)).all()


def test_p_is_the_share_of_chances_figures_that_are_as_large() -> None:
    """Two words, three permutations more than are needed: by hand, one step at a time."""
    observed, permuted = world(7)
    found = moved_beyond_chance(observed, permuted)
    usual = usual_distances(
        Distances(*(np.concatenate([each[i] for each in permuted]) for i in (0, 1)))
    )
    null = np.array([usual.standardised(each) for each in permuted])
    floor = np.median(null.std(axis=0, ddof=1))
    chance = []
    for number in range(N_PERMUTATIONS):
        others = np.delete(null, number, axis=0)
        chance += (
            (null[number] - others.mean(axis=0)) / (others.std(axis=0, ddof=1) + floor)
        ).tolist()
    excess = (usual.standardised(observed) - null.mean(axis=0)) / (null.std(axis=0, ddof=1) + floor)
    assert found.excess == pytest.approx(excess)
    for word in (0, int(np.argmax(excess)), int(np.argmin(excess))):
        as_large = sum(figure >= excess[word] - 1e-12 for figure in chance)
        assert found.p[word] == pytest.approx((1 + as_large) / (1 + len(chance)))


def test_without_permutations_a_word_is_judged_by_others_of_its_frequency() -> None:
    draw = np.random.default_rng(8)
    frequency = np.floor(5 / draw.random(N_WORDS))
    logs = -0.2 * np.log(frequency) + 0.2 * draw.normal(size=N_WORDS)
    logs[3] += 2
    found = moved_beyond_others(Distances(np.exp(logs), frequency))
    assert int(np.argmin(found.q)) == 3 and found.q[3] < 1e-6
    assert np.count_nonzero(found.q <= 0.05) <= 2
    assert found.p == pytest.approx(norm.sf(found.excess))
    assert kstest(np.delete(found.p, 3), "uniform").statistic < 0.05
