"""The count of stop words by language against NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from latentcli.kernels import count_votes


def test_votes_are_those_counted_in_numpy() -> None:
    draw = np.random.default_rng(1)
    lists = draw.integers(0, 1 << 8, 500, dtype=np.uint64) << np.uint64(20)
    lists[draw.random(500) < 0.5] = 0
    lists[7] = np.uint64(1) << np.uint64(63)
    starts = np.cumsum([0, *draw.integers(0, 30, 400)]).astype(np.int64)
    tokens = draw.integers(0, 500, int(starts[-1]), dtype=np.uint32)
    for threads in (1, 4):
        language, votes = np.zeros(400, np.uint8), np.zeros(400, np.uint32)
        usual = np.zeros(400, np.uint32)
        count_votes(tokens, starts, lists, 22, language, votes, usual, threads)
        for i in range(400):
            of = lists[tokens[starts[i] : starts[i + 1]]]
            counts = [int((of >> np.uint64(bit) & np.uint64(1)).sum()) for bit in range(64)]
            assert votes[i] == max(counts)
            assert usual[i] == counts[22]
            best = 22 if counts[22] == max(counts) else int(np.argmax(counts))
            assert language[i] == (best if max(counts) else 255)


def test_tokens_outside_the_vocabulary_are_refused() -> None:
    language, votes = np.zeros(1, np.uint8), np.zeros(1, np.uint32)
    with pytest.raises(ValueError, match="vocabulary"):
        count_votes(
            np.array([3], np.uint32), np.array([0, 1]), np.zeros(3, np.uint64), 0,
            language, votes, votes.copy(),
        )  # fmt: skip
