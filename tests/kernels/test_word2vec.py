"""The kernel of word2vec does what a plain NumPy loop does, window by window."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pytest

from latentcli import kernels
from latentcli.kernels import alias_table, train_word2vec

ALL = 0xFFFFFFFF
SETS = kernels.instruction_sets()
Floats = npt.NDArray[np.float32]


def aligned(values: npt.ArrayLike) -> Floats:
    """The values float32 (n_terms, dim), rows padded to 16 floats, at a multiple of 64 bytes."""
    given = np.asarray(values, np.float32)
    n_terms, dim = given.shape
    row = -(-dim // 16) * 16
    memory = np.zeros(n_terms * row + 16, np.float32)
    start = -memory.ctypes.data % 64 // 4
    rows = memory[start : start + n_terms * row].reshape(n_terms, row)
    rows[:, :dim] = given
    return rows


class Training(NamedTuple):
    """What the kernel is given."""

    input: Floats
    output: Floats
    tokens: npt.NDArray[np.uint32]
    starts: npt.NDArray[np.int64]
    keep: npt.NDArray[np.uint32]
    alias: npt.NDArray[np.uint32]
    settings: dict[str, Any]

    def run(self, **changes: Any) -> tuple[Floats, Floats]:
        """Train copies of the weights and return them."""
        a, b = aligned(self.input), aligned(self.output)
        tokens, starts = changes.pop("tokens", self.tokens), changes.pop("starts", self.starts)
        train_word2vec(a, b, tokens, starts, self.keep, self.alias, **{**self.settings, **changes})
        return a, b


def training(
    n_terms: int = 12, dim: int = 20, n_tokens: int = 60, seed: int = 1, **changes: Any
) -> Training:
    draw = np.random.default_rng(seed)
    tokens = draw.integers(0, n_terms, n_tokens).astype(np.uint32)
    cuts = np.sort(draw.integers(0, n_tokens, 3))
    keep = np.full(n_terms, ALL, np.uint32)
    keep[: n_terms // 4] = 0x90000000
    settings = {
        "window": 3, "negative": 5, "cbow": False, "first_rate": 0.05, "last_rate": 1e-4,
        "position": 0, "total": 3 * n_tokens, "seed": 7, **changes,
    }  # fmt: skip
    return Training(
        aligned(draw.normal(0, 0.3, (n_terms, dim))),
        aligned(draw.normal(0, 0.3, (n_terms, dim))),
        tokens,
        np.concatenate([[0], cuts, [n_tokens]]).astype(np.int64),
        keep,
        alias_table(draw.random(n_terms) + 0.1),
        settings,
    )


class SplitMix:
    """SplitMix64 (Steele, Lea and Flood 2014)."""

    def __init__(self, state: int) -> None:
        self.state = state % 2**64

    def next(self) -> int:
        self.state = (self.state + 0x9E3779B97F4A7C15) % 2**64
        z = self.state
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB % 2**64
        return z ^ (z >> 31)


class Window(NamedTuple):
    centre: int
    places: list[int]
    context: list[int]
    negatives: list[int]
    rate: float


def windows(given: Training) -> Iterator[Window]:
    """Draw what the kernel draws, in its order."""
    s = given.settings
    for start, stop in zip(given.starts[:-1].tolist(), given.starts[1:].tolist(), strict=True):
        position = s["position"] + start - int(given.starts[0])
        random = SplitMix(s["seed"] + position * 0xD1342543DE82EF95)
        kept = []
        for token in given.tokens[start:stop].tolist():
            if given.keep[token] == ALL or (random.next() >> 32) < given.keep[token]:
                kept.append(token)
        if len(kept) < 2:
            continue
        rate = s["first_rate"] - (s["first_rate"] - s["last_rate"]) * position / s["total"]
        for i, centre in enumerate(kept):
            reach = s["window"] - ((random.next() >> 32) * s["window"] >> 32)
            last = min(len(kept), i + reach + 1)
            places = [place for place in range(max(0, i - reach), last) if place != i]
            context = [kept[place] for place in places]
            negatives = []
            for _ in range(s["negative"]):
                bits = random.next()
                slot = (bits >> 32) * len(given.keep) >> 32
                own = bits % 2**32 < given.alias[slot, 0]
                negatives.append(slot if own else int(given.alias[slot, 1]))
            yield Window(centre, places, context, negatives, max(rate, s["last_rate"]))


def twin(given: Training) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Train in double precision, one window after the other."""
    a, b = given.input.astype(np.float64), given.output.astype(np.float64)
    for window in windows(given):
        sixes = outputs_by_six(window)
        if given.settings["cbow"]:
            mean = a[window.context].mean(axis=0)
            before = mean.copy()
            for six in sixes:
                step([mean], six, b, window.rate)
            np.add.at(a, window.context, mean - before)
            continue
        for first in range(0, len(window.context), 32):
            rows = window.context[first : first + 32]
            for six in sixes:
                step([a[row] for row in rows], six, b, window.rate)
    return a, b


def outputs_by_six(window: Window) -> list[list[tuple[int, float]]]:
    """The centre and the samples with their targets, as many together as the kernel takes.

    A sample that is the centre is left out, though it takes its place.
    """
    drawn = [(window.centre, 1.0), *((word, 0.0) for word in window.negatives)]
    return [
        [(word, target) for word, target in drawn[i : i + 6] if target or word != window.centre]
        for i in range(0, len(drawn), 6)
    ]


def step(
    inputs: list[npt.NDArray[np.float64]],
    outputs: list[tuple[int, float]],
    b: npt.NDArray[np.float64],
    rate: float,
) -> None:
    """Move some inputs (views) and outputs: errors first, from the weights as they are."""
    errors = [
        [
            rate * (target - sigmoid(x @ b[word])) * (abs(x @ b[word]) < 6)
            for word, target in outputs
        ]
        for x in inputs
    ]
    old = {word: b[word].copy() for word, _ in outputs}
    changes = [np.zeros(b.shape[1]) for _ in outputs]
    for x, row in zip(inputs, errors, strict=True):
        before = x.copy()
        for n, (word, _) in enumerate(outputs):
            x += row[n] * old[word]
            changes[n] += row[n] * before
    for (word, _), change in zip(outputs, changes, strict=True):
        b[word] += change


def sigmoid(x: float) -> float:
    return float(1 / (1 + np.exp(-x)))


@pytest.mark.parametrize("isa", SETS)
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"dim": 1},
        {"dim": 100, "n_terms": 500, "n_tokens": 300},
        {"negative": 1, "window": 1},
        {"negative": 6},
        {"negative": 13, "window": 40, "n_tokens": 200},
        {"n_terms": 2},
        {"cbow": True},
        {"cbow": True, "negative": 8, "dim": 33},
    ],
    ids=str,
)
def test_weights_are_those_of_a_plain_loop(isa: str, changes: dict[str, Any]) -> None:
    given = training(**changes)
    for ours, plain in zip(given.run(isa=isa), twin(given), strict=True):
        np.testing.assert_allclose(ours[:, : plain.shape[1]], plain, atol=2e-5)
    assert np.abs(plain - given.output).max() > 1e-3


@pytest.mark.parametrize("isa", SETS)
@pytest.mark.parametrize("cbow", [False, True])
def test_a_step_goes_down_the_gradient_of_the_negative_sampling_loss(isa: str, cbow: bool) -> None:
    given = training(n_tokens=2, window=1, first_rate=1e-3, last_rate=1e-3, cbow=cbow, n_terms=9)
    given = given._replace(
        tokens=np.array([3, 4], np.uint32), starts=np.array([0, 2]), keep=np.full(9, ALL, np.uint32)
    )
    drawn = list(windows(given))

    def loss(weights: npt.NDArray[np.float64]) -> float:
        a, b = weights
        total = 0.0
        for window in drawn:
            x = a[window.context[0]]
            total += np.log1p(np.exp(-(x @ b[window.centre])))
            for word in window.negatives:
                total += np.log1p(np.exp(x @ b[word])) * (word != window.centre)
        return float(total)

    here = np.array([given.input, given.output], np.float64)
    gradient = np.zeros_like(here)
    for place in np.ndindex(here.shape):
        moved = [here.copy(), here.copy()]
        moved[0][place] += 1e-5
        moved[1][place] -= 1e-5
        gradient[place] = (loss(moved[0]) - loss(moved[1])) / 2e-5
    moved_by = np.array(given.run(isa=isa)) - here
    # Two windows one after the other: the second starts from weights that the first has moved.
    np.testing.assert_allclose(moved_by, -1e-3 * gradient, atol=3e-6)


def test_drawn_windows_samples_and_kept_words_are_distributed_as_they_should() -> None:
    given = training(n_terms=8, n_tokens=20_000, window=4)
    drawn = list(windows(given._replace(starts=np.array([0, 20_000]))))
    weights = np.zeros(8)
    for slot, (own, other) in enumerate(given.alias.tolist()):
        weights[slot] += own / 2**32
        weights[other] += 1 - own / 2**32
    negatives = np.bincount([w for window in drawn for w in window.negatives], minlength=8)
    assert chi_square(negatives, weights / weights.sum()) < 24.3  # p = .001, 7 degrees of freedom
    widths = np.bincount([-(-len(w.context) // 2) for w in drawn[4:-4]], minlength=5)[1:]
    assert chi_square(widths, np.full(4, 0.25)) < 16.3
    kept = np.bincount([w.centre for w in drawn], minlength=8)
    there = np.bincount(given.tokens, minlength=8)
    assert (kept[2:] == there[2:]).all()
    share = kept[:2] / there[:2]
    np.testing.assert_allclose(share, 0x90000000 / 2**32, atol=4 * np.sqrt(0.25 / there[:2].min()))


def chi_square(observed: npt.NDArray[np.int64], expected: npt.NDArray[np.float64]) -> float:
    wanted = expected * observed.sum()
    return float(((observed - wanted) ** 2 / wanted).sum())


@pytest.mark.parametrize("n", [1, 2, 3, 1000])
def test_an_alias_table_holds_the_weights(n: int) -> None:
    weights = np.random.default_rng(n).gamma(0.3, size=n) + 1e-6
    table = alias_table(weights)
    held = np.zeros(n)
    np.add.at(held, np.arange(n), table[:, 0] / 2**32)
    np.add.at(held, table[:, 1], 1 - table[:, 0] / 2**32)
    np.testing.assert_allclose(held / n, weights / weights.sum(), atol=1e-9)


@pytest.mark.parametrize("isa", SETS)
def test_one_thread_gives_the_same_bytes_however_the_text_is_cut(isa: str) -> None:
    given = training(n_tokens=400)
    whole = given.run(isa=isa)
    assert all(np.array_equal(x, y) for x, y in zip(whole, given.run(isa=isa), strict=True))
    a, b = aligned(given.input), aligned(given.output)
    for first, last in ((0, 1), (1, 3), (3, 4)):
        settings = {**given.settings, "position": int(given.starts[first]), "isa": isa}
        train_word2vec(
            a, b, given.tokens, given.starts[first : last + 1], given.keep, given.alias, **settings
        )
    assert np.array_equal(a, whole[0]) and np.array_equal(b, whole[1])


@pytest.mark.parametrize("threads", [2, 3, 8])
def test_several_threads_train_all_stretches(threads: int) -> None:
    given = training(n_terms=400, n_tokens=4000, first_rate=0.01)
    one, several = given.run(), given.run(threads=threads)
    moved_by_one, moved = one[0] - given.input, several[0] - given.input
    trained = np.abs(moved_by_one).max(axis=1) > 0
    # Threads may undo each other's updates, now and then one.
    assert (np.abs(moved).max(axis=1) > 0)[trained].mean() > 0.98
    assert not moved[~trained].any()
    cosines = (moved * moved_by_one).sum() / np.linalg.norm(moved) / np.linalg.norm(moved_by_one)
    assert cosines > 0.95


@pytest.mark.parametrize("isa", SETS)
def test_padding_stays_zero_and_extreme_weights_stay_finite(isa: str) -> None:
    given = training(dim=20)
    given.input[:] *= 1000
    a, b = given.run(isa=isa)
    assert np.isfinite(a).all() and np.isfinite(b).all()
    assert not a[:, 20:].any() and not b[:, 20:].any()


@pytest.mark.parametrize("isa", SETS)
@pytest.mark.parametrize("cbow", [False, True])
def test_pairs_of_high_scores_are_left_alone(isa: str, cbow: bool) -> None:
    given = training(cbow=cbow)
    given.input[:] *= 10
    given.output[:] *= 10
    drawn = [w for w in windows(given) if w.context]
    scores = [abs(given.input[w.context[0]] @ given.output[w.centre]) for w in drawn]
    assert min(scores) < 6 < np.median(scores)
    for ours, plain in zip(given.run(isa=isa), twin(given), strict=True):
        np.testing.assert_allclose(ours, plain, atol=1e-3)


def test_no_text_trains_nothing() -> None:
    given = training()
    for starts in ([0], [0, 0], [5, 6], [5, 5, 5]):
        a, b = given.run(starts=np.array(starts))
        assert np.array_equal(a, given.input) and np.array_equal(b, given.output)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"starts": np.array([0, 61])}, "within the tokens"),
        ({"starts": np.array([-1, 5])}, "within the tokens"),
        ({"starts": np.array([5, 3, 9])}, "must not fall"),
        ({"starts": np.zeros(0, np.int64)}, "one entry more"),
        ({"tokens": np.full(60, 12, np.uint32)}, "not a term"),
        ({"window": 0}, "window"),
        ({"negative": 0}, "negative"),
        ({"total": 0}, "total"),
        ({"threads": 0}, "threads"),
        ({"first_rate": float("nan")}, "finite"),
        ({"isa": "mmx"}, "no instruction set"),
    ],
)
def test_what_does_not_fit_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        training().run(**changes)


def test_weights_that_are_not_padded_or_aligned_are_refused() -> None:
    given = training()
    rest = given[2:6]
    with pytest.raises(ValueError, match="padded"):
        train_word2vec(given.input[:, :20].copy(), given.output, *rest, **given.settings)
    memory = np.zeros(12 * 32 + 16, np.float32)
    start = (-memory.ctypes.data % 64 // 4 + 1) % 16
    crooked = memory[start : start + 12 * 32].reshape(12, 32)
    with pytest.raises(ValueError, match="64 bytes"):
        train_word2vec(crooked, given.output, *rest, **given.settings)
    with pytest.raises(ValueError, match="positive"):
        alias_table(np.array([1.0, 0.0]))
