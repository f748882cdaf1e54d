"""Min-hash signatures and Jaccard indices against plain Python, and against each other."""

from __future__ import annotations

import random

import numpy as np
import numpy.typing as npt
import pytest

from latentcli.kernels import jaccard, minhash

BASE, SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9
WORD = (1 << 64) - 1
EMPTY = 0xFFFFFFFF


def arrays(texts: list[list[int]]) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]:
    tokens = np.array([token for text in texts for token in text], np.uint32)
    return tokens, np.cumsum([0, *map(len, texts)]).astype(np.int64)


def signatures(
    texts: list[list[int]], shingle: int = 3, n_bins: int = 128, seed: int = 1, threads: int = 1
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint64]]:
    found = np.zeros((len(texts), n_bins), np.uint32)
    hashes = np.zeros(len(texts), np.uint64)
    minhash(*arrays(texts), shingle, seed, found, hashes, threads)
    return found, hashes


def indices(texts: list[list[int]], pairs: list[tuple[int, int]], threads: int = 1) -> list[float]:
    found = np.zeros(len(pairs))
    jaccard(*arrays(texts), 3, np.array(pairs, np.int64).reshape(-1, 2), found, threads)
    return [float(index) for index in found]


def mixed(a: int, b: int) -> int:
    product = (a & WORD) * (b & WORD)
    return (product ^ (product >> 64)) & WORD


def naive_signature(text: list[int], shingle: int, n_bins: int, seed: int) -> list[int]:
    bins = [EMPTY] * n_bins
    size = min(shingle, len(text))
    for i in range(len(text) - size + 1 if text else 0):
        total = 0
        for token in text[i : i + size]:
            total = total * BASE + mixed(token + BASE, SECOND)
        value = mixed((total & WORD) ^ seed, BASE)
        place = value * n_bins >> 64
        bins[place] = min(bins[place], value & EMPTY, EMPTY - 1)
    if not text:
        return bins
    kept = list(bins)
    for place in range(n_bins):
        attempt = 1
        while bins[place] == EMPTY:
            bins[place] = kept[mixed(seed ^ (place << 32 | attempt), BASE) % n_bins]
            attempt += 1
    return bins


def shingles(text: list[int]) -> set[tuple[int, ...]]:
    size = min(3, len(text))
    return {tuple(text[i : i + size]) for i in range(len(text) - size + 1)} if text else set()


def naive_index(a: list[int], b: list[int]) -> float:
    one, other = shingles(a), shingles(b)
    return len(one & other) / len(one | other) if one | other else 1.0


def texts_of_many_lengths() -> list[list[int]]:
    draw = random.Random(1)
    lengths = [0, 1, 2, 3, 4, 7, 50, 300, 0, 1000]
    return [[draw.randrange(60) for _ in range(length)] for length in lengths]


@pytest.mark.parametrize("shingle", [1, 3, 5])
@pytest.mark.parametrize("n_bins", [1, 16, 128])
def test_signatures_are_those_of_plain_python(shingle: int, n_bins: int) -> None:
    texts = texts_of_many_lengths()
    found, _ = signatures(texts, shingle, n_bins, 7)
    assert found.tolist() == [naive_signature(text, shingle, n_bins, 7) for text in texts]


def test_any_number_of_threads_gives_the_same() -> None:
    draw = random.Random(2)
    texts = [[draw.randrange(1000) for _ in range(draw.randrange(200))] for _ in range(500)]
    one, several = signatures(texts), signatures(texts, threads=5)
    assert np.array_equal(one[0], several[0])
    assert np.array_equal(one[1], several[1])
    pairs = [(draw.randrange(500), draw.randrange(500)) for _ in range(300)]
    assert indices(texts, pairs) == indices(texts, pairs, 4)


def test_hashes_are_equal_for_the_same_tokens_in_the_same_order_only() -> None:
    texts = [[1, 2, 3, 4, 5], [1, 2, 3, 5, 4], [1, 2, 3, 4, 5], [1, 2, 3, 4], [], [0], [0, 0]]
    _, hashes = signatures(texts)
    assert hashes[0] == hashes[2]
    assert len(set(hashes.tolist())) == len(texts) - 1


def test_indices_are_those_of_sets_of_shingles() -> None:
    texts = texts_of_many_lengths() + [[5] * 40, [5] * 40, list(range(50))]
    pairs = [(a, b) for a in range(len(texts)) for b in range(len(texts))]
    assert indices(texts, pairs) == pytest.approx(
        [naive_index(texts[a], texts[b]) for a, b in pairs], abs=1e-15
    )


def test_estimates_miss_the_index_by_no_more_than_their_standard_error_allows() -> None:
    """128 bins: sqrt(J (1 - J) / 128) is at most 0.044; over many pairs the error averages out."""
    draw = random.Random(3)
    texts = []
    for _ in range(300):
        text = [draw.randrange(5000) for _ in range(draw.choice([150, 400, 1500]))]
        share = draw.random() * 0.2
        other = [draw.randrange(5000) if draw.random() < share else token for token in text]
        texts += [text, other]
    found, _ = signatures(texts)
    errors = []
    for i in range(0, len(texts), 2):
        exact = naive_index(texts[i], texts[i + 1])
        errors.append(float(np.mean(found[i] == found[i + 1])) - exact)
    assert abs(np.mean(errors)) < 0.01
    assert np.std(errors) < 0.05
    assert max(map(abs, errors)) < 0.2


def test_what_does_not_fit_together_is_refused() -> None:
    tokens, starts = arrays([[1, 2], [3]])
    rows, hashes = np.zeros((2, 16), np.uint32), np.zeros(2, np.uint64)
    for arguments in (
        (tokens, starts[:-1], 3, 1, rows, hashes),
        (tokens, starts[::-1].copy(), 3, 1, rows, hashes),
        (tokens, starts, 0, 1, rows, hashes),
        (tokens, starts, 3, 1, np.zeros((2, 12), np.uint32), hashes),
        (tokens, starts, 3, 1, rows[:1].copy(), hashes),
        (tokens, starts, 3, 1, rows, hashes, 0),
    ):
        with pytest.raises(ValueError, match="."):
            minhash(*arguments)
    with pytest.raises(ValueError, match="no such document"):
        jaccard(tokens, starts, 3, np.array([[0, 2]], np.int64), np.zeros(1))
    with pytest.raises(ValueError, match="each pair"):
        jaccard(tokens, starts, 3, np.array([[0, 1]], np.int64), np.zeros(2))
