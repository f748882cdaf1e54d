"""Word2vec by the native core: what it is handed, what it gives, and gensim beside it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.mask import frequent
from latentcli.engines.parameters import Word2VecParameters
from latentcli.engines.word2vec_native import (
    MOST_TOKENS,
    first_weights,
    kept_of_32_bits,
    stretches,
    train,
)
from latentcli.errors import RequestError
from latentcli.models.embedding import Embedding
from latentcli.observer import SILENT, Observer
from latentcli.queries.neighbours import neighbours
from latentcli.queries.words import Found
from tests.small import encoded, planted

SMALL = Word2VecParameters(dim=16, epochs=3)


def stretches_of(corpus: EncodedCorpus, scratch: Path, min_count: int = 1) -> list[list[str]]:
    """What is trained on, as words."""
    kept = frequent(corpus.vocabulary, min_count)
    tokens, starts = stretches(corpus, kept, scratch)
    words = [corpus.vocabulary.words[int(row)] for row in kept]
    edges = starts.tolist()
    assert edges[0] == 0 and edges[-1] == len(tokens)
    return [
        [words[token] for token in tokens[a:b].tolist()]
        for a, b in zip(edges, edges[1:], strict=False)
        if b > a
    ]


def test_no_stretch_crosses_the_end_of_a_paragraph_or_document(tmp_path: Path) -> None:
    texts = ["one two\n\nthree four\nfive", "six seven", "", "eight"]
    assert stretches_of(encoded(texts, tmp_path), tmp_path) == [
        ["one", "two"], ["three", "four"], ["five"], ["six", "seven"], ["eight"],
    ]  # fmt: skip


def test_rare_words_are_left_out_before_windows_are_cut(tmp_path: Path) -> None:
    text = "king rare queen\nking other queen\nlonely\nking queen"
    found = stretches_of(encoded([text], tmp_path), tmp_path, min_count=2)
    assert found == [["king", "queen"]] * 3


@pytest.mark.parametrize("n_tokens", [1, MOST_TOKENS, MOST_TOKENS + 1, 3 * MOST_TOKENS + 5])
def test_a_long_stretch_is_cut_and_nothing_is_lost(n_tokens: int, tmp_path: Path) -> None:
    words = [f"w{i % 7}" for i in range(n_tokens)]
    found = stretches_of(encoded([" ".join(words), "the end"], tmp_path), tmp_path)
    assert [word for stretch in found for word in stretch] == [*words, "the", "end"]
    assert [len(stretch) for stretch in found[:-2]] == [MOST_TOKENS] * (len(found) - 2)
    assert max(map(len, found)) <= MOST_TOKENS


def test_frequent_words_are_subsampled_as_word2vec_does() -> None:
    counts = np.array([500_000, 50_000, 1_000, 10])
    kept = kept_of_32_bits(counts, 1e-3) / 2**32
    frequency = counts / counts.sum()
    expected = np.minimum((np.sqrt(frequency / 1e-3) + 1) * 1e-3 / frequency, 1)
    np.testing.assert_allclose(kept, expected, rtol=1e-6)
    assert (kept_of_32_bits(counts, 0) == 0xFFFFFFFF).all()
    assert (kept_of_32_bits(counts, 1) == 0xFFFFFFFF).all()


def test_first_vectors_are_small_and_even() -> None:
    vectors, context = first_weights(2000, 50, seed=1)
    assert vectors.shape == context.shape == (2000, 64)
    assert vectors.ctypes.data % 64 == context.ctypes.data % 64 == 0
    assert not context.any() and not vectors[:, 50:].any()
    inside = vectors[:, :50] * 50
    assert -0.5 <= inside.min() < -0.499 and 0.499 < inside.max() < 0.5
    np.testing.assert_allclose([inside.mean(), inside.var()], [0, 1 / 12], atol=2e-3)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> EncodedCorpus:
    return encoded(planted(n_docs=150).texts, tmp_path_factory.mktemp("word2vec"))


def trained_on(
    corpus: EncodedCorpus,
    parameters: Word2VecParameters,
    scratch: Path,
    observer: Observer = SILENT,
    threads: int = 1,
) -> Embedding:
    kept = frequent(corpus.vocabulary, 5)
    return train(corpus, kept, parameters, threads, scratch, observer).model


def same(a: Embedding, b: Embedding) -> bool:
    arrays = ("vectors", "norms", "term_counts", "context_vectors")
    return all(getattr(a, name).tobytes() == getattr(b, name).tobytes() for name in arrays)


@pytest.mark.parametrize("cbow", [False, True])
def test_one_thread_reproduces_a_model_to_the_byte(
    cbow: bool, corpus: EncodedCorpus, tmp_path: Path
) -> None:
    parameters = Word2VecParameters(dim=16, epochs=3, cbow=cbow)
    model = trained_on(corpus, parameters, tmp_path)
    assert same(trained_on(corpus, parameters, tmp_path), model)
    other = Word2VecParameters(dim=16, epochs=3, cbow=cbow, seed=2)
    assert not same(trained_on(corpus, other, tmp_path), model)


def test_counts_and_norms_belong_to_the_words(corpus: EncodedCorpus, tmp_path: Path) -> None:
    model = trained_on(corpus, SMALL, tmp_path)
    tokens = np.asarray(corpus.token_ids)
    for row, word in enumerate(model.words):
        assert model.term_counts[row] == (tokens == corpus.vocabulary.words.find(word)).sum() >= 5
    np.testing.assert_allclose(model.norms, np.linalg.norm(model.vectors, axis=1), rtol=1e-6)
    assert model.vectors.shape == (len(model.words), 16)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("cbow", [False, True])
def test_words_of_one_planted_topic_become_neighbours(
    cbow: bool, threads: int, tmp_path: Path
) -> None:
    draw = np.random.default_rng(1)
    texts = [
        " ".join(f"{theme}{i}" for i in draw.integers(0, 12, 60))
        for theme in ("sea", "bread", "star") * 40
    ]
    parameters = Word2VecParameters(dim=10, epochs=20, cbow=cbow)
    model = trained_on(encoded(texts, tmp_path), parameters, tmp_path, threads=threads)
    queries = [Found(word, row) for row, word in enumerate(model.words)]
    theme = re.compile(r"\d+")
    for answer in neighbours(model, queries, 5):
        assert theme.sub("", answer.word) == theme.sub("", answer.query)


class _Progress(Observer):
    def __init__(self) -> None:
        self.seen: list[tuple[float, float | None]] = []

    def progress(self, stage: str, done: float, total: float | None = None) -> None:
        assert stage == "training"
        self.seen.append((done, total))


def test_progress_counts_the_tokens_of_all_epochs(corpus: EncodedCorpus, tmp_path: Path) -> None:
    watched = _Progress()
    model = trained_on(corpus, SMALL, tmp_path, watched)
    total = 3 * int(model.term_counts.sum())
    assert {seen[1] for seen in watched.seen} == {total}
    done = [seen[0] for seen in watched.seen]
    assert done == sorted(done) and done[0] == 0 and done[-1] == total and len(done) >= 4


def test_a_learning_rate_that_diverges_is_an_error(corpus: EncodedCorpus, tmp_path: Path) -> None:
    wild = Word2VecParameters(dim=16, epochs=3, learning_rate=1e30)
    with pytest.raises(RequestError, match="1e\\+30: the training diverged"):
        trained_on(corpus, wild, tmp_path)


@pytest.mark.parametrize("rate", [0.3, 1.0])
@pytest.mark.parametrize("cbow", [False, True])
def test_the_highest_learning_rates_keep_vectors_bounded(
    cbow: bool, rate: float, corpus: EncodedCorpus, tmp_path: Path
) -> None:
    parameters = Word2VecParameters(dim=16, epochs=3, learning_rate=rate, cbow=cbow)
    assert trained_on(corpus, parameters, tmp_path).norms.max() < 1000


def test_finite_vectors_whose_lengths_overflow_are_an_error(
    corpus: EncodedCorpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overflow(weights: np.ndarray, *_: object, **__: object) -> None:
        weights[0, 0] = 1e30

    monkeypatch.setattr("latentcli.engines.word2vec_native.train_word2vec", overflow)
    with pytest.raises(RequestError, match="the training diverged"):
        trained_on(corpus, SMALL, tmp_path)
