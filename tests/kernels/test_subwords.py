"""Character n-grams are fastText's, and words composed of them are trained as a plain loop does."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from gensim.models.fasttext_inner import compute_ngrams_bytes, ft_hash_bytes

from latentcli.kernels import alias_table, compose_vectors, subword_hashes, train_word2vec
from latentcli.models.subword_embedding import Lines
from latentcli.models.subwords import ngram_hash, ngrams
from tests.kernels.test_word2vec import (
    SETS,
    Training,
    Window,
    aligned,
    outputs_by_six,
    step,
    training,
)
from tests.kernels.test_word2vec import windows as drawn_windows

WORDS = ["cat", "a", "banana", "straße", "Привет", "中文", "naïve\u0301", "e\U0001f600", "x" * 40]
Doubles = npt.NDArray[np.float64]


def hashes(words: list[str], min_n: int, max_n: int) -> list[list[int]]:
    """Every word's hashes by the kernel."""
    starts, found = subword_hashes(*Lines.of(word.encode() for word in words), min_n, max_n)
    return [found[a:b].tolist() for a, b in zip(starts, starts[1:], strict=False)]


@pytest.mark.parametrize(("min_n", "max_n"), [(3, 6), (1, 3), (2, 2), (5, 20)])
def test_ngrams_and_hashes_are_gensims_in_python_and_in_the_core(min_n: int, max_n: int) -> None:
    for word, by_core in zip(WORDS, hashes(WORDS, min_n, max_n), strict=True):
        # gensim does not leave out a lone mark; the fastText program does.
        theirs = [n for n in compute_ngrams_bytes(word, min_n, max_n) if n not in (b"<", b">")]
        assert [ngram.encode() for ngram in ngrams(word, min_n, max_n)] == theirs
        assert by_core == [ft_hash_bytes(ngram) for ngram in theirs]
        assert by_core == [ngram_hash(ngram) for ngram in ngrams(word, min_n, max_n)]


def test_the_end_of_a_line_has_no_ngrams() -> None:
    assert ngrams("</s>", 3, 6) == [] and hashes(["</s>", "<s>"], 3, 6)[0] == []
    assert ngrams("<s>", 3, 6)


def test_bytes_that_are_not_utf8_are_cut_where_characters_may_begin() -> None:
    # As in the fastText program a byte that continues a character stays with what is before it.
    starts, found = subword_hashes(*Lines.of([b"\x80\xe9t\xe9"]), 2, 2)
    expected = [b"<\x80\xe9", b"\xe9t", b"t\xe9", b"\xe9>"]
    assert found.tolist() == [ft_hash_bytes(ngram) for ngram in expected]
    assert starts.tolist() == [0, 4]


@pytest.mark.parametrize("threads", [1, 3])
def test_a_composed_vector_is_the_mean_of_its_rows_wherever_they_lie(threads: int) -> None:
    draw = np.random.default_rng(1)
    own, table = (draw.normal(size=(n, 7)).astype(np.float32) for n in (5, 20))
    starts = np.array([0, 0, 3, 3, 10, 11])
    rows = draw.integers(0, 20, 11).astype(np.uint32)
    rows[:2] = 4  # an n-gram that a word has twice
    out = np.empty((5, 7), np.float32)
    crooked = np.frombuffer(b"." + table.tobytes(), np.uint8)[1:]
    compose_vectors(own.reshape(-1).view(np.uint8), crooked, starts, rows, out, threads)
    for i in range(5):
        parts = np.vstack([own[i : i + 1], table[rows[starts[i] : starts[i + 1]]]])
        np.testing.assert_allclose(out[i], parts.mean(axis=0, dtype=np.float64), atol=1e-7)


def samples_at(i: int, windows: list[Window]) -> list[list[int]]:
    """The negative samples that context words take turns with: those of 16 windows at most.

    They lie in a ring, in which those of the next window already stand when one is trained.
    """
    drawn = range(min(i + 2, len(windows)))
    return [
        windows[max(number for number in drawn if number % 16 == place)].negatives
        for place in range(min(i + 1, 16))
    ]


class Rows:
    """A training whose terms have 1 to 6 of 30 rows; the first term has one of them twice."""

    def __init__(self, **changes: Any) -> None:
        self.given: Training = training(**changes)
        n_terms, dim = len(self.given.keep), self.given.input.shape[1]
        draw = np.random.default_rng(3)
        self.table = aligned(draw.normal(0, 0.5, (n_terms + 30, dim)))
        lists = [[i, *draw.integers(n_terms, n_terms + 30, i % 6).tolist()] for i in range(n_terms)]
        lists[0] = [0, n_terms, n_terms]
        self.lists = lists
        self.starts = np.cumsum([0, *map(len, lists)])
        self.rows = np.concatenate(lists).astype(np.uint32)

    def run(self, **changes: Any) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        table, output = aligned(self.table), aligned(self.given.output)
        given = self.given
        settings = {
            **given.settings, "subword_starts": self.starts, "subword_rows": self.rows, **changes
        }  # fmt: skip
        train_word2vec(
            table, output, given.tokens, given.starts, given.keep, given.alias, **settings
        )
        return table, output

    def twin(self) -> tuple[Doubles, Doubles]:
        """Train in double precision: words are composed when they come within reach."""
        table, output = self.table.astype(np.float64), self.given.output.astype(np.float64)
        for start, stop in zip(self.given.starts[:-1], self.given.starts[1:], strict=True):
            one = self.given._replace(
                starts=np.array([start, stop]),
                settings={
                    **self.given.settings,
                    "position": self.given.settings["position"] + int(start),
                },
            )
            self._train(list(drawn_windows(one)), table, output)
        return table, output

    def _train(self, windows: list[Window], table: Doubles, output: Doubles) -> None:
        reach, kept = self.given.settings["window"], [window.centre for window in windows]
        live: dict[int, Doubles] = {}
        before: dict[int, Doubles] = {}
        turns = itertools.count()
        for i, window in enumerate(windows):
            for place in range(max(0, i - reach), min(len(kept), i + reach + 1)):
                if place not in live:
                    live[place] = table[self.lists[kept[place]]].mean(axis=0)
                    before[place] = live[place].copy()
            self._step(kept, live, window, samples_at(i, windows), turns, output)
            if i >= reach:
                self._give_back(i - reach, kept, live, before, table)
        for place in sorted(live):
            self._give_back(place, kept, live, before, table)

    def _step(
        self,
        kept: list[int],
        live: dict[int, Doubles],
        window: Window,
        samples: list[list[int]],
        turns: Iterator[int],
        output: Doubles,
    ) -> None:
        places = window.places
        if not places:
            return
        if self.given.settings["cbow"]:
            sizes = np.array([len(self.lists[kept[p]]) for p in places], np.float64)
            mean = np.average([live[p] for p in places], axis=0, weights=sizes)
            first = mean.copy()
            for six in outputs_by_six(window):
                step([mean], six, output, window.rate)
            for place in places:
                live[place] += mean - first
            return
        for place in places:
            taken = window._replace(negatives=samples[next(turns) % len(samples)])
            for six in outputs_by_six(taken):
                step([live[place]], six, output, window.rate)

    def _give_back(
        self,
        place: int,
        kept: list[int],
        live: dict[int, Doubles],
        before: dict[int, Doubles],
        table: Doubles,
    ) -> None:
        moved = live.pop(place) - before.pop(place)
        for row in self.lists[kept[place]]:
            table[row] += moved


@pytest.mark.parametrize("isa", SETS)
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"window": 1, "negative": 1},
        {"negative": 8, "dim": 33},
        {"n_terms": 60, "n_tokens": 300, "window": 6},
        {"window": 40},
        {"n_tokens": 400, "negative": 2},
        {"cbow": True},
        {"cbow": True, "window": 5, "n_tokens": 200},
    ],
    ids=str,
)
def test_rows_are_those_of_a_plain_loop(isa: str, changes: dict[str, Any]) -> None:
    rows = Rows(**changes)
    table, output = rows.twin()
    ours = rows.run(isa=isa)
    np.testing.assert_allclose(ours[0], table, atol=3e-5)
    np.testing.assert_allclose(ours[1], output, atol=3e-5)
    assert np.abs(table - rows.table).max() > 1e-2


@pytest.mark.parametrize("isa", SETS)
@pytest.mark.parametrize("cbow", [False, True])
def test_a_row_a_word_is_word2vec(isa: str, cbow: bool) -> None:
    # Words of one row each, seldom twice in reach, are trained as without subwords. By skip-gram
    # only where all negative samples are the same word, and it moves slowly: words take turns.
    given = training(n_terms=400, n_tokens=600, cbow=cbow, first_rate=0.01 if cbow else 0.001)
    if not cbow:
        given = given._replace(alias=alias_table(np.eye(400)[7] + 1e-15))
    starts, rows = np.arange(401), np.arange(400, dtype=np.uint32)
    plain = given.run(isa=isa)
    for ours, other in zip(
        plain, given.run(isa=isa, subword_starts=starts, subword_rows=rows), strict=True
    ):
        np.testing.assert_allclose(ours, other, atol=1e-3)


def test_several_threads_train_all_rows() -> None:
    rows = Rows(n_terms=400, n_tokens=4000, first_rate=0.01)
    one, several = (rows.run(threads=threads)[0] - rows.table for threads in (1, 4))
    cosine = (one * several).sum() / np.linalg.norm(one) / np.linalg.norm(several)
    assert cosine > 0.95


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"subword_rows": None}, "starts and rows"),
        ({"subword_starts": np.arange(5)}, r"\(n_terms \+ 1,\)"),
        ({"subword_starts": np.zeros(13, np.int64)}, "from 0 to"),
        ({"subword_rows": np.full(12, 12, np.uint32)}, "not a row"),
        ({"subword_starts": np.array([0, *[1] * 11, 12])}, "each term"),
    ],
)
def test_rows_that_do_not_fit_are_refused(changes: dict[str, Any], said: str) -> None:
    fitting = {"subword_starts": np.arange(13), "subword_rows": np.arange(12, dtype=np.uint32)}
    with pytest.raises(ValueError, match=said):
        training().run(**{**fitting, **changes})


def test_what_cannot_be_composed_is_refused() -> None:
    own, table, out = np.zeros(8, np.uint8), np.zeros(40, np.uint8), np.empty((1, 2), np.float32)
    rows = np.array([4], np.uint32)
    compose_vectors(own, table, np.array([0, 1]), rows, out)
    for wrong, said in (
        ((own[:4], table, np.array([0, 1]), rows), "a row for each term"),
        ((own, table[:39], np.array([0, 1]), rows), "whole rows"),
        ((own, table, np.array([0, 2]), rows), "within the rows"),
        ((own, table, np.array([0]), rows), "n_terms"),
        ((own, table, np.array([0, 1]), rows + np.uint32(1)), "not a row"),
    ):
        with pytest.raises(ValueError, match=said):
            compose_vectors(*wrong, out)
    with pytest.raises(ValueError, match="within the text"):
        subword_hashes(np.zeros(3, np.uint8), np.array([0, 4], np.uint64), 3, 6)
    with pytest.raises(ValueError, match="a line"):
        subword_hashes(np.zeros(3, np.uint8), np.array([0, 2, 2], np.uint64), 3, 6)
