"""The nearest rows are those that NumPy finds in float64, on every instruction set, by proof."""

from __future__ import annotations

import mmap
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latentcli import kernels

Floats = npt.NDArray[np.float32]
ISAS = kernels.instruction_sets()
METRICS = ("cosine", "euclidean")


def index_of(vectors: Floats, threads: int = 1) -> npt.NDArray[np.uint8]:
    index = np.full(kernels.index_bytes(*vectors.shape), 0xA5, np.uint8)
    kernels.quantize(vectors, 0, index, threads)
    return index


def figures(vectors: Floats, target: npt.NDArray[np.float64], metric: str) -> Any:
    """The cosine of each row with the target, or its distance from it, in float64."""
    rows = vectors.astype(np.float64)
    if metric == "euclidean":
        return np.linalg.norm(rows - target, axis=1)
    scale = np.linalg.norm(rows, axis=1) * np.linalg.norm(target)
    return np.divide(rows @ target, scale, out=np.zeros(len(rows)), where=scale > 0)


def check(
    vectors: Floats, target: npt.NDArray[np.float64], n: int, metric: str, isa: str, threads: int
) -> None:
    """What is found has the n best figures, its own, in order; and it is what a full scan finds."""
    index = index_of(vectors)
    [found] = kernels.nearest(vectors, target[None, :], n, metric, index, threads, isa)
    assert [found] == kernels.nearest(vectors, target[None, :], n, metric)
    expected = figures(vectors, target, metric)
    rows = [row for row, _ in found]
    values = np.array([value for _, value in found])
    assert len(set(rows)) == len(rows) == min(n, len(vectors))
    sign = -1 if metric == "cosine" else 1
    tolerance = 1e-12 * max(1.0, np.abs(expected).max())
    np.testing.assert_allclose(values, expected[rows], rtol=0, atol=tolerance)
    np.testing.assert_allclose(
        sign * values, np.sort(sign * expected)[: len(rows)], rtol=0, atol=tolerance
    )
    for (row, value), (after, next_value) in zip(found, found[1:], strict=False):
        assert sign * value < sign * next_value or (value == next_value and row < after)


def random(n_rows: int, dim: int, seed: int = 1) -> Floats:
    draw = np.random.default_rng(seed)
    lengths = draw.gamma(2, size=(n_rows, 1))
    return ((draw.normal(size=(n_rows, dim)) + 0.2) * lengths).astype(np.float32)


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("dim", [1, 2, 3, 4, 15, 16, 17, 50, 64, 99, 100, 300, 1000])
def test_every_number_of_dimensions(dim: int, metric: str, isa: str) -> None:
    vectors = random(333, dim)
    for row in (0, 332):
        check(vectors, vectors[row].astype(np.float64), 10, metric, isa, 1)


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("n_rows", [1, 2, 15, 16, 17, 31, 32, 33, 5000])
def test_every_number_of_rows_and_of_answers(n_rows: int, metric: str, isa: str) -> None:
    vectors = random(n_rows, 20)
    for n in (1, 7, n_rows, n_rows + 1, 10**9):
        check(vectors, vectors[n_rows // 2].astype(np.float64), n, metric, isa, 2)


def planted(kind: str, draw: np.random.Generator) -> npt.NDArray[np.float64]:
    """Data on which a scan of one byte a dimension is easily wrong."""
    rows = draw.normal(size=(700, 40))
    if kind == "below what a byte shows":
        return rows[:1] + 1e-5 * rows
    if kind == "duplicates":
        return rows[draw.integers(0, 5, 700)]
    if kind == "clusters":
        return rows[draw.integers(0, 3, 700)] + 1e-3 * rows
    if kind == "all equal":
        return np.repeat(rows[:1], 700, axis=0)
    if kind == "one large component":
        rows[:, 7] = 1e4
        return rows
    if kind == "far from the origin":
        return rows + 1e3
    if kind == "lengths from tiny to huge":
        return rows * 10.0 ** draw.uniform(-38, 36, size=(700, 1))
    if kind == "some zeros":
        rows[draw.random(700) < 0.3] = 0
        return rows
    if kind == "rising towards the target":
        return rows * np.linspace(1, 0, 700)[:, None] + 5
    assert kind == "opposites"
    return rows[:1] * draw.choice([-1, 1], size=(700, 1)) + 1e-2 * rows


KINDS = [
    "below what a byte shows",
    "duplicates",
    "clusters",
    "all equal",
    "one large component",
    "far from the origin",
    "lengths from tiny to huge",
    "some zeros",
    "rising towards the target",
    "opposites",
]


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("kind", KINDS)
def test_data_made_to_mislead(kind: str, isa: str) -> None:
    draw = np.random.default_rng(3)
    vectors = planted(kind, draw).astype(np.float32)
    targets = [vectors[0], vectors[350], draw.normal(size=40), np.zeros(40)]
    for metric in METRICS:
        if metric == "euclidean" and kind == "lengths from tiny to huge":
            continue  # its distances differ by less than float64 shows; see below
        for target in targets:
            check(vectors, np.asarray(target, np.float64), 10, metric, isa, 2)


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("metric", METRICS)
def test_lengths_at_the_ends_of_float32(metric: str, isa: str) -> None:
    draw = np.random.default_rng(3)
    vectors = planted("lengths from tiny to huge", draw).astype(np.float32)
    index = index_of(vectors)
    for row in range(0, 700, 50):
        target = vectors[row : row + 1].astype(np.float64)
        for scale in (1.0, 1e-30, 1e30):
            found = kernels.nearest(vectors, target * scale, 10, metric, index, 1, isa)
            assert found == kernels.nearest(vectors, target * scale, 10, metric)
            assert len(found[0]) == 10


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    n_rows=st.integers(1, 400),
    dim=st.integers(1, 70),
    spread=st.sampled_from([0.0, 1e-7, 1e-4, 1e-2, 1.0, 100.0]),
    rank=st.integers(1, 4),
    n=st.integers(1, 40),
)
def test_any_cloud_of_points(
    seed: int, n_rows: int, dim: int, spread: float, rank: int, n: int
) -> None:
    draw = np.random.default_rng(seed)
    centres = draw.normal(size=(rank, dim))
    vectors = centres[draw.integers(0, rank, n_rows)] + spread * draw.normal(size=(n_rows, dim))
    vectors = vectors.astype(np.float32)
    target = vectors[draw.integers(0, n_rows)].astype(np.float64)
    for metric in METRICS:
        for isa in ISAS:
            check(vectors, target, n, metric, isa, 1)


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("metric", METRICS)
def test_a_batch_gets_the_answers_of_one_by_one_on_any_threads(metric: str, isa: str) -> None:
    vectors = random(30_000, 40)
    index = index_of(vectors)
    targets = vectors[:77].astype(np.float64)
    batch = kernels.nearest(vectors, targets, 10, metric, index, 1, isa)
    assert batch == kernels.nearest(vectors, targets, 10, metric, index, 3, isa)
    for i, answer in enumerate(batch):
        assert [answer] == kernels.nearest(vectors, targets[i : i + 1], 10, metric, index, 2, isa)
        assert answer[0][0] == i


def test_answers_do_not_depend_on_the_instruction_set() -> None:
    vectors, draw = random(3000, 33), np.random.default_rng(5)
    index, targets = index_of(vectors), draw.normal(size=(20, 33))
    for metric in METRICS:
        first, *others = (
            kernels.nearest(vectors, targets, 10, metric, index, isa=isa) for isa in ISAS
        )
        assert all(other == first for other in others)


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("metric", METRICS)
def test_rows_that_are_not_finite_are_near_to_nothing(metric: str, isa: str) -> None:
    vectors = random(100, 17)
    vectors[[0, 20, 99], [0, 5, 16]] = [np.nan, np.inf, -np.inf]
    index = index_of(vectors)
    target = vectors[1:2].astype(np.float64)
    [found] = kernels.nearest(vectors, target, 100, metric, index, 1, isa)
    assert [row for row, _ in found].count(1) == 1
    assert sorted(row for row, _ in found) == sorted({*range(100)} - {0, 20, 99})
    assert [found] == kernels.nearest(vectors, target, 100, metric)
    vectors[:] = np.nan
    assert kernels.nearest(vectors, target, 5, metric, index_of(vectors), 1, isa) == [[]]


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("metric", METRICS)
def test_few_rows_are_left_to_be_compared_exactly(metric: str, isa: str) -> None:
    vectors = np.random.default_rng(1).normal(size=(20_000, 100)).astype(np.float32)
    targets = vectors[:5].astype(np.float64)
    index = index_of(vectors)
    for target, rows in zip(
        targets,
        kernels.contenders(vectors, targets, 10, metric, index=index, isa=isa),
        strict=True,
    ):
        best = np.argsort(figures(vectors, target, metric) * (-1 if metric == "cosine" else 1))
        assert set(best[:10].tolist()) <= set(rows)
        assert len(rows) < 60


@pytest.mark.parametrize("metric", METRICS)
def test_where_the_index_rules_out_nothing_all_rows_are_compared(metric: str) -> None:
    vectors = np.ones((200_000, 3), np.float32)
    vectors[150_000:] += np.float32(1e-7) * np.arange(50_000, dtype=np.float32)[:, None]
    vectors[[3, 199_000], 2] += np.float32(1e-6)
    index, targets = index_of(vectors), vectors[[0, 199_000]].astype(np.float64)
    found = kernels.nearest(vectors, targets, 4, metric, index, 2)
    assert found == kernels.nearest(vectors, targets, 4, metric)
    assert [row for row, _ in found[0]][:2] == [0, 1]
    for rows in kernels.contenders(vectors, targets, 4, metric, index=index):
        assert len(rows) > 1 << 16


@pytest.mark.parametrize("dim", [1, 3, 4, 33, 1000])
def test_a_residual_bounds_what_the_codes_leave_out(dim: int) -> None:
    vectors = random(40, dim)
    vectors[7] = 0
    padded = -(-dim // 4) * 4
    blocks = index_of(vectors).reshape(3, -1)
    codes = blocks[:, : 16 * padded].view(np.int8).reshape(3, padded // 2, 16, 2)
    codes = codes.transpose(0, 2, 1, 3).reshape(48, padded)[:40].astype(np.float64)
    own = blocks[:, 16 * padded :].copy().view(np.float32).reshape(3, 3, 16)
    scale, residual, norm = own.transpose(1, 0, 2).reshape(3, 48).astype(np.float64)
    assert np.isnan(scale[40:]).all()
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1)
    np.testing.assert_allclose(norm[:40], lengths, rtol=1e-7)
    units = vectors / np.maximum(lengths, 1e-30)[:, None]
    left_out = np.linalg.norm(units - scale[:40, None] * codes[:, :dim], axis=1)
    assert (left_out <= residual[:40]).all()
    assert (residual[:40] <= 1.01 * left_out + 2e-6).all()
    assert not codes[:, dim:].any()


def test_an_index_is_the_same_whoever_makes_it_and_in_whatever_pieces() -> None:
    vectors = random(5000, 30)
    whole = index_of(vectors)
    np.testing.assert_array_equal(whole, index_of(vectors, threads=3))
    first = np.zeros(kernels.index_bytes(1600, 30), np.uint8)
    rest = np.zeros(kernels.index_bytes(3400, 30), np.uint8)
    kernels.quantize(vectors, 0, first)
    kernels.quantize(vectors, 1600, rest)
    np.testing.assert_array_equal(whole, np.concatenate([first, rest]))


def test_mapped_memory_will_do(tmp_path: Path) -> None:
    vectors = random(100, 12)
    (tmp_path / "vectors").write_bytes(vectors.tobytes())
    (tmp_path / "index").write_bytes(index_of(vectors).tobytes())
    with open(tmp_path / "vectors", "rb") as file, open(tmp_path / "index", "rb") as other:
        rows = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        index = memoryview(mmap.mmap(other.fileno(), 0, access=mmap.ACCESS_READ))
    targets = vectors[:3].astype(np.float64)
    mapped = kernels.nearest(rows.cast("f", [100, 12]), memoryview(targets), 5, index=index)
    assert mapped == kernels.nearest(vectors, targets, 5)


def test_the_cosine_of_two_vectors() -> None:
    vectors = random(50, 23)
    for a, b in zip(vectors, vectors[1:], strict=False):
        [expected] = figures(a[None, :], b.astype(np.float64), "cosine")
        assert kernels.cosine(a, b.astype(np.float64)) == pytest.approx(expected, abs=1e-14)
        assert kernels.cosine(b, a.astype(np.float64)) == kernels.cosine(a, b.astype(np.float64))
    assert kernels.cosine(vectors[0], vectors[0].astype(np.float64)) == pytest.approx(1)
    assert kernels.cosine(np.zeros(3, np.float32), np.ones(3)) == 0


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"targets": np.zeros((1, 4))}, "differ in their dimensions"),
        ({"targets": np.full((1, 5), np.nan)}, "not finite"),
        ({"targets": np.full((1, 5), 1e200)}, "not finite"),
        ({"vectors": np.zeros((0, 5), np.float32)}, "no vectors"),
        ({"metric": "manhattan"}, "no metric"),
        ({"n": 0}, "at least 1"),
        ({"index": np.zeros(100, np.uint8)}, "its size is another"),
        ({"vectors": np.zeros((3, 0), np.float32)}, "without dimensions"),
        ({"isa": "mmx"}, "no instruction set"),
    ],
)
def test_what_cannot_be_is_refused(changed: dict[str, Any], what: str) -> None:
    request: dict[str, Any] = {
        "vectors": np.ones((3, 5), np.float32),
        "targets": np.ones((1, 5)),
        "n": 1,
    }
    with pytest.raises(ValueError, match=what):
        kernels.nearest(**{**request, **changed})


def test_an_index_is_not_written_to_a_converted_copy() -> None:
    with pytest.raises(TypeError):
        kernels.quantize(np.ones((16, 5), np.float32), 0, np.zeros(4096, np.int16))


@pytest.mark.parametrize(("first", "size"), [(8, 1), (0, 0.5), (16, 2), (1 << 40, 1)])
def test_only_whole_blocks_are_made(first: int, size: float) -> None:
    vectors = np.ones((20, 5), np.float32)
    block = np.zeros(int(size * kernels.index_bytes(16, 5)), np.uint8)
    with pytest.raises(ValueError, match="not whole blocks"):
        kernels.quantize(vectors, first, block)
