"""The windows that hold words and pairs, against a plain loop that moves a window by a token."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latentcli.kernels import count_windows


def naive(documents: list[list[int]], n_words: int, window: int) -> np.ndarray:
    """What is in the window is a set, from which the first token is taken and the next put in.

    Tokens from ``n_words`` on are not of interest.
    """
    together = np.zeros((n_words, n_words), np.int64)
    for document in documents:
        held = set(document[:window])
        for step in range(max(1, len(document) - window + 1)):
            if step:
                held.discard(document[step - 1])
                held.add(document[step + window - 1])
            words = sorted(word for word in held if word < n_words)
            for word in words:
                together[word, word] += 1
            for first, second in combinations(words, 2):
                together[first, second] += 1
    return together


def counted(
    documents: list[list[int]], n_words: int, window: int, threads: int = 1, n_terms: int = 12
) -> np.ndarray:
    tokens = np.array([token for document in documents for token in document], np.uint32)
    starts = np.cumsum([0, *map(len, documents)]).astype(np.int64)
    places = np.where(np.arange(n_terms) < n_words, np.arange(n_terms), -1).astype(np.int32)
    together = np.zeros((n_words, n_words), np.int64)
    count_windows(tokens, starts, places, window, together, threads)
    return together


@given(
    documents=st.lists(st.lists(st.integers(0, 11), max_size=30), max_size=8),
    n_words=st.integers(0, 12),
    window=st.one_of(st.integers(1, 35), st.just((1 << 62) - 1)),
    threads=st.integers(1, 5),
)
def test_the_counts_are_those_of_a_plain_loop(
    documents: list[list[int]], n_words: int, window: int, threads: int
) -> None:
    expected = naive(documents, n_words, window)
    np.testing.assert_array_equal(counted(documents, n_words, window, threads), expected)


def test_long_documents_of_common_words_are_counted_alike_on_any_number_of_threads() -> None:
    draw = np.random.default_rng(1)
    documents = [draw.integers(0, 40, n).tolist() for n in (3000, 0, 50, 1000, 7)]
    expected = naive(documents, 40, 110)
    for threads in (1, 2, 7):
        np.testing.assert_array_equal(counted(documents, 40, 110, threads, 40), expected)


def test_a_window_as_long_as_the_document_tells_which_documents_have_which_words() -> None:
    documents = [[0, 1, 0], [1], [], [0, 2]]
    expected = [[2, 1, 1], [0, 2, 0], [0, 0, 1]]
    assert counted(documents, 3, 100).tolist() == expected


def test_counts_are_added_to_what_is_there() -> None:
    together = np.full((1, 1), 5, np.int64)
    places = np.zeros(1, np.int32)
    count_windows(np.zeros(3, np.uint32), np.array([0, 3]), places, 2, together)
    assert together.tolist() == [[7]]


@pytest.mark.parametrize(
    "wrong",
    [
        {"starts": [0, 2]},
        {"starts": [1, 3]},
        {"starts": [0, 3, 2, 3]},
        {"starts": []},
        {"places": [0, 2, -1]},
        {"places": [0, -2, -1]},
        {"places": [0, 1]},
        {"window": 0},
        {"together": (2, 3)},
        {"threads": 0},
    ],
    ids=str,
)
def test_what_does_not_fit_together_is_refused(wrong: dict[str, object]) -> None:
    right: dict[str, object] = {"starts": [0, 3], "places": [0, 1, -1], "window": 2}
    values = {**right, "together": (2, 2), "threads": 1, **wrong}
    with pytest.raises(ValueError):
        count_windows(
            np.array([0, 1, 2], np.uint32),
            np.array(values["starts"], np.int64),
            np.array(values["places"], np.int32),
            values["window"],
            np.zeros(values["together"], np.int64),
            values["threads"],
        )


def test_arrays_of_another_type_are_refused() -> None:
    arrays = np.zeros(1, np.int64), np.array([0, 1]), np.zeros(1, np.int32)
    with pytest.raises(TypeError):
        count_windows(*arrays, 2, np.zeros((1, 1), np.int64))
